// PSM resets core 1 with its NVIC, SysTick and VTOR, and nothing else, in whatever it does.
#include "guest.h"

static volatile uint32_t count;
static volatile uint32_t mode;
static volatile uint32_t dirty;

void on_fifo1(void) {
}

// Masked, with an interrupt in flood, asleep, with a spinlock, in a handler that does not end.
static void life(void) {
    dirty |= NVIC_ISER | SCR | SYST_CSR | (ICSR & 0x1FF);
    dirty |= NVIC_ISPR & ~(1u << FIFO_IRQ1); // that line is up if ROE stayed, in SIO
    NVIC_ISER = 0xFFFF;
    SYST_RVR = 1000;
    SYST_CSR = 5;
    SCR = 16;
#ifndef RP2350 // it has none
    (void)SPINLOCK(20);
#endif
    count++;
    dmb();
    for (;;) {
        if (mode == 0) {
            interrupts_off();
            FIFO_WR = 0xDEAD;
        } else if (mode == 1) {
            NVIC_ISER = 1u << FIFO_IRQ1;
            (void)FIFO_RD; // ROE keeps the line up
        } else if (mode == 2) {
            wfe();
        } else {
            interrupts_off();
            wfi();
        }
    }
}

static void off_by_itself(void) {
    REG(PSM_FRCE_OFF + XOR) = PROC1;
    count = 1000;
}

static void aliases(void) {
    REG(PSM_FRCE_OFF) = PROC1;
    CHECK(REG(PSM_FRCE_OFF) == PROC1 && PSM_DONE == (PSM_ALL & ~PROC1));
    REG(PSM_FRCE_OFF + SET) = PROC1;
    CHECK(REG(PSM_FRCE_OFF + SET) == PROC1);
    REG(PSM_FRCE_OFF + CLEAR) = PROC1;
    CHECK(REG(PSM_FRCE_OFF) == 0 && PSM_DONE == PSM_ALL);
    REG(PSM_FRCE_OFF + XOR) = PROC1;
    CHECK(REG(PSM_FRCE_OFF) == PROC1);
    REG(PSM_FRCE_OFF) = 0;
    CHECK(REG(PSM_FRCE_OFF) == 0);
}

// What SIO holds stays.
static void stays(void) {
    launch_core1(life);
    while (count == 0) {
    }
    for (volatile uint32_t n = 0; n < 2000; n++) { // until it has filled the FIFO
    }
    while (FIFO_ST & RDY) {
        FIFO_WR = 5; // it does not read
    }
    REG(PSM_FRCE_OFF + SET) = PROC1;
    CHECK((FIFO_ST & (VLD | RDY)) == VLD); // full, both
    for (uint32_t i = 0; i < DEPTH; i++) {
        CHECK(FIFO_RD == 0xDEAD);
    }
    CHECK(!(FIFO_ST & VLD));
}

// And its flags, which only it can clear.
static void leaves_flag(void) {
    FIFO_ST = WOF | ROE;
    (void)FIFO_RD;
    dirty = FIFO_ST;
    for (;;) {
    }
}

static void finds_flag(void) {
    dirty = FIFO_ST << 8;
    FIFO_ST = ROE;
    for (;;) {
    }
}

static void flags(void) {
    launch_core1(leaves_flag);
    while (dirty == 0) {
    }
    CHECK(dirty == (ROE | RDY));
    launch_core1(finds_flag);
    while (dirty < 0x100) {
    }
    CHECK(dirty == (ROE | RDY) << 8);
    dirty = 0;
}

#ifndef RP2350 // it has no locks that can be used
// So does what it locked.
static void locks(void) {
    CHECK(SPINLOCK_ST == 1u << 20 && SPINLOCK(20) == 0);
    SPINLOCK(20) = 0;
    CHECK(SPINLOCK_ST == 0 && SPINLOCK(20) == 1u << 20 && SPINLOCK(21) == 1u << 21);
    CHECK(SPINLOCK_ST == 3u << 20);
    SPINLOCK(20) = 1;
    SPINLOCK(21) = 1;
}
#else
static void locks(void) {
}
#endif

void core0_main(void) {
    aliases();
    mode = 0;
    stays();
    locks();
    flags();
    for (uint32_t i = 0; i < 200; i++) {
        uint32_t before = count;
        mode = i % 4;
        launch_core1(life);
        while (count == before) {
        }
        for (volatile uint32_t n = 0; n < i % 40; n++) {
        }
        stop_core1();
        uint32_t at = count;
        stop_core1(); // it is, already
        for (volatile uint32_t n = 0; n < 30; n++) {
        }
        CHECK(count == at && dirty == 0);
        CHECK(!(FIFO_ST & (VLD | WOF | ROE)));
    }
    launch_core1(off_by_itself);
    while (REG(PSM_FRCE_OFF) == 0) {
    }
    for (volatile uint32_t n = 0; n < 100; n++) {
    }
    CHECK(count == 201);
    print("reset done\n");
}
