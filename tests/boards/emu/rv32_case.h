/* A hart with a little memory, and instructions for it: for the tests of ports/emu/rv32.c. */
#ifndef RV32_CASE_H
#define RV32_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ports/emu/rv32.h"

enum { CODE = 0x10000000, DATA = 0x20000000, LEN = 4096 };

static _Alignas(4) uint8_t code[LEN];
static _Alignas(4) uint8_t data[LEN];
static struct rv32 cpu;

static inline void reset(void) {
    rv32_reset(&cpu, CODE);
    memset(code, 0, sizeof(code));
    memset(data, 0, sizeof(data));
    cpu.window[1] = (struct rv32_window){code, CODE, LEN, RV32_READ | RV32_EXEC};
    cpu.window[2] = (struct rv32_window){data, DATA, LEN, RV32_READ | RV32_WRITE};
}

// Do one instruction, with x1 = a and x2 = b.
static inline enum rv32_stop one(uint32_t instruction, uint32_t a, uint32_t b) {
    reset();
    memcpy(code, &instruction, 4);
    cpu.x[1] = a;
    cpu.x[2] = b;
    return rv32_run(&cpu, 1);
}

// x3 is the result, x1 and x2 the operands.
static inline uint32_t type_r(uint32_t funct7, uint32_t funct3, uint32_t opcode) {
    return funct7 << 25 | 2U << 20 | 1U << 15 | funct3 << 12 | 3U << 7 | opcode;
}

static inline uint32_t type_i(uint32_t imm, uint32_t funct3, uint32_t opcode) {
    return imm << 20 | 1U << 15 | funct3 << 12 | 3U << 7 | opcode;
}

static inline uint32_t type_s(uint32_t imm, uint32_t funct3) {
    return imm >> 5 << 25 | 2U << 20 | 1U << 15 | funct3 << 12 | (imm & 31U) << 7 | 0x23;
}

static const uint32_t minus = 0x80000000;

#endif // RV32_CASE_H
