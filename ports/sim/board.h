/*
 * The board that the sim port simulates, as data.
 *
 * The host half, the runner, the remote half and (of the plain numbers) the linker
 * script include it.  Each core has a memory of its own: one memory file that
 * holds the windows below one after the other, in this order.  The core maps each
 * window at its device address; the host maps the file wherever the system
 * chooses, so a program that confuses the two addresses fails at once.
 *
 *      00200000            boot ROM: the runner's own text (runner.ld)
 *      08000000  2 MiB     flash         the core may read and execute
 *      10000000  1 MiB     code RAM      read, write and execute
 *      20000000  4 MiB     data RAM      read and write
 *      30000000  1 MiB     shared RAM    read and write
 *      40000000  64 KiB    mailbox       read and write; not in the port's windows
 *
 * Window sizes are multiples of 64 KiB, the largest page of AArch64 Linux.
 */
#ifndef AMP_SIM_BOARD_H
#define AMP_SIM_BOARD_H

// A build may choose other addresses: AMP_SIM_ADDRESSES is a header with these names.
#ifdef AMP_SIM_ADDRESSES
#include AMP_SIM_ADDRESSES
#else
#define AMP_SIM_FLASH_DA 0x08000000
#define AMP_SIM_FLASH_LEN 0x00200000
#define AMP_SIM_CODE_DA 0x10000000
#define AMP_SIM_CODE_LEN 0x00100000
#define AMP_SIM_DATA_DA 0x20000000
#define AMP_SIM_DATA_LEN 0x00400000
#define AMP_SIM_SHARED_DA 0x30000000
#define AMP_SIM_SHARED_LEN 0x00100000
#define AMP_SIM_MAILBOX_DA 0x40000000
#define AMP_SIM_MAILBOX_LEN 0x00010000
#endif

// The shared RAM begins with the default table and its vrings, at addresses that firmware
// without a table of its own knows; in the rest the host places rings and buffers.
#define AMP_SIM_TABLE_DA AMP_SIM_SHARED_DA
#define AMP_SIM_TABLE_LEN 0x1000
#define AMP_SIM_VRING0_DA (AMP_SIM_SHARED_DA + 0x1000)
#define AMP_SIM_VRING1_DA (AMP_SIM_SHARED_DA + 0x2000)
#define AMP_SIM_VRING_ALIGN 32
#define AMP_SIM_VRING_NUM 64
#define AMP_SIM_POOL_DA (AMP_SIM_SHARED_DA + 0x4000)
#define AMP_SIM_POOL_LEN (AMP_SIM_SHARED_DA + AMP_SIM_SHARED_LEN - AMP_SIM_POOL_DA)

// The text of the trace buffer: the first bytes of data RAM.
#define AMP_SIM_TRACE_DA AMP_SIM_DATA_DA
#define AMP_SIM_TRACE_LEN 0x1000

// Cores on the board.  Their memory exists from the first use.
#define AMP_SIM_CORES 16

#ifndef AMP_SIM_LINKER_SCRIPT

#include <stdint.h>

// What the core may do in a window.  The numbers are those of PROT_*.
enum { AMP_SIM_READ = 1, AMP_SIM_WRITE = 2, AMP_SIM_EXEC = 4 };

// Words of elf_gregset_t, on the machine where it is longest.
#define AMP_SIM_REGISTERS 34

// The boot ROM uses the rest of the mailbox window: here for the stack of its fault handler,
// and at the end for the stack of its start.
#define AMP_SIM_FAULT_STACK_DA (AMP_SIM_MAILBOX_DA + 0x1000)
#define AMP_SIM_FAULT_STACK_LEN 0x8000

enum {
    AMP_SIM_FLASH,
    AMP_SIM_CODE,
    AMP_SIM_DATA,
    AMP_SIM_SHARED,
    AMP_SIM_MAILBOX,
    AMP_SIM_WINDOWS,
};

struct amp_sim_window {
    uint32_t da;
    uint32_t len;
    uint32_t access; // AMP_SIM_READ, ...
};

// In rising order of addresses.
// clang-format off
#define AMP_SIM_BOARD \
    { \
        {AMP_SIM_FLASH_DA, AMP_SIM_FLASH_LEN, AMP_SIM_READ | AMP_SIM_EXEC}, \
        {AMP_SIM_CODE_DA, AMP_SIM_CODE_LEN, AMP_SIM_READ | AMP_SIM_WRITE | AMP_SIM_EXEC}, \
        {AMP_SIM_DATA_DA, AMP_SIM_DATA_LEN, AMP_SIM_READ | AMP_SIM_WRITE}, \
        {AMP_SIM_SHARED_DA, AMP_SIM_SHARED_LEN, AMP_SIM_READ | AMP_SIM_WRITE}, \
        {AMP_SIM_MAILBOX_DA, AMP_SIM_MAILBOX_LEN, AMP_SIM_READ | AMP_SIM_WRITE}, \
    }
// clang-format on

/*
 * The mailbox: one doorbell in each direction.  A kick sets bits with an atomic or, and
 * calls the system only if the other side has to be woken.
 *
 * A hostile core can write anything here at any time.  Forged values can cost the
 * host a system call, or the core its own interrupts, but no more: the host makes no
 * other decision by them.
 */
struct amp_sim_mailbox {
    // Set by the core; taken (made 0) by the host before it reads the rings.
    // The core sends SIGURG when it sets the first bit.
    uint32_t to_host;
    uint32_t unused0[15]; // the next line of the cache
    // Set by the host; taken by the core when it wakes.  The core sleeps on
    // this word as a futex while it is 0.
    uint32_t to_core;
    // Written by the core: it sleeps, or is about to.
    uint32_t core_sleeps;
    uint32_t unused1[14];
    // Written by the host while the core is in reset: whom to signal.
    int32_t host_pid;
    int32_t host_tid;
    uint32_t core; // which core this is
    // Written by a core that ends by itself: AMP_SIM_EXITED, and its exit code.
    uint32_t exited;
    // Written by the boot ROM at a fault of the core (runner_fault.c): first the registers,
    // in the order of Linux's core files (elf_gregset_t), then the signal.
    uint32_t fault;
    uint32_t unused2[3];
    uint64_t registers[AMP_SIM_REGISTERS];
};

enum { AMP_SIM_EXITED = 0x100 };

// Flags of the runner's command line.
enum {
    AMP_SIM_RUN_EMULATED = 1, // under an emulator: no sandbox
    AMP_SIM_RUN_DEBUG = 2, // stop at reset, stay traceable
};

// The one byte that the runner writes to the status pipe: ready to jump, or
// which step failed.
enum {
    AMP_SIM_STEP_READY = 1,
    AMP_SIM_STEP_EXEC, // written by the host's child
    AMP_SIM_STEP_ARGUMENTS,
    AMP_SIM_STEP_PARENT,
    AMP_SIM_STEP_LIMITS,
    AMP_SIM_STEP_MAP,
    AMP_SIM_STEP_UNMAP,
    AMP_SIM_STEP_FAULTS,
    AMP_SIM_STEP_SANDBOX,
};

#endif // AMP_SIM_LINKER_SCRIPT

#endif // AMP_SIM_BOARD_H
