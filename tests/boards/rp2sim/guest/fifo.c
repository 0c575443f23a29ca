// The FIFOs between the cores: order, depth, flags, and their interrupt, which is a level.
#include "guest.h"

static volatile uint32_t rung;
static volatile uint32_t go;
static volatile uint32_t result;

static uint32_t words; // that the handler takes

void on_fifo0(void) {
    rung++;
    for (uint32_t i = 0; i < words; i++) {
        (void)FIFO_RD;
    }
    if (words == 0) {
        NVIC_ICER = 1u << FIFO_IRQ0;
    }
}

void on_fifo1(void) {
    while (FIFO_ST & VLD) {
        FIFO_WR = FIFO_RD + 1;
    }
    FIFO_ST = WOF | ROE;
}

static void wait_go(uint32_t n) {
    while (go != n) {
    }
}

static void peer(void) {
    wait_go(1);
    CHECK(FIFO_ST == RDY);
    for (uint32_t i = 0; i < DEPTH; i++) {
        CHECK(FIFO_ST & RDY);
        FIFO_WR = 100 + i;
    }
    CHECK(FIFO_ST == 0);
    (void)FIFO_RD;
    CHECK(FIFO_ST == ROE);
    FIFO_WR = 1;
    CHECK(FIFO_ST == (WOF | ROE));
    FIFO_ST = ROE;
    CHECK(FIFO_ST == WOF); // the writer sees it,
    result = 1;
    wait_go(2);
    CHECK(FIFO_ST == (WOF | RDY)); // and keeps it
    FIFO_ST = ROE;
    CHECK(FIFO_ST == (WOF | RDY));
    FIFO_ST = WOF;
    CHECK(FIFO_ST == RDY);
    result = 2;
    NVIC_ISER = 1u << FIFO_IRQ1;
    for (;;) {
        wfi();
    }
}

static void flags(void) {
    launch_core1(peer);
    go = 1;
    while (result != 1) {
    }
    CHECK(FIFO_ST == (VLD | RDY)); // not the reader
    for (uint32_t i = 0; i < DEPTH; i++) {
        CHECK(FIFO_RD == 100 + i);
    }
    CHECK(FIFO_ST == RDY);
    (void)FIFO_RD;
    CHECK(FIFO_ST == (RDY | ROE));
    go = 2;
    while (result != 2) {
    }
    CHECK(FIFO_ST == (RDY | ROE));
}

static bool pends(void) {
    return NVIC_ISPR >> FIFO_IRQ0 & 1;
}

// ROE is up, and nothing else.
static void level(void) {
    CHECK(pends());
    NVIC_ICPR = 1u << FIFO_IRQ0;
    CHECK(pends()); // it is a level
    FIFO_ST = ROE;
    CHECK(pends()); // and what was pending stays
    NVIC_ICPR = 1u << FIFO_IRQ0;
    CHECK(!pends());
    uint32_t word = 0;
    FIFO_WR = 7;
    CHECK(next_word(&word, 10000) && word == 8); // core 1's handler
    NVIC_ICPR = 1u << FIFO_IRQ0;
    CHECK(!pends());
    for (uint32_t i = 0; i < 3; i++) {
        FIFO_WR = i;
    }
    for (volatile uint32_t i = 0; i < 1000; i++) {
    }
    words = 1; // one at a time: it comes again until there is none
    NVIC_ISER = 1u << FIFO_IRQ0;
    __asm__ volatile("isb");
    CHECK(rung == 3 && !(FIFO_ST & (VLD | ROE)));
    words = 0; // a handler that takes none is left, and comes again when it is enabled
    FIFO_WR = 1;
    while (rung != 4) {
    }
    for (volatile uint32_t i = 0; i < 100; i++) {
    }
    CHECK(rung == 4);
    NVIC_ISER = 1u << FIFO_IRQ0;
    __asm__ volatile("isb");
    CHECK(rung == 5);
    CHECK(FIFO_RD == 2);
}

// One word there, one back, as fast as both can.
static void round_trips(void) {
    for (uint32_t i = 0; i < 500; i++) {
        uint32_t word = 0;
        FIFO_WR = i;
        CHECK(next_word(&word, 10000) && word == i + 1);
    }
}

void core0_main(void) {
    flags();
    level();
    round_trips();
    print("fifo done\n");
}
