// The boot ROM's protocol, with what it takes for mistakes; and in which state core 1 begins.
#include "guest.h"

static volatile uint32_t began;
static volatile uint32_t seen[7];

__attribute__((used)) static void state(uint32_t sp) {
    uint32_t value;
    seen[0] = sp;
    __asm__ volatile("mrs %0, primask" : "=r"(value));
    seen[1] = value;
    __asm__ volatile("mrs %0, ipsr" : "=r"(value));
    seen[2] = value;
    __asm__ volatile("mrs %0, control" : "=r"(value));
    seen[3] = value;
    seen[4] = VTOR;
    seen[5] = NVIC_ISER | SCR | SYST_CSR | NVIC_IPR(0);
    seen[6] = CPUID;
    began++;
    dmb();
    // and returns: into the ROM, where it stays
}

__attribute__((naked)) static void begin(void) {
    __asm__ volatile("mov r0, sp\n b state");
}

static bool silent(void) {
    uint32_t word;
    return !next_word(&word, 1000);
}

// A word without SEV is not seen, because the ROM sleeps in WFE.
static void without_event(void) {
    FIFO_WR = 0;
    CHECK(silent());
    sev();
    uint32_t word = 1;
    CHECK(next_word(&word, 1000) && word == 0);
    FIFO_WR = 1;
    CHECK(silent());
    CHECK(began == 0);
    FIFO_WR = 0x20000100; // seen with the next event, both at once
    sev();
    CHECK(next_word(&word, 1000) && word == 1 && next_word(&word, 1000) && word == 0x20000100);
}

// A word that is not the next begins anew: a 0 comes, as at power-on, and not the word.
static void wrong_words(void) {
    const uint32_t sequence[5] = {0, 1, 0x20000200, 0x20041000, 0x20000201};
    for (uint32_t right = 0; right < 5; right++) {
        stop_core1();
        release_core1();
        for (uint32_t i = 0; i < right; i++) {
            CHECK(echoed(sequence[i]));
        }
        uint32_t wrong = right >= 2 ? 0 : right == 1 ? 7 : 9;
        uint32_t word = 1;
        FIFO_WR = wrong;
        sev();
        CHECK(next_word(&word, 1000) && word == 0 && silent());
        CHECK(echoed(1) && echoed(0x20000200));
        CHECK(began == 0);
    }
}

// The ROM empties its own FIFO when it begins.
static void old_words(void) {
    stop_core1();
    FIFO_WR = 1;
    FIFO_WR = 0x20000100;
    release_core1();
    CHECK(silent() && (FIFO_ST & RDY));
    sev();
    CHECK(silent());
}

// It waits until there is room for its echo.
static void no_room(void) {
    uint32_t word = 1;
    stop_core1();
    release_core1();
    for (uint32_t i = 0; i < 12; i++) {
        FIFO_WR = 0;
        sev();
        for (volatile uint32_t n = 0; n < 200; n++) {
        }
    }
    for (uint32_t i = 0; i < DEPTH; i++) {
        CHECK((FIFO_ST & VLD) && FIFO_RD == 0);
    }
    CHECK(next_word(&word, 1000) && word == 0); // that it owed
}

// The ROM sends an event with each word, so who waits for it may sleep.
static void with_event(void) {
    stop_core1();
    release_core1();
    for (uint32_t word = 0; word < 2; word++) {
        FIFO_WR = word;
        sev();
        while (!(FIFO_ST & VLD)) {
            wfe();
        }
        CHECK(FIFO_RD == word);
    }
}

void core0_main(void) {
    CHECK(CPUID == 0 && SCB_CPUID == M_CPUID && VTOR == 0x20000000);
    CHECK(FIFO_ST == (VLD | RDY) && FIFO_RD == 0 && FIFO_ST == RDY);
    without_event();
    wrong_words();
    old_words();
    no_room();
    with_event();
    for (uint32_t i = 1; i <= 20; i++) {
        launch_core1(begin);
        while (began != i) {
        }
        CHECK(seen[0] == vectors1[0] && seen[1] == 0 && seen[2] == 0 && (seen[3] & 3) == 0);
        CHECK(seen[4] == (uint32_t)(uintptr_t)vectors1 && seen[5] == 0 && seen[6] == 1);
        CHECK(silent() && began == i);
        FIFO_WR = 0; // it is not in the protocol now
        sev();
        CHECK(silent());
    }
    print("launch done\n");
}
