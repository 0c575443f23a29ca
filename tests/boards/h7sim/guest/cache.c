// The M7's cache is its own: what is not cleaned the M4 does not see, what is
// not invalidated the M7 does not see, and a line is written back as a whole.
// An MPU region without caching cures all of it.
#include "guest.h"

enum { READ = 1, WRITE, STOP };

// One line that is never cached: by it the M7 asks the M4 to read and write.
#define COMMAND SHARED(100)
#define ADDRESS REG(0x38000C84)
#define VALUE REG(0x38000C88)

void m4_main(void) {
    for (;;) {
        uint32_t command = COMMAND;
        if (command == STOP) {
            return;
        }
        if (command == READ) {
            VALUE = REG(ADDRESS);
        } else if (command == WRITE) {
            REG(ADDRESS) = VALUE;
        }
        if (command != 0) {
            COMMAND = 0;
        }
    }
}

static uint32_t ask(uint32_t command, volatile uint32_t *address, uint32_t value) {
    ADDRESS = (uint32_t)(uintptr_t)address;
    VALUE = value;
    COMMAND = command;
    while (COMMAND != 0) {
    }
    return VALUE;
}

static void uncached_region(uint32_t number, uint32_t base, uint32_t log2_size) {
    MPU_RNR = number;
    MPU_RBAR = base;
    MPU_RASR = 3u << 24 | 1u << 19 | (log2_size - 1) << 1 | 1; // normal memory, not cached
    MPU_CTRL = 5;
    dsb();
}

static void m7_writes(volatile uint32_t *word) {
    ask(WRITE, word, 1);
    DCIMVAC = (uint32_t)(uintptr_t)word;
    CHECK(*word == 1);
    *word = 2;
    CHECK(*word == 2 && ask(READ, word, 0) == 1);
    DCCMVAC = (uint32_t)(uintptr_t)word;
    CHECK(*word == 2 && ask(READ, word, 0) == 2);
    *word = 3;
    DCIMVAC = (uint32_t)(uintptr_t)word; // what was dirty is lost
    CHECK(*word == 2);
}

static void m4_writes(volatile uint32_t *word) {
    CHECK(*word == 2);
    ask(WRITE, word, 4);
    CHECK(*word == 2);
    DCCIMVAC = (uint32_t)(uintptr_t)word; // it is clean, so nothing of the M4's is lost
    CHECK(*word == 4);
}

static void both_write(volatile uint32_t *word) {
    volatile uint32_t *neighbour = word + 7;
    ask(WRITE, neighbour, 10);
    DCIMVAC = (uint32_t)(uintptr_t)word;
    *word = 5;
    ask(WRITE, neighbour, 11);
    DCCMVAC = (uint32_t)(uintptr_t)word;
    CHECK(ask(READ, word, 0) == 5);
    CHECK(ask(READ, neighbour, 0) == 10); // and 11 is lost
}

static void uncached(volatile uint32_t *word) {
    volatile uint32_t *neighbour = word + 7;
    uncached_region(1, 0x38000000, 16);
    *word = 6;
    CHECK(ask(READ, word, 0) == 6);
    ask(WRITE, neighbour, 12);
    *word = 7;
    CHECK(*neighbour == 12 && ask(READ, neighbour, 0) == 12);
    MPU_RNR = 1;
    MPU_RASR = 0;
    dsb();
}

// As many lines of one set as there are ways, and one: the first must leave.
static void capacity(volatile uint32_t *word) {
    enum { SAME_SET = 128 * 32 / 4 };
    ask(WRITE, word, 20);
    DCIMVAC = (uint32_t)(uintptr_t)word;
    *word = 21;
    for (uint32_t way = 1; way <= 4; way++) {
        CHECK(ask(READ, word, 0) == 20);
        (void)word[way * SAME_SET];
    }
    CHECK(ask(READ, word, 0) == 21);
}

// Shareable memory is not cached, whatever else the region says.
static void shareable(volatile uint32_t *word) {
    MPU_RNR = 1;
    MPU_RBAR = 0x38000000;
    MPU_RASR = 3u << 24 | 1u << 19 | 7u << 16 | 15u << 1 | 1;
    dsb();
    *word = 30;
    CHECK(ask(READ, word, 0) == 30);
    MPU_RASR &= ~(1u << 18); // as before, but not shareable: cached
    dsb();
    *word = 31;
    CHECK(ask(READ, word, 0) == 30);
    DCCIMVAC = (uint32_t)(uintptr_t)word;
    // Not cached, but for the first eighth, which is as the background says.
    MPU_RASR = 3u << 24 | 1u << 19 | 1u << 8 | 15u << 1 | 1;
    dsb();
    volatile uint32_t *second_eighth = word + 0x2000 / 4;
    *word = 32;
    *second_eighth = 33;
    CHECK(ask(READ, word, 0) == 31 && ask(READ, second_eighth, 0) == 33);
    MPU_RASR = 0;
    DCCIMVAC = (uint32_t)(uintptr_t)word;
}

// Bytes and halfwords, across a line's end too.
static void sizes(volatile uint32_t *word) {
    volatile uint8_t *bytes = (volatile uint8_t *)word;
    for (uint32_t i = 0; i < 64; i++) {
        bytes[i] = (uint8_t)(i + 1);
    }
    uint32_t unaligned = *(volatile uint32_t *)(uintptr_t)((uintptr_t)word + 30);
    CHECK(unaligned == 0x22211F1F + 0x100);
    *(volatile uint32_t *)(uintptr_t)((uintptr_t)word + 30) = 0xA1B2C3D4;
    CHECK(bytes[29] == 30 && bytes[30] == 0xD4 && bytes[31] == 0xC3);
    CHECK(bytes[32] == 0xB2 && bytes[33] == 0xA1 && bytes[34] == 35);
}

void m7_main(void) {
    clocks_on();
    uncached_region(7, 0x38000C80, 5);
    COMMAND = 0;
    cache_on();
    boot_m4();
    static const uintptr_t words[] = {0x38000000, 0x3000F000};
    for (uint32_t i = 0; i < 2; i++) {
        volatile uint32_t *word = &REG(words[i]);
        m7_writes(word);
        m4_writes(word);
        both_write(word);
        if (i == 0) {
            uncached(word);
            shareable(word);
        }
        capacity(word);
        sizes(word);
    }
    COMMAND = STOP;
    print("cache done\n");
}
