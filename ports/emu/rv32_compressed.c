/*
 * Extension C: each 16-bit instruction means one of 32 bits.
 * The names and the order of the bits are those of "RVC Instruction Set
 * Listings" in volume I of the manual.
 */
#include "rv32.h"

enum {
    OP_LOAD = 0x03,
    OP_IMM = 0x13,
    OP_STORE = 0x23,
    OP = 0x33,
    OP_LUI = 0x37,
    OP_BRANCH = 0x63,
    OP_JALR = 0x67,
    OP_JAL = 0x6F,
    EBREAK = 0x00100073,
};

// Bits [from, from + count) of the instruction, moved so that the lowest is bit `to`.
static uint32_t bits(uint32_t i, unsigned from, unsigned count, unsigned to) {
    return (i >> from & ((1U << count) - 1U)) << to;
}

// The sign of an immediate, bit 12, copied into bit `to` and all above it.
static uint32_t sign(uint32_t i, unsigned to) {
    return (i >> 12 & 1U) != 0 ? ~0U << to : 0;
}

// The register, x8 to x15, that a field of three bits names.
static uint32_t short_reg(uint32_t i, unsigned from) {
    return 8 + (i >> from & 7U);
}

static uint32_t type_r(uint32_t funct7, uint32_t rs2, uint32_t rs1, uint32_t funct3, uint32_t rd) {
    return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | OP;
}

static uint32_t type_i(uint32_t imm, uint32_t rs1, uint32_t funct3, uint32_t rd, uint32_t op) {
    return imm << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | op;
}

static uint32_t store_word(uint32_t imm, uint32_t rs2, uint32_t rs1) {
    return bits(imm, 5, 7, 25) | rs2 << 20 | rs1 << 15 | 2U << 12 | bits(imm, 0, 5, 7) | OP_STORE;
}

static uint32_t branch(uint32_t imm, uint32_t rs1, uint32_t funct3) {
    return bits(imm, 12, 1, 31) | bits(imm, 5, 6, 25) | rs1 << 15 | funct3 << 12
        | bits(imm, 1, 4, 8) | bits(imm, 11, 1, 7) | OP_BRANCH;
}

static uint32_t jal(uint32_t imm, uint32_t rd) {
    return bits(imm, 20, 1, 31) | bits(imm, 1, 10, 21) | bits(imm, 11, 1, 20) | bits(imm, 12, 8, 12)
        | rd << 7 | OP_JAL;
}

static uint32_t quadrant_0(uint32_t i) {
    uint32_t word = bits(i, 10, 3, 3) | bits(i, 6, 1, 2) | bits(i, 5, 1, 6);
    uint32_t imm = bits(i, 11, 2, 4) | bits(i, 7, 4, 6) | bits(i, 6, 1, 2) | bits(i, 5, 1, 3);
    switch (i >> 13) {
        case 0: // c.addi4spn
            return imm == 0 ? 0 : type_i(imm, 2, 0, short_reg(i, 2), OP_IMM);
        case 2: // c.lw
            return type_i(word, short_reg(i, 7), 2, short_reg(i, 2), OP_LOAD);
        case 6: // c.sw
            return store_word(word, short_reg(i, 2), short_reg(i, 7));
        default: // of extensions F and D, or reserved
            return 0;
    }
}

// c.srli, c.srai, c.andi, c.sub, c.xor, c.or, c.and
static uint32_t arithmetic(uint32_t i) {
    static const uint8_t funct3[4] = {0, 4, 6, 7};
    uint32_t rd = short_reg(i, 7);
    uint32_t shift = bits(i, 2, 5, 0);
    bool bit12 = (i >> 12 & 1U) != 0;
    switch (i >> 10 & 3U) {
        case 0:
            return bit12 ? 0 : type_i(shift, rd, 5, rd, OP_IMM);
        case 1:
            return bit12 ? 0 : type_i(0x400U | shift, rd, 5, rd, OP_IMM);
        case 2:
            return type_i(sign(i, 5) | shift, rd, 7, rd, OP_IMM);
        default: {
            uint32_t which = i >> 5 & 3U;
            return bit12 ? 0
                         : type_r(which == 0 ? 0x20 : 0, short_reg(i, 2), rd, funct3[which], rd);
        }
    }
}

