/* The emulated hart: atomics, compressed instructions, system, and the edges of memory. */
#include "rv32_case.h"

// ---- Extension A ----

static enum rv32_stop atomic(uint32_t funct5, uint32_t rs2, uint32_t address, uint32_t memory) {
    reset();
    uint32_t word = type_r(funct5 << 2, 2, 0x2F);
    memcpy(code, &word, 4);
    memcpy(data, &memory, 4);
    cpu.x[1] = address;
    cpu.x[2] = rs2;
    return rv32_run(&cpu, 1);
}

static void test_amo(void **state) {
    static const struct {
        uint32_t funct5, memory, rs2, result;
    } cases[] = {
        {0, 0xFFFFFFFF, 2, 1}, // amoadd
        {1, 5, 6, 6}, // amoswap
        {4, 0xFF, 0x0F, 0xF0}, // amoxor
        {8, 0xF0, 0x0F, 0xFF}, // amoor
        {12, 0xF8, 0x1F, 0x18}, // amoand
        {16, minus, 1, minus}, {16, 1, minus, minus}, // amomin
        {20, minus, 1, 1}, {20, 1, minus, 1}, // amomax
        {24, minus, 1, 1}, {24, 1, minus, 1}, // amominu
        {28, minus, 1, minus}, {28, 1, minus, minus}, // amomaxu
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(atomic(cases[i].funct5, cases[i].rs2, DATA, cases[i].memory), RV32_GOING);
        uint32_t now;
        memcpy(&now, data, 4);
        assert_int_equal(now, cases[i].result);
        assert_int_equal(cpu.x[3], cases[i].memory);
        assert_int_equal(atomic(cases[i].funct5, 0, DATA + 2, 0), RV32_MISALIGNED_STORE);
        assert_int_equal(atomic(cases[i].funct5, 0, CODE, 0), RV32_BAD_STORE);
    }
    static const uint8_t unknown[] = {5, 6, 7, 9, 10, 11, 13, 14, 15, 17, 21, 25, 29, 30, 31};
    for (size_t i = 0; i < sizeof(unknown); i++) {
        assert_int_equal(atomic(unknown[i], 0, DATA, 0), RV32_ILLEGAL);
    }
    assert_int_equal(one(type_r(0, 3, 0x2F), DATA, 0), RV32_ILLEGAL); // of 64 bits
}

// LR and SC, with what is between them.
static uint32_t reserve(uint32_t at, uint32_t sc_at, bool changed) {
    reset();
    uint32_t lr = 2U << 27 | 1U << 15 | 2U << 12 | 4U << 7 | 0x2F;
    uint32_t sc = type_r(3U << 2, 2, 0x2F);
    memcpy(code, &lr, 4);
    memcpy(code + 4, &sc, 4);
    cpu.x[1] = at;
    cpu.x[2] = 99;
    assert_int_equal(rv32_run(&cpu, 1), RV32_GOING);
    cpu.x[1] = sc_at;
    data[0] ^= changed ? 1 : 0;
    assert_int_equal(rv32_run(&cpu, 1), RV32_GOING);
    return cpu.x[3];
}

static void test_reservation(void **state) {
    (void)state;
    assert_int_equal(reserve(DATA, DATA, false), 0);
    assert_int_equal(data[0], 99);
    assert_int_equal(reserve(DATA, DATA, true), 1);
    assert_int_equal(data[0], 1);
    assert_int_equal(reserve(DATA, DATA + 4, false), 1);
    assert_int_equal(data[4], 0);
    // It is good for one SC, also where that changes nothing.
    assert_int_equal(reserve(DATA, DATA, false), 0);
    cpu.pc = CODE;
    memset(data, 0, 4);
    cpu.x[2] = 0;
    assert_int_equal(rv32_run(&cpu, 2), RV32_GOING);
    assert_int_equal(cpu.x[3], 0);
    cpu.pc = CODE + 4;
    assert_int_equal(rv32_run(&cpu, 1), RV32_GOING);
    assert_int_equal(cpu.x[3], 1);
    assert_int_equal(atomic(3, 7, DATA, 0), RV32_GOING); // without a reservation
    assert_int_equal(cpu.x[3], 1);
    assert_int_equal(data[0], 0);
    assert_int_equal(atomic(2, 0, DATA, 0), RV32_ILLEGAL); // LR has no second register
}

