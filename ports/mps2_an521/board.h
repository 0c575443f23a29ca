/*
 * The board as data: its memory map, and the control block, through which the cores tell
 * each other about start and end.
 *
 * The host half, the monitor, the remote half and (of the plain numbers) the linker
 * script include it.  Both cores use the same addresses.
 *
 *      10000000  4 MiB     SSRAM1        the host's program, monitor included
 *      30000000  4 KiB     internal SRAM the control block
 *      38000000  1 MiB     SSRAM2        code RAM of the remote core
 *      38100000  2 MiB     SSRAM2/3      data RAM of the remote core
 *      38300000  1 MiB     SSRAM3        shared RAM: rings and buffers
 *      80000000  1 MiB     PSRAM         "flash": firmware already in place
 *      80800000  4 MiB     PSRAM         a ROMFS image
 *      80F00000  1 MiB     PSRAM         scratch of the host half
 */
#ifndef AMP_AN521_BOARD_H
#define AMP_AN521_BOARD_H

#define AMP_AN521_HOST_DA 0x10000000
#define AMP_AN521_HOST_LEN 0x00400000
#define AMP_AN521_CONTROL_DA 0x30000000
#define AMP_AN521_CODE_DA 0x38000000
#define AMP_AN521_CODE_LEN 0x00100000
#define AMP_AN521_DATA_DA 0x38100000
#define AMP_AN521_DATA_LEN 0x00200000
#define AMP_AN521_SHARED_DA 0x38300000
#define AMP_AN521_SHARED_LEN 0x00100000
#define AMP_AN521_FLASH_DA 0x80000000
#define AMP_AN521_FLASH_LEN 0x00100000
#define AMP_AN521_SCRATCH_DA 0x80F00000

// The shared RAM begins with the default table and its vrings, at addresses that firmware
// without a table of its own knows; in the rest the host places rings and buffers.
#define AMP_AN521_TABLE_DA 0x38300000
#define AMP_AN521_TABLE_LEN 0x1000
#define AMP_AN521_VRING0_DA 0x38301000
#define AMP_AN521_VRING1_DA 0x38302000
#define AMP_AN521_VRING_ALIGN 32
#define AMP_AN521_VRING_NUM 64
#define AMP_AN521_POOL_DA 0x38304000
#define AMP_AN521_POOL_LEN (AMP_AN521_SHARED_DA + AMP_AN521_SHARED_LEN - AMP_AN521_POOL_DA)

#ifndef AMP_AN521_LINKER_SCRIPT

#include <stddef.h>
#include <stdint.h>

// Entries of a vector table: 16 exceptions, 124 interrupts.
#define AMP_AN521_VECTORS 140

#define AMP_AN521_CONTROL_HIGH 32

// What the remote core is doing.
enum {
    AMP_AN521_BOOTING, // not in the monitor yet
    AMP_AN521_PARKED, // in the monitor, waiting for a start
    AMP_AN521_RUNNING, // in firmware
};

// Why the host kicks core 1 by the second doorbell (MHU1).
enum {
    AMP_AN521_KICK_STOP = 1,
    AMP_AN521_KICK_START = 2,
};

// The control block.  The remote core can write all of it at any time; only the core's
// state and the text of the reason depend on it.
struct amp_an521_control {
    // Written by the monitor.  The host clears all but the state before a start.
    uint32_t state; // AMP_AN521_BOOTING, ...
    uint32_t cfsr; // the fault status register at a fault
    uint32_t address; // of the access that faulted
    uint32_t pc; // of the fault; 0: not known
    uint32_t code; // the number of the fault's exception, or 0
    // Written by firmware that ends by itself.
    uint32_t exited; // 1: `code` is the exit code
    // Written by the host while the core is parked.
    uint32_t leave; // the address to which firmware jumps at its end
    uint32_t start; // host: 1, start at the vector table; monitor: 0, it was started
    // Written by the monitor: r4 to r11 whenever it is entered; and, at a fault whose frame
    // is there, all registers as a core file has them: r0 to pc, and xpsr.
    uint32_t high[8];
    uint32_t registers[17];
};
_Static_assert(offsetof(struct amp_an521_control, high) == AMP_AN521_CONTROL_HIGH, "monitor.c");

#define AMP_AN521_CONTROL ((volatile struct amp_an521_control *)(uintptr_t)AMP_AN521_CONTROL_DA)

#endif // AMP_AN521_LINKER_SCRIPT

#endif // AMP_AN521_BOARD_H
