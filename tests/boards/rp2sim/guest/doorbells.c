// Doorbells of RP2350: eight to each core, whose interrupt is a level.
#include "guest.h"

static volatile uint32_t rung[2];
static volatile uint32_t seen[2];
static volatile uint32_t keep; // the handler of core 0 leaves them up, and masks its line

void on_doorbell(void) {
    uint32_t core = CPUID;
    uint32_t bells = DOORBELL_IN_CLR;
    seen[core] |= bells;
    rung[core]++;
    if (core == 0 && keep) {
        NVIC_ICER = 1u << DOORBELL_IRQ;
        return;
    }
    DOORBELL_IN_CLR = bells;
    if (core == 1) {
        DOORBELL_OUT_SET = bells << 1;
    }
}

static void answers(void) {
    NVIC_ISER = 1u << DOORBELL_IRQ;
    for (;;) {
        wfi();
    }
}

static void storm(void) {
    for (;;) {
        DOORBELL_OUT_SET = 1;
    }
}

static void alone(void) {
    CHECK(DOORBELL_OUT_SET == 0 && DOORBELL_IN_SET == 0);
    DOORBELL_OUT_SET = 0x1FF;
    CHECK(DOORBELL_OUT_SET == 0xFF && DOORBELL_OUT_CLR == 0xFF && DOORBELL_IN_SET == 0);
    DOORBELL_OUT_CLR = 0xF0;
    CHECK(DOORBELL_OUT_SET == 0x0F);
    DOORBELL_OUT_CLR = 0x0F;
    DOORBELL_IN_SET = 4; // its own
    CHECK(NVIC_ISPR >> DOORBELL_IRQ & 1);
    NVIC_ICPR = 1u << DOORBELL_IRQ;
    CHECK(NVIC_ISPR >> DOORBELL_IRQ & 1); // a level
    DOORBELL_IN_CLR = 4;
    NVIC_ICPR = 1u << DOORBELL_IRQ;
    CHECK(!(NVIC_ISPR >> DOORBELL_IRQ & 1) && DOORBELL_IN_CLR == 0);
}

static void to_and_fro(void) {
    launch_core1(answers);
    NVIC_ISER = 1u << DOORBELL_IRQ;
    interrupts_off();
    for (uint32_t i = 0; i < 500; i++) {
        uint32_t before = rung[0];
        DOORBELL_OUT_SET = 1u << i % 7;
        while (rung[0] == before) {
            wfi();
            interrupts_on();
            interrupts_off();
        }
        CHECK(seen[1] == 1u << i % 7 && seen[0] == 2u << i % 7 && rung[1] == i + 1);
        seen[0] = 0;
        seen[1] = 0;
    }
    interrupts_on();
}

void core0_main(void) {
    alone();
    if (has_argument("storm")) { // and a handler that does not mask
        launch_core1(storm);
        NVIC_ISER = 1u << DOORBELL_IRQ;
        for (volatile uint32_t i = 0; i < 1000; i++) {
        }
    } else {
        to_and_fro();
        keep = 1;
        launch_core1(storm);
        for (uint32_t i = 0; i < 200; i++) {
            uint32_t before = rung[0];
            NVIC_ISER = 1u << DOORBELL_IRQ;
            while (rung[0] == before) {
            }
        }
        // A reset of core 1 leaves what it rang.
        stop_core1();
        CHECK(DOORBELL_IN_SET == 1);
    }
    print("doorbells done\n");
}
