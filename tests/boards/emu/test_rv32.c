/* The emulated hart: integers, jumps and memory. */
#include "rv32_case.h"

// ---- Integers ----

static const struct {
    const char *name;
    uint32_t funct7, funct3, a, b, result;
} registers[] = {
    {"add", 0, 0, 0xFFFFFFFF, 2, 1},
    {"sub", 0x20, 0, 1, 2, 0xFFFFFFFF},
    {"sll", 0, 1, 3, 31, minus},
    {"sll, 5 bits count", 0, 1, 3, 32, 3},
    {"slt", 0, 2, minus, 0, 1},
    {"slt", 0, 2, 0x7FFFFFFF, minus, 0},
    {"slt, equal", 0, 2, 5, 5, 0},
    {"sltu", 0, 3, minus, 0, 0},
    {"sltu", 0, 3, 0, minus, 1},
    {"xor", 0, 4, 0xFF00FF00, 0x0FF00FF0, 0xF0F0F0F0},
    {"srl", 0, 5, minus, 31, 1},
    {"srl, 0", 0, 5, minus, 32, minus},
    {"sra", 0x20, 5, minus, 31, 0xFFFFFFFF},
    {"sra, positive", 0x20, 5, 0x7FFFFFFF, 30, 1},
    {"sra, 0", 0x20, 5, minus, 32, minus},
    {"or", 0, 6, 0xF0, 0x0F, 0xFF},
    {"and", 0, 7, 0xF8, 0x1F, 0x18},
    {"mul", 1, 0, 0xFFFFFFFF, 3, 0xFFFFFFFD},
    {"mulh", 1, 1, 0xFFFFFFFF, 3, 0xFFFFFFFF},
    {"mulh", 1, 1, minus, minus, 0x40000000},
    {"mulhsu", 1, 2, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF},
    {"mulhsu", 1, 2, minus, 0xFFFFFFFF, minus},
    {"mulhu", 1, 3, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFE},
    {"div", 1, 4, 0xFFFFFFF9, 2, 0xFFFFFFFD},
    {"div, overflow", 1, 4, minus, 0xFFFFFFFF, minus},
    {"div, by 0", 1, 4, 7, 0, 0xFFFFFFFF},
    {"divu", 1, 5, 0xFFFFFFF9, 2, 0x7FFFFFFC},
    {"divu, by 0", 1, 5, 7, 0, 0xFFFFFFFF},
    {"rem", 1, 6, 0xFFFFFFF9, 2, 0xFFFFFFFF},
    {"rem, overflow", 1, 6, minus, 0xFFFFFFFF, 0},
    {"rem, by 0", 1, 6, 0xFFFFFFF9, 0, 0xFFFFFFF9},
    {"remu", 1, 7, 0xFFFFFFF9, 10, 9},
    {"remu, by 0", 1, 7, 7, 0, 7},
};

static void test_registers(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
        uint32_t word = type_r(registers[i].funct7, registers[i].funct3, 0x33);
        assert_int_equal(one(word, registers[i].a, registers[i].b), RV32_GOING);
        if (cpu.x[3] != registers[i].result || cpu.pc != CODE + 4) {
            fail_msg("%s: 0x%08x", registers[i].name, (unsigned)cpu.x[3]);
        }
    }
    for (uint32_t funct7 = 2; funct7 < 128; funct7++) {
        for (uint32_t funct3 = 0; funct3 < 8; funct3++) {
            bool known = funct7 == 0x20 && (funct3 == 0 || funct3 == 5);
            assert_int_equal(
                one(type_r(funct7, funct3, 0x33), 1, 1), known ? RV32_GOING : RV32_ILLEGAL);
        }
    }
}

static const struct {
    const char *name;
    uint32_t imm, funct3, a, result;
} immediates[] = {
    {"addi", 0xFFF, 0, 5, 4},
    {"slti", 0xFFF, 2, 0, 0},
    {"slti", 0xFFF, 2, minus, 1},
    {"sltiu, sign extended", 0xFFF, 3, 0, 1},
    {"xori", 0xFFF, 4, 0xFF, 0xFFFFFF00},
    {"ori", 0x700, 6, 0xFF, 0x7FF},
    {"andi", 0xFF0, 7, 0x123456FF, 0x123456F0},
    {"slli", 31, 1, 1, minus},
    {"srli", 31, 5, minus, 1},
    {"srai", 0x400 | 31, 5, minus, 0xFFFFFFFF},
    {"srai, 0", 0x400, 5, minus, minus},
};