// c.addi16sp, c.lui
static uint32_t upper(uint32_t i, uint32_t rd) {
    if (rd == 2) {
        uint32_t imm =
            sign(i, 9) | bits(i, 6, 1, 4) | bits(i, 5, 1, 6) | bits(i, 3, 2, 7) | bits(i, 2, 1, 5);
        return imm == 0 ? 0 : type_i(imm, 2, 0, 2, OP_IMM);
    }
    uint32_t imm = sign(i, 17) | bits(i, 2, 5, 12);
    return imm == 0 ? 0 : imm | rd << 7 | OP_LUI;
}

static uint32_t quadrant_1(uint32_t i) {
    uint32_t rd = bits(i, 7, 5, 0);
    uint32_t imm = sign(i, 5) | bits(i, 2, 5, 0);
    uint32_t jump = sign(i, 11) | bits(i, 11, 1, 4) | bits(i, 9, 2, 8) | bits(i, 8, 1, 10)
        | bits(i, 7, 1, 6) | bits(i, 6, 1, 7) | bits(i, 3, 3, 1) | bits(i, 2, 1, 5);
    uint32_t near =
        sign(i, 8) | bits(i, 10, 2, 3) | bits(i, 5, 2, 6) | bits(i, 3, 2, 1) | bits(i, 2, 1, 5);
    switch (i >> 13) {
        case 0: // c.addi, c.nop
            return type_i(imm, rd, 0, rd, OP_IMM);
        case 1: // c.jal
            return jal(jump, 1);
        case 2: // c.li
            return type_i(imm, 0, 0, rd, OP_IMM);
        case 3:
            return upper(i, rd);
        case 4:
            return arithmetic(i);
        case 5: // c.j
            return jal(jump, 0);
        case 6: // c.beqz
            return branch(near, short_reg(i, 7), 0);
        default: // c.bnez
            return branch(near, short_reg(i, 7), 1);
    }
}

// c.jr, c.mv, c.ebreak, c.jalr, c.add
static uint32_t registers(uint32_t i, uint32_t rd, uint32_t rs2) {
    bool bit12 = (i >> 12 & 1U) != 0;
    if (rs2 != 0) {
        return type_r(0, rs2, bit12 ? rd : 0, 0, rd);
    }
    if (rd == 0) {
        return bit12 ? EBREAK : 0;
    }
    return type_i(0, rd, 0, bit12 ? 1 : 0, OP_JALR);
}

static uint32_t quadrant_2(uint32_t i) {
    uint32_t rd = bits(i, 7, 5, 0);
    uint32_t rs2 = bits(i, 2, 5, 0);
    switch (i >> 13) {
        case 0: // c.slli
            return (i >> 12 & 1U) != 0 ? 0 : type_i(rs2, rd, 1, rd, OP_IMM);
        case 2: { // c.lwsp
            uint32_t imm = bits(i, 12, 1, 5) | bits(i, 4, 3, 2) | bits(i, 2, 2, 6);
            return rd == 0 ? 0 : type_i(imm, 2, 2, rd, OP_LOAD);
        }
        case 4:
            return registers(i, rd, rs2);
        case 6: // c.swsp
            return store_word(bits(i, 9, 4, 2) | bits(i, 7, 2, 6), rs2, 2);
        default: // of extensions F and D
            return 0;
    }
}

uint32_t rv32_expand(uint16_t instruction) {
    switch (instruction & 3U) {
        case 0:
            return quadrant_0(instruction);
        case 1:
            return quadrant_1(instruction);
        case 2:
            return quadrant_2(instruction);
        default: // not compressed
            return 0;
    }
}
