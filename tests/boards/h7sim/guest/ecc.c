// A store of less than a word is lost by a reset, unless something else was written to the
// same SRAM after it.  Each life checks what the last one left.
#include "guest.h"

#define LIFE REG(0x2001F000)
#define BYTE(address) (*(volatile uint8_t *)(uintptr_t)(address))
#define HALF(address) (*(volatile uint16_t *)(uintptr_t)(address))
enum { POWER = 1 << 23, WORD = 0x38000100, OTHER = 0x38000200, SRAM1 = 0x30000000 };

__attribute__((noreturn)) static void reset(void) {
    AIRCR = 0x05FA0004;
    dsb();
    for (;;) {
    }
}

void m4_main(void) {
    BYTE(WORD + 3) = 0x55;
    CHECK(REG(WORD) == 0x55111111);
    reset();
}

__attribute__((noreturn)) static void next_life(void) {
    LIFE += 1;
    reset();
}

static void prepare(void) {
    clocks_on();
    REG(WORD) = 0x11111111;
    REG(SRAM1) = 0x22222222;
    REG(OTHER) = 0;
}

static void life_byte(void) {
    BYTE(WORD) = 0x55;
    HALF(WORD + 2) = 0x5555;
    REG(0x30000100) = 1; // another SRAM
    CHECK(REG(WORD) == 0x55551155);
    next_life();
}

static void life_elsewhere(void) {
    CHECK(REG(WORD) == 0x11111111);
    BYTE(WORD) = 0x55;
    REG(OTHER) = 1;
    BYTE(SRAM1) = 0x66;
    BYTE(SRAM1 + 4) = 0x66;
    next_life();
}

static void life_word(void) {
    CHECK(REG(WORD) == 0x11111155 && REG(OTHER) == 1 && REG(SRAM1) == 0x22222266);
    BYTE(WORD) = 0x77;
    REG(WORD) = 0x33333333;
    next_life();
}

static void life_line(void) {
    CHECK(REG(WORD) == 0x33333333);
    cache_on();
    BYTE(WORD) = 0x44;
    DCCMVAC = WORD; // a line is whole words
    dsb();
    next_life();
}

static void life_m4(void) {
    CHECK(REG(WORD) == 0x33333344);
    prepare();
    LIFE += 1;
    boot_m4();
    for (;;) {
        wfi();
    }
}

void m7_main(void) {
    static void (*const lives[])(void) = {life_byte, life_elsewhere, life_word, life_line, life_m4};
    bool first = RCC_RSR & POWER;
    RCC_RSR = 1 << 16;
    clocks_on();
    if (first) {
        LIFE = 0;
        prepare();
    }
    if (LIFE < sizeof(lives) / sizeof(lives[0])) {
        lives[LIFE]();
    }
    CHECK(REG(WORD) == 0x11111111);
    print("ecc done\n");
}
