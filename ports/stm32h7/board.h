/*
 * The chip as data: who lies where, and what the two cores say to each other
 * beside the rings.
 *
 * Shared by the host half, the remote half and (the plain numbers only) the
 * linker script.
 *
 *      08000000  2 MiB    flash, two banks; the M4's firmware may be in place there
 *      30000000  288 KiB  D2 SRAM: code and data of the M4, which also sees it
 *                         at 10000000
 *      38000000  64 KiB   SRAM4: table, control block, rings, buffers
 *
 * The layout of these 64 KiB is that of firmware without a resource table that is in
 * the field, so it does not change.  Where they are is an option of the build, the same
 * for both cores, and so is the memory of firmware to load: a board may need
 * these memories itself (build.mk).
 */
#ifndef AMP_STM32H7_BOARD_H
#define AMP_STM32H7_BOARD_H

#define AMP_STM32H7_FLASH_DA 0x08000000
#define AMP_STM32H7_D2_DA 0x30000000
#define AMP_STM32H7_D2_LEN 0x00048000
#define AMP_STM32H7_D2_ALIAS_DA 0x10000000
#define AMP_STM32H7_SDRAM_DA 0x60000000 // and above

#ifndef AMP_STM32H7_SHARED_DA
#define AMP_STM32H7_SHARED_DA 0x38000000
#endif
#define AMP_STM32H7_SHARED_LEN 0x00010000
#if AMP_STM32H7_SHARED_DA % AMP_STM32H7_SHARED_LEN != 0
#error "an MPU region begins at a multiple of its size: AMP_STM32H7_SHARED_DA does not"
#endif
// Is it a part of the memory that firmware is loaded to?
#define AMP_STM32H7_SHARED_IN_D2 \
    (AMP_STM32H7_SHARED_DA >= AMP_STM32H7_D2_DA \
        && AMP_STM32H7_SHARED_DA < AMP_STM32H7_D2_DA + AMP_STM32H7_D2_LEN)

// The memory of firmware to load, its stack at the end.
#ifndef AMP_STM32H7_RAM_DA
#define AMP_STM32H7_RAM_DA AMP_STM32H7_D2_DA
#endif
#ifndef AMP_STM32H7_RAM_LEN
#define AMP_STM32H7_RAM_LEN (AMP_STM32H7_D2_DA + AMP_STM32H7_D2_LEN - AMP_STM32H7_RAM_DA)
#endif

// The first KiB: the default table, and behind it the control block.
#define AMP_STM32H7_TABLE_DA AMP_STM32H7_SHARED_DA
#define AMP_STM32H7_TABLE_LEN 0x000003C0
#define AMP_STM32H7_CONTROL_DA (AMP_STM32H7_SHARED_DA + 0x000003C0)
// From here on firmware in the field counts the addresses of buffers.
#define AMP_STM32H7_POOL_DA (AMP_STM32H7_SHARED_DA + 0x00000400)
#define AMP_STM32H7_POOL_LEN 0x0000FC00
#define AMP_STM32H7_VRING0_DA AMP_STM32H7_POOL_DA
#define AMP_STM32H7_VRING1_DA (AMP_STM32H7_SHARED_DA + 0x00001400)
#define AMP_STM32H7_VRING_ALIGN 32
#define AMP_STM32H7_VRING_NUM 64

// Where the M4 finds a vector table when it is released: in steps of 64 KiB.
#define AMP_STM32H7_BOOT_STEP 0x00010000

#ifndef AMP_STM32H7_LINKER_SCRIPT

#include <stdint.h>

// Semaphores: releasing one is a kick.
enum { AMP_STM32H7_RING_M4 = 0, AMP_STM32H7_RING_M7 = 1 };

enum { AMP_STM32H7_MAGIC = 0x34334D41 };

// How the M4's program ended.
enum {
    AMP_STM32H7_ALIVE,
    AMP_STM32H7_EXITED,
    AMP_STM32H7_FAULTED,
};

// The control block: firmware of ours says here what became of it.  The host
// clears the magic number before a start; firmware of others does not write it, and
// that it ended is not noticed.  Nothing depends on it but the core's state and a text.
struct amp_stm32h7_control {
    uint32_t magic; // AMP_STM32H7_MAGIC: the rest is valid
    uint32_t starts; // counts up, so that a reset of the core alone is seen
    uint32_t cause; // AMP_STM32H7_ALIVE, ...
    uint32_t code; // EXITED: the exit code; FAULTED: the exception's number
    uint32_t cfsr; // FAULTED: the fault status register, address and place
    uint32_t address;
    uint32_t pc;
    // FAULTED, and pc not 0: what the exception put on the stack (r0 to r3, r12, lr, pc,
    // xpsr), and where the stack was.  To the end of a cache line.
    uint32_t frame[8];
    uint32_t sp;
};

#define AMP_STM32H7_CONTROL \
    ((volatile struct amp_stm32h7_control *)(uintptr_t)AMP_STM32H7_CONTROL_DA)

#endif // AMP_STM32H7_LINKER_SCRIPT

#endif // AMP_STM32H7_BOARD_H
