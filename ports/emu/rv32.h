/*
 * A RISC-V hart in software: RV32IMAC in user level, with flat windows of memory
 * and nothing else.  It has no registers of control, no interrupts and no
 * system: an ecall stops it, and so does whatever it cannot do.
 *
 *     struct rv32 cpu;
 *     rv32_reset(&cpu, entry);
 *     cpu.window[entry >> 28] = (struct rv32_window){.da = ..., .va = ...};
 *     while (rv32_run(&cpu, 1000) == RV32_GOING) {
 *     }
 *
 * The program is not trusted.  What it loads, stores and executes lies inside of
 * a window or is a fault, and nothing that it does is undefined in C.
 */
#ifndef AMP_EMU_RV32_H
#define AMP_EMU_RV32_H

#include <stdbool.h>
#include <stdint.h>

enum { RV32_READ = 1, RV32_WRITE = 2, RV32_EXEC = 4 };

// Memory that the hart can reach.  Address and length are multiples of 4, and all
// of it has the same upper four bits of the address, by which it is found.
struct rv32_window {
    uint8_t *va;
    uint32_t da;
    uint32_t len; // 0: nothing is there
    uint32_t access; // RV32_READ, ...
};

// Why rv32_run() returned.
enum rv32_stop {
    RV32_GOING, // all instructions that were asked for are done
    RV32_ECALL, // pc is behind it
    // A fault: pc is the instruction's, and nothing of it was done.
    RV32_ILLEGAL,
    RV32_BREAKPOINT,
    RV32_BAD_LOAD,
    RV32_BAD_STORE,
    RV32_BAD_JUMP, // nothing to execute at pc; a jump led there if jumped_to is pc
    RV32_MISALIGNED_LOAD,
    RV32_MISALIGNED_STORE,
};

struct rv32 {
    uint32_t x[32];
    uint32_t pc;
    uint32_t next_pc;
    uint32_t jumped_from; // the last jump or branch that was taken, and where to
    uint32_t jumped_to;
    enum rv32_stop stop;
    uint32_t instruction; // of a fault, as it is in memory
    uint32_t address; // of a bad or misaligned access
    // The last store, until somebody sets stored_len to 0.
    uint32_t stored_at;
    uint32_t stored_len;
    // What LR reserved.  SC looks whether the word still has its value.
    bool reserved;
    uint32_t reserved_at;
    uint32_t reserved_value;
    uint64_t instructions; // done
    struct rv32_window window[16];
};

// Everything to 0 but the program counter.  No windows.
void rv32_reset(struct rv32 *cpu, uint32_t entry);

// Do at most `count` instructions.
enum rv32_stop rv32_run(struct rv32 *cpu, uint32_t count);

// The 32-bit form of a compressed instruction; 0: there is no such instruction.
uint32_t rv32_expand(uint16_t instruction);

#endif // AMP_EMU_RV32_H
