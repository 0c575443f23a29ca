/*
 * The pure computations of the instructions in rv32.c: the fields of an instruction,
 * immediates, arithmetic.
 *
 * Arithmetic is on uint32_t, which wraps.  A division is done in 64 bits, because on
 * some machines, WebAssembly among them, INT32_MIN / -1 traps.
 */
#ifndef AMP_EMU_RV32_COMPUTE_H
#define AMP_EMU_RV32_COMPUTE_H

#include <stdbool.h>
#include <stdint.h>

static inline uint32_t field_rd(uint32_t i) {
    return i >> 7 & 31U;
}

static inline uint32_t funct3(uint32_t i) {
    return i >> 12 & 7U;
}

static inline uint32_t field_rs1(uint32_t i) {
    return i >> 15 & 31U;
}

static inline uint32_t field_rs2(uint32_t i) {
    return i >> 20 & 31U;
}

static inline uint32_t funct7(uint32_t i) {
    return i >> 25;
}

// The value with the sign bit `bit` copied into all bits above it.
static inline uint32_t extend(uint32_t value, unsigned bit) {
    uint32_t sign = 1U << bit;
    return (value ^ sign) - sign;
}

static inline uint32_t immediate_i(uint32_t i) {
    return extend(i >> 20, 11);
}

static inline uint32_t immediate_s(uint32_t i) {
    return extend(i >> 25 << 5 | field_rd(i), 11);
}

static inline uint32_t immediate_b(uint32_t i) {
    return extend(
        (i >> 31) << 12 | (i >> 7 & 1U) << 11 | (i >> 25 & 63U) << 5 | (i >> 8 & 15U) << 1, 12);
}

static inline uint32_t immediate_j(uint32_t i) {
    return extend(
        (i >> 31) << 20 | (i & 0xFF000U) | (i >> 20 & 1U) << 11 | (i >> 21 & 1023U) << 1, 20);
}

static inline bool is_less(uint32_t a, uint32_t b) {
    return (a ^ 0x80000000U) < (b ^ 0x80000000U);
}

static inline int64_t as_signed(uint32_t value) {
    return (int64_t)value - ((value >> 31) != 0 ? INT64_C(0x100000000) : 0);
}

// The eight operations of two registers, or a register and an immediate; `alternate`
// selects subtraction and the arithmetic right shift.
static inline uint32_t compute(uint32_t kind, bool alternate, uint32_t a, uint32_t b) {
    uint32_t shift = b & 31U;
    switch (kind) {
        case 0:
            return alternate ? a - b : a + b;
        case 1:
            return a << shift;
        case 2:
            return is_less(a, b) ? 1 : 0;
        case 3:
            return a < b ? 1 : 0;
        case 4:
            return a ^ b;
        case 5:
            return alternate ? extend(a >> shift, 31U - shift) : a >> shift;
        case 6:
            return a | b;
        default:
            return a & b;
    }
}

// Extension M.
static inline uint32_t multiply_divide(uint32_t kind, uint32_t a, uint32_t b) {
    int64_t sa = as_signed(a);
    int64_t sb = as_signed(b);
    switch (kind) {
        case 0: // mul
            return a * b;
        case 1: // mulh
            return (uint32_t)((uint64_t)(sa * sb) >> 32);
        case 2: // mulhsu
            return (uint32_t)((uint64_t)(sa * (int64_t)b) >> 32);
        case 3: // mulhu
            return (uint32_t)((uint64_t)a * b >> 32);
        case 4: // div
            return b == 0 ? ~0U : (uint32_t)(sa / sb);
        case 5: // divu
            return b == 0 ? ~0U : a / b;
        case 6: // rem
            return b == 0 ? a : (uint32_t)(sa % sb);
        default: // remu
            return b == 0 ? a : a % b;
    }
}

// Compute what an AMO stores from the word in memory and the register; false: no such AMO.
static inline bool combine(uint32_t funct5, uint32_t old, uint32_t b, uint32_t *result) {
    switch (funct5) {
        case 0: // amoadd
            *result = old + b;
            return true;
        case 1: // amoswap
            *result = b;
            return true;
        case 4: // amoxor
            *result = old ^ b;
            return true;
        case 8: // amoor
            *result = old | b;
            return true;
        case 12: // amoand
            *result = old & b;
            return true;
        case 16: // amomin
            *result = is_less(old, b) ? old : b;
            return true;
        case 20: // amomax
            *result = is_less(old, b) ? b : old;
            return true;
        case 24: // amominu
            *result = old < b ? old : b;
            return true;
        case 28: // amomaxu
            *result = old < b ? b : old;
            return true;
        default:
            return false;
    }
}

#endif // AMP_EMU_RV32_COMPUTE_H
