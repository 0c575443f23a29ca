/*
 * The chip as data: its memory map, and the control block, in which the M4 reports its
 * start and end.
 *
 * The host half, the remote half and (of the plain numbers) the linker script
 * include it.
 *
 *      08000000  2 MiB    flash, two banks; the M4's firmware may be in place there
 *      30000000  288 KiB  D2 SRAM: code and data of the M4, which also sees it
 *                         at 10000000
 *      38000000  64 KiB   SRAM4: table, control block, rings, buffers
 *
 * The layout of these 64 KiB must not change: firmware in the field has it, and no
 * resource table.  Their address is an option of the build, the same for both cores, and
 * so is the memory of firmware to load, because a board may need these memories
 * itself (build.mk).
 */
#ifndef AMP_STM32H7_BOARD_H
#define AMP_STM32H7_BOARD_H

#define AMP_STM32H7_FLASH_DA 0x08000000
#define AMP_STM32H7_D2_DA 0x30000000
#define AMP_STM32H7_D2_LEN 0x00048000
#define AMP_STM32H7_D2_ALIAS_DA 0x10000000
#define AMP_STM32H7_SDRAM_DA 0x60000000 // the lowest address of SDRAM

#ifndef AMP_STM32H7_SHARED_DA
#define AMP_STM32H7_SHARED_DA 0x38000000
#endif
#define AMP_STM32H7_SHARED_LEN 0x00010000
#if AMP_STM32H7_SHARED_DA % AMP_STM32H7_SHARED_LEN != 0
#error "an MPU region begins at a multiple of its size: AMP_STM32H7_SHARED_DA does not"
#endif
// Is the shared memory a part of D2 SRAM, to which firmware is loaded?
#define AMP_STM32H7_SHARED_IN_D2 \
    (AMP_STM32H7_SHARED_DA >= AMP_STM32H7_D2_DA \
        && AMP_STM32H7_SHARED_DA < AMP_STM32H7_D2_DA + AMP_STM32H7_D2_LEN)

// The memory of firmware that is loaded; its stack is at the end.
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
// For firmware in the field, buffer addresses count from here (buffer_base).
#define AMP_STM32H7_POOL_DA (AMP_STM32H7_SHARED_DA + 0x00000400)
#define AMP_STM32H7_POOL_LEN 0x0000FC00
#define AMP_STM32H7_VRING0_DA AMP_STM32H7_POOL_DA
#define AMP_STM32H7_VRING1_DA (AMP_STM32H7_SHARED_DA + 0x00001400)
#define AMP_STM32H7_VRING_ALIGN 32
#define AMP_STM32H7_VRING_NUM 64

// When it is released, the M4 takes its vector table from a multiple of 64 KiB.
#define AMP_STM32H7_BOOT_STEP 0x00010000

#ifndef AMP_STM32H7_LINKER_SCRIPT

#include <stdint.h>

// Semaphores: releasing one is a kick.
enum { AMP_STM32H7_KICK_M4 = 0, AMP_STM32H7_KICK_M7 = 1 };

enum { AMP_STM32H7_MAGIC = 0x34334D41 };

// How the M4's program ended.
enum {
    AMP_STM32H7_ALIVE,
    AMP_STM32H7_EXITED,
    AMP_STM32H7_FAULTED,
};

// The control block, in which firmware built with this port reports how it ended.  The host
// clears the magic number before a start.  Other firmware writes nothing here, so its end is
// not noticed.  Only the core's state and the text of the reason depend on this block.
struct amp_stm32h7_control {
    uint32_t magic; // AMP_STM32H7_MAGIC: the rest is valid
    uint32_t starts; // counts starts, which shows a reset of the core alone
    uint32_t cause; // AMP_STM32H7_ALIVE, ...
    uint32_t code; // EXITED: the exit code; FAULTED: the exception's number
    uint32_t cfsr; // FAULTED: the fault status register
    uint32_t address; // FAULTED: of the access
    uint32_t pc; // FAULTED: of the instruction; 0: not known
    // FAULTED, and pc not 0: the exception frame (r0 to r3, r12, lr, pc, xpsr) and the stack
    // pointer before the fault.  The struct ends at the end of a cache line.
    uint32_t frame[8];
    uint32_t sp;
};

#define AMP_STM32H7_CONTROL \
    ((volatile struct amp_stm32h7_control *)(uintptr_t)AMP_STM32H7_CONTROL_DA)

#endif // AMP_STM32H7_LINKER_SCRIPT

#endif // AMP_STM32H7_BOARD_H