// ---- Extension C: what each stands for, from an assembler ----

static const struct {
    uint16_t half;
    uint32_t word;
} compressed[] = {
    {0x0048, 0x00410513}, // c.addi4spn x10, x2, 4
    {0x1ffc, 0x3fc10793}, // c.addi4spn x15, x2, 1020
    {0x4080, 0x0004a403}, // c.lw x8, 0(x9)
    {0x5c7c, 0x07c42783}, // c.lw x15, 124(x8)
    {0x4370, 0x04472603}, // c.lw x12, 68(x14)
    {0xc080, 0x0084a023}, // c.sw x8, 0(x9)
    {0xdc7c, 0x06f42e23}, // c.sw x15, 124(x8)
    {0xc370, 0x04c72223}, // c.sw x12, 68(x14)
    {0x0001, 0x00000013}, // c.nop
    {0x1281, 0xfe028293}, // c.addi x5, -32
    {0x02fd, 0x01f28293}, // c.addi x5, 31
    {0x2ffd, 0x7fe000ef}, // c.jal 2046
    {0x3001, 0x801ff0ef}, // c.jal -2048
    {0x246d, 0x2aa000ef}, // c.jal 0x2aa
    {0x5ffd, 0xfff00f93}, // c.li x31, -1
    {0x40d5, 0x01500093}, // c.li x1, 21
    {0x617d, 0x1f010113}, // c.addi16sp x2, 496
    {0x7101, 0xe0010113}, // c.addi16sp x2, -512
    {0x6171, 0x15010113}, // c.addi16sp x2, 0x150
    {0x6185, 0x000011b7}, // c.lui x3, 1
    {0x7181, 0xfffe01b7}, // c.lui x3, 0xfffe0
    {0x6f7d, 0x0001ff37}, // c.lui x30, 31
    {0x8005, 0x00145413}, // c.srli x8, 1
    {0x83fd, 0x01f7d793}, // c.srli x15, 31
    {0x8405, 0x40145413}, // c.srai x8, 1
    {0x87fd, 0x41f7d793}, // c.srai x15, 31
    {0x9881, 0xfe04f493}, // c.andi x9, -32
    {0x88d5, 0x0154f493}, // c.andi x9, 21
    {0x8c1d, 0x40f40433}, // c.sub x8, x15
    {0x8cb9, 0x00e4c4b3}, // c.xor x9, x14
    {0x8d55, 0x00d56533}, // c.or x10, x13
    {0x8df1, 0x00c5f5b3}, // c.and x11, x12
    {0xaffd, 0x7fe0006f}, // c.j 2046
    {0xb001, 0x801ff06f}, // c.j -2048
    {0xab91, 0x5540006f}, // c.j 0x554
    {0xcc7d, 0x0e040f63}, // c.beqz x8, 254
    {0xd381, 0xf00780e3}, // c.beqz x15, -256
    {0xc64d, 0x0a060563}, // c.beqz x12, 0xaa
    {0xec7d, 0x0e041f63}, // c.bnez x8, 254
    {0xf381, 0xf00790e3}, // c.bnez x15, -256
    {0x00fe, 0x01f09093}, // c.slli x1, 31
    {0x0f86, 0x001f9f93}, // c.slli x31, 1
    {0x50fe, 0x0fc12083}, // c.lwsp x1, 252(x2)
    {0x4f82, 0x00012f83}, // c.lwsp x31, 0(x2)
    {0x44d6, 0x05412483}, // c.lwsp x9, 84(x2)
    {0x8082, 0x00008067}, // c.jr x1
    {0x8f82, 0x000f8067}, // c.jr x31
    {0x80fe, 0x01f000b3}, // c.mv x1, x31
    {0x9002, 0x00100073}, // c.ebreak
    {0x9082, 0x000080e7}, // c.jalr x1
    {0x9f82, 0x000f80e7}, // c.jalr x31
    {0x90fe, 0x01f080b3}, // c.add x1, x31
    {0xdf86, 0x0e112e23}, // c.swsp x1, 252(x2)
    {0xc07e, 0x01f12023}, // c.swsp x31, 0(x2)
    {0xcaa6, 0x04912a23}, // c.swsp x9, 84(x2)
};

