/*
 * A RISC-V hart in software: RV32IMAC in user mode, with flat windows of memory.  It has
 * no control and status registers, no interrupts and no privileged modes: an ecall
 * returns to the caller of rv32_run(), and so does every fault.
 *
 *     struct rv32 cpu;
 *     rv32_reset(&cpu, entry);
 *     cpu.window[entry >> 28] = (struct rv32_window){.da = ..., .va = ...};
 *     while (rv32_run(&cpu, 1000) == RV32_GOING) {
 *     }
 *
 * The program is not trusted.  A load, store or fetch outside of the windows is a fault,
 * and no instruction leads to undefined behaviour in C.
 */
#ifndef AMP_EMU_RV32_H
#define AMP_EMU_RV32_H

#include <stdbool.h>
#include <stdint.h>

enum { RV32_READ = 1, RV32_WRITE = 2, RV32_EXEC = 4 };

// Memory that the hart can reach.  Address and length are multiples of 4.  The upper four
// bits of all its addresses are the same: they are the index of the window.
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
    // A fault: pc is the instruction's address, and the instruction had no effect.
    RV32_ILLEGAL,
    RV32_BREAKPOINT,
    RV32_BAD_LOAD,
    RV32_BAD_STORE,
    RV32_BAD_JUMP, // no code at pc; if jumped_to is pc, a jump led there
    RV32_MISALIGNED_LOAD,
    RV32_MISALIGNED_STORE,
};

struct rv32 {
    uint32_t x[32];
    uint32_t pc;
    uint32_t next_pc;
    uint32_t jumped_from; // the last jump or taken branch, and its target
    uint32_t jumped_to;
    enum rv32_stop stop;
    uint32_t instruction; // that caused a fault, as it is in memory
    uint32_t address; // of a bad or misaligned access
    // The last store; a caller that wants to see stores sets stored_len to 0 before.
    uint32_t stored_at;
    uint32_t stored_len;
    // The reservation of LR.  SC succeeds if the word still has the value that LR loaded.
    bool reserved;
    uint32_t reserved_at;
    uint32_t reserved_value;
    uint64_t instructions; // done
    struct rv32_window window[16];
};

// Set everything to 0 except the program counter; there are no windows then.
void rv32_reset(struct rv32 *cpu, uint32_t entry);

// Execute at most `count` instructions; returns why it stopped.
enum rv32_stop rv32_run(struct rv32 *cpu, uint32_t count);

// The 32-bit form of a compressed instruction; 0: there is no such instruction.
uint32_t rv32_expand(uint16_t instruction);

#endif // AMP_EMU_RV32_H