static void test_immediates(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(immediates) / sizeof(immediates[0]); i++) {
        uint32_t word = type_i(immediates[i].imm, immediates[i].funct3, 0x13);
        assert_int_equal(one(word, immediates[i].a, 0), RV32_GOING);
        if (cpu.x[3] != immediates[i].result) {
            fail_msg("%s: 0x%08x", immediates[i].name, (unsigned)cpu.x[3]);
        }
    }
    for (uint32_t funct7 = 1; funct7 < 128; funct7++) { // a shift by 32 and more, among others
        assert_int_equal(one(type_i(funct7 << 5, 1, 0x13), 1, 1), RV32_ILLEGAL);
        assert_int_equal(
            one(type_i(funct7 << 5, 5, 0x13), 1, 1), funct7 == 0x20 ? RV32_GOING : RV32_ILLEGAL);
    }
}

static void test_upper(void **state) {
    (void)state;
    assert_int_equal(one(0xFFFFF000U | 3U << 7 | 0x37, 0, 0), RV32_GOING); // lui
    assert_int_equal(cpu.x[3], 0xFFFFF000U);
    assert_int_equal(one(0xFFFFF000U | 3U << 7 | 0x17, 0, 0), RV32_GOING); // auipc
    assert_int_equal(cpu.x[3], CODE - 0x1000U);
}

static void test_x0(void **state) {
    (void)state;
    uint32_t addi = type_i(5, 0, 0x13) & ~(31U << 7);
    assert_int_equal(one(addi, 1, 1), RV32_GOING);
    assert_int_equal(cpu.x[0], 0);
    uint32_t load = type_i(0, 2, 0x03) & ~(31U << 7);
    assert_int_equal(one(load, DATA, 0), RV32_GOING);
    assert_int_equal(cpu.x[0], 0);
    assert_int_equal(one(load, 0, 0), RV32_BAD_LOAD); // it is done all the same
}

// ---- Jumps ----

static void test_jumps(void **state) {
    (void)state;
    assert_int_equal(one(0x0080016F | 1U << 7, 0, 0), RV32_GOING); // jal x3, 8
    assert_int_equal(cpu.pc, CODE + 8);
    assert_int_equal(cpu.x[3], CODE + 4);
    assert_int_equal(one(0xFFFFF1EF, 0, 0), RV32_GOING); // jal x3, -2
    assert_int_equal(cpu.pc, CODE - 2);
    assert_int_equal(rv32_run(&cpu, 1), RV32_BAD_JUMP);
    assert_int_equal(cpu.address, CODE - 2);
    assert_int_equal(cpu.jumped_from, CODE);
    assert_int_equal(one(type_i(3, 0, 0x67), CODE + 0x100, 0), RV32_GOING); // jalr, odd
    assert_int_equal(cpu.pc, CODE + 0x102);
    assert_int_equal(cpu.x[3], CODE + 4);
    // The register may be the same one.
    assert_int_equal(one((type_i(0, 0, 0x67) & ~(31U << 7)) | 1U << 7, CODE + 8, 0), RV32_GOING);
    assert_int_equal(cpu.pc, CODE + 8);
    assert_int_equal(cpu.x[1], CODE + 4);
    for (uint32_t funct3 = 1; funct3 < 8; funct3++) {
        assert_int_equal(one(type_i(0, funct3, 0x67), CODE, 0), RV32_ILLEGAL);
    }
}

static void test_branches(void **state) {
    static const struct {
        uint32_t funct3, a, b;
        bool taken;
    } cases[] = {
        {0, 7, 7, true}, {0, 7, 8, false}, // beq
        {1, 7, 8, true}, {1, 7, 7, false}, // bne
        {4, minus, 0, true}, {4, 0, minus, false}, {4, 5, 5, false}, // blt
        {5, 0, minus, true}, {5, minus, 0, false}, {5, 5, 5, true}, // bge
        {6, 0, minus, true}, {6, minus, 0, false}, {6, 5, 5, false}, // bltu
        {7, minus, 0, true}, {7, 0, minus, false}, {7, 5, 5, true}, // bgeu
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        // To pc + 0x8AA, which has both ends of the immediate in use, and back.
        uint32_t forward = 0x0A208563U | 1U << 7 | cases[i].funct3 << 12;
        assert_int_equal(one(forward, cases[i].a, cases[i].b), RV32_GOING);
        assert_int_equal(cpu.pc, cases[i].taken ? CODE + 0x8AA : CODE + 4);
        uint32_t back = 0xFE208FE3U | cases[i].funct3 << 12;
        assert_int_equal(one(back, cases[i].a, cases[i].b), RV32_GOING);
        assert_int_equal(cpu.pc, cases[i].taken ? CODE - 2 : CODE + 4);
    }
    assert_int_equal(one(0x00208463U | 2U << 12, 0, 0), RV32_ILLEGAL);
    assert_int_equal(one(0x00208463U | 3U << 12, 0, 0), RV32_ILLEGAL);
}

