/*
 * The board that the emu port emulates, as data.
 *
 * The host half, the remote half and (of the plain numbers) the linker script
 * include it.  Addresses are those of the simulated board (ports/sim), so that
 * examples and documents hold for both.
 *
 *      08000000  2 MiB     flash         the core may read and execute
 *      10000000  1 MiB     code RAM      read, write and execute
 *      20000000  4 MiB     data RAM      read and write
 *      30000000  1 MiB     shared RAM    read and write
 *
 * No two windows have the same upper four bits (struct rv32_window).
 */
#ifndef AMP_EMU_BOARD_H
#define AMP_EMU_BOARD_H

#define AMP_EMU_FLASH_DA 0x08000000
#define AMP_EMU_FLASH_LEN 0x00200000
#define AMP_EMU_CODE_DA 0x10000000
#define AMP_EMU_CODE_LEN 0x00100000
#define AMP_EMU_DATA_DA 0x20000000
#define AMP_EMU_DATA_LEN 0x00400000
#define AMP_EMU_SHARED_DA 0x30000000
#define AMP_EMU_SHARED_LEN 0x00100000

// The shared RAM begins with the default table and its vrings, at addresses that firmware
// without a table of its own knows; in the rest the host places rings and buffers.
#define AMP_EMU_TABLE_DA 0x30000000
#define AMP_EMU_TABLE_LEN 0x1000
#define AMP_EMU_VRING0_DA 0x30001000
#define AMP_EMU_VRING1_DA 0x30002000
#define AMP_EMU_VRING_ALIGN 32
#define AMP_EMU_VRING_NUM 64
#define AMP_EMU_POOL_DA 0x30004000
#define AMP_EMU_POOL_LEN (AMP_EMU_SHARED_DA + AMP_EMU_SHARED_LEN - AMP_EMU_POOL_DA)

// Cores on the board.  Their memory exists from the first use.
#define AMP_EMU_CORES 16

#ifndef AMP_EMU_LINKER_SCRIPT

// The machine calls of firmware: an ecall with the number in a7 and an argument
// in a0; results are in a0 and a1.  Any other number is a fault.
enum {
    AMP_EMU_EXIT, // a0: the exit code.  Does not return.
    AMP_EMU_KICK, // kick the host
    // Sleep until the host kicks, at most a0 microseconds (0xFFFFFFFF: no limit).
    // a0 is then 1 if it has kicked since the last call, else 0.
    AMP_EMU_WAIT,
    AMP_EMU_TIME, // a0 and a1: microseconds, the lower and the upper word
};

#endif // AMP_EMU_LINKER_SCRIPT

#endif // AMP_EMU_BOARD_H
