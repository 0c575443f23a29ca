/*
 * The chip as data: its memory map, and the control block, in which core 1 reports its end.
 * AMP_RP2_CHIP is 2040 or 2350.
 *
 * The host half, the remote half and (of the plain numbers) the linker script include it.
 *
 * The window, which MicroPython's heap leaves free, is the upper end of the RAM:
 *      code and data of core 1, with its stack at the end
 *      table        the default table
 *      pool         rings and buffers
 *      control block
 *
 * Core 1 must not use flash: while core 0 writes to it, which MicroPython does for every
 * file, nobody can read it.
 */
#ifndef AMP_RP2_BOARD_H
#define AMP_RP2_BOARD_H

// With the Pico SDK, the chip is what that says.
#ifndef AMP_RP2_CHIP
#if PICO_RP2350
#define AMP_RP2_CHIP 2350
#elif PICO_RP2040
#define AMP_RP2_CHIP 2040
#endif
#endif

#if AMP_RP2_CHIP == 2040
#define AMP_RP2_RAM_END 0x20040000
#elif AMP_RP2_CHIP == 2350
// The last 4 KiB are kept for the stack by MicroPython's linker script.
#define AMP_RP2_RAM_END 0x2007F000
#else
#error "AMP_RP2_CHIP: 2040 or 2350"
#endif

#define AMP_RP2_FLASH_DA 0x10000000
#define AMP_RP2_FLASH_LEN 0x01000000

// An option of the build, the same for both cores.
#ifndef AMP_RP2_WINDOW_LEN
#define AMP_RP2_WINDOW_LEN 0x10000
#endif
#define AMP_RP2_WINDOW_DA (AMP_RP2_RAM_END - AMP_RP2_WINDOW_LEN)
#define AMP_RP2_SHARED_LEN 0x5000
#define AMP_RP2_SHARED_DA (AMP_RP2_RAM_END - AMP_RP2_SHARED_LEN)
#if AMP_RP2_WINDOW_LEN % 0x1000 != 0 || AMP_RP2_WINDOW_LEN < 0x8000
#error "AMP_RP2_WINDOW_LEN: a multiple of 4 KiB, at least 32 KiB"
#endif

#define AMP_RP2_TABLE_DA AMP_RP2_SHARED_DA
#define AMP_RP2_TABLE_LEN 0x100
#define AMP_RP2_POOL_DA (AMP_RP2_SHARED_DA + AMP_RP2_TABLE_LEN)
#define AMP_RP2_POOL_LEN (AMP_RP2_SHARED_LEN - AMP_RP2_TABLE_LEN - 0x100)
#define AMP_RP2_CONTROL_DA (AMP_RP2_RAM_END - 0x100)
// As many as the pool has room for.
#define AMP_RP2_VRING_NUM 16
#define AMP_RP2_VRING_ALIGN 16

// A vector table lies at a multiple of this.
#define AMP_RP2_VECTORS_ALIGN 512

#ifndef AMP_RP2_LINKER_SCRIPT

#include <stdint.h>

enum { AMP_RP2_MAGIC = 0x32505241 };

// How core 1's program ended.
enum {
    AMP_RP2_ALIVE,
    AMP_RP2_EXITED,
    AMP_RP2_FAULTED,
};

// The control block, in which firmware built with this port reports how it ended.  The host
// clears the magic number before a start.  Other firmware writes nothing here, so its end is
// not noticed.  The core's state, the text of the reason and, at a stop, which channels
// of the DMA are ended depend on this block, and nothing else.
struct amp_rp2_control {
    uint32_t magic; // AMP_RP2_MAGIC: the rest is valid
    uint32_t cause; // AMP_RP2_ALIVE, ...
    uint32_t code; // EXITED: the exit code; FAULTED: the exception's number
    uint32_t pc; // FAULTED: of the instruction; 0: not known
    // FAULTED, and pc not 0: the exception frame (r0 to r3, r12, lr, pc, xpsr) and the stack
    // pointer before the fault.
    uint32_t frame[8];
    uint32_t sp;
    uint32_t dma; // a bit for each channel of the DMA that the host aborts when it stops the core
};

#define AMP_RP2_CONTROL ((volatile struct amp_rp2_control *)(uintptr_t)AMP_RP2_CONTROL_DA)

// For firmware, before it starts channels of the DMA: `channels` has a bit for each.  The reset
// of core 1 does not end them, so the host aborts those when it stops the core.
static inline void amp_rp2_uses_dma(uint32_t channels) {
    AMP_RP2_CONTROL->dma |= channels;
}

#endif // AMP_RP2_LINKER_SCRIPT

#endif // AMP_RP2_BOARD_H