static void test_compressed(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(compressed) / sizeof(compressed[0]); i++) {
        if (rv32_expand(compressed[i].half) != compressed[i].word) {
            fail_msg(
                "0x%04x: 0x%08x", compressed[i].half, (unsigned)rv32_expand(compressed[i].half));
        }
    }
    // Reserved, of extensions F and D, or of 64 bits.
    static const uint16_t none[] = {0x0000, 0x0004, 0x2000, 0x6000, 0x8000, 0xA000, 0xE000, 0x6101,
        0x6181, 0x9001, 0x9401, 0x9C01, 0x9C41, 0x9C61, 0x1082, 0x4002, 0x8002, 0x2002, 0x6002,
        0xA002, 0xE002};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        assert_int_equal(rv32_expand(none[i]), 0);
        assert_int_equal(one(none[i], 0, 0), RV32_ILLEGAL);
        assert_int_equal(cpu.instruction, none[i]);
    }
    assert_int_equal(one(0x4189, 0, 0), RV32_GOING); // c.li x3, 2
    assert_int_equal(cpu.pc, CODE + 2);
    assert_int_equal(cpu.x[3], 2);
}

// ---- System, and the edges of memory ----

static void test_system(void **state) {
    (void)state;
    assert_int_equal(one(0x00000073, 0, 0), RV32_ECALL);
    assert_int_equal(cpu.pc, CODE + 4);
    assert_int_equal(cpu.instructions, 1);
    assert_int_equal(one(0x00100073, 0, 0), RV32_BREAKPOINT);
    assert_int_equal(cpu.pc, CODE);
    assert_int_equal(cpu.instructions, 0);
    static const uint32_t privileged[] = {
        0x30200073, 0x10500073, 0x300110F3, 0xC0002573, 0x000000F3};
    for (size_t i = 0; i < sizeof(privileged) / sizeof(privileged[0]); i++) {
        assert_int_equal(one(privileged[i], 0, 0), RV32_ILLEGAL);
    }
    static const uint32_t opcodes[] = {0x07, 0x0B, 0x1B, 0x27, 0x2B, 0x3B, 0x43, 0x47, 0x4B, 0x4F,
        0x53, 0x57, 0x5B, 0x6B, 0x77, 0x7B, 0x1F, 0x3F, 0x5F, 0x7F};
    for (size_t i = 0; i < sizeof(opcodes) / sizeof(opcodes[0]); i++) {
        assert_int_equal(one(opcodes[i], DATA, 0), RV32_ILLEGAL);
    }
}

static void test_end_of_code(void **state) {
    (void)state;
    reset();
    uint32_t nop = 0x00000013;
    memcpy(code + LEN - 4, &nop, 4);
    cpu.pc = CODE + LEN - 4;
    assert_int_equal(rv32_run(&cpu, 2), RV32_BAD_JUMP);
    assert_int_equal(cpu.pc, CODE + LEN);
    memcpy(code + LEN - 2, &nop, 2); // its second half is not there
    cpu.pc = CODE + LEN - 2;
    assert_int_equal(rv32_run(&cpu, 1), RV32_BAD_JUMP);
    assert_int_equal(cpu.address, CODE + LEN);
    cpu.pc = DATA; // not to be executed
    assert_int_equal(rv32_run(&cpu, 1), RV32_BAD_JUMP);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_amo),
        cmocka_unit_test(test_reservation),
        cmocka_unit_test(test_compressed),
        cmocka_unit_test(test_system),
        cmocka_unit_test(test_end_of_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