// ---- Memory ----

static enum rv32_stop load(uint32_t funct3, uint32_t address) {
    reset();
    uint32_t word = type_i(0, funct3, 0x03);
    memcpy(code, &word, 4);
    memcpy(data, "\x80\xFE\x01\x82", 4);
    cpu.x[1] = address;
    return rv32_run(&cpu, 1);
}

static void test_loads(void **state) {
    static const struct {
        uint32_t funct3, offset, result;
    } cases[] = {
        {0, 0, 0xFFFFFF80},
        {0, 2, 1},
        {1, 0, 0xFFFFFE80},
        {1, 2, 0xFFFF8201},
        {2, 0, 0x8201FE80},
        {4, 0, 0x80},
        {4, 3, 0x82},
        {5, 0, 0xFE80},
        {5, 2, 0x8201},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(load(cases[i].funct3, DATA + cases[i].offset), RV32_GOING);
        assert_int_equal(cpu.x[3], cases[i].result);
    }
    assert_int_equal(load(3, DATA), RV32_ILLEGAL);
    assert_int_equal(load(6, DATA), RV32_ILLEGAL);
    assert_int_equal(load(7, DATA), RV32_ILLEGAL);
    assert_int_equal(load(1, DATA + 1), RV32_MISALIGNED_LOAD);
    assert_int_equal(load(2, DATA + 2), RV32_MISALIGNED_LOAD);
    assert_int_equal(cpu.address, DATA + 2);
    assert_int_equal(load(2, DATA + LEN - 4), RV32_GOING);
    static const uint32_t nowhere[] = {DATA + LEN, DATA - 4, 0, 0x2FFFFFFC, 0xFFFFFFFC, 0x70000000};
    for (size_t i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++) {
        assert_int_equal(load(2, nowhere[i]), RV32_BAD_LOAD);
        assert_int_equal(cpu.address, nowhere[i]);
        assert_int_equal(cpu.pc, CODE);
        assert_int_equal(cpu.x[3], 0);
    }
}

static void test_stores(void **state) {
    static const char *const results[] = {"\x11\0\0\0", "\x11\x22\0\0", "\x11\x22\x33\x44"};
    (void)state;
    for (uint32_t funct3 = 0; funct3 < 3; funct3++) {
        assert_int_equal(one(type_s(0xFF0, funct3), DATA + 16, 0x44332211), RV32_GOING);
        assert_memory_equal(data, results[funct3], 4);
        assert_int_equal(cpu.stored_at, DATA);
        assert_int_equal(cpu.stored_len, 1U << funct3);
    }
    for (uint32_t funct3 = 3; funct3 < 8; funct3++) {
        assert_int_equal(one(type_s(0, funct3), DATA, 1), RV32_ILLEGAL);
    }
    assert_int_equal(one(type_s(0, 2), DATA + 1, 1), RV32_MISALIGNED_STORE);
    assert_int_equal(one(type_s(0, 2), DATA + LEN, 1), RV32_BAD_STORE);
    assert_int_equal(one(type_s(0, 2), CODE, 1), RV32_BAD_STORE); // not to be written
    assert_int_equal(cpu.stored_len, 0);
}

static void test_fences(void **state) {
    (void)state;
    assert_int_equal(one(0x0FF0000F, 0, 0), RV32_GOING); // fence
    assert_int_equal(one(0x0000100F, 0, 0), RV32_GOING); // fence.i
    assert_int_equal(one(0x0000200F, 0, 0), RV32_ILLEGAL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registers),
        cmocka_unit_test(test_immediates),
        cmocka_unit_test(test_upper),
        cmocka_unit_test(test_x0),
        cmocka_unit_test(test_jumps),
        cmocka_unit_test(test_branches),
        cmocka_unit_test(test_loads),
        cmocka_unit_test(test_stores),
        cmocka_unit_test(test_fences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
