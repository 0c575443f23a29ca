// Core 1 writes into the FIFO without end.  A handler that reads until it is empty, or that
// returns with its line enabled, lets core 0 do nothing else; one that disables it does.
#include "guest.h"

static volatile uint32_t rung;
static bool masks;

void on_fifo0(void) {
    for (uint32_t i = 0; i < DEPTH && (FIFO_ST & VLD); i++) {
        (void)FIFO_RD;
    }
    FIFO_ST = WOF | ROE;
    rung++;
    if (masks) {
        NVIC_ICER = 1u << FIFO_IRQ0;
    }
}

static void storm(void) {
    for (;;) {
        FIFO_WR = 1;
    }
}

void core0_main(void) {
    volatile uint32_t work = 0;
    masks = has_argument("masks");
    launch_core1(storm);
    for (uint32_t i = 0; i < 1000; i++) {
        NVIC_ISER = 1u << FIFO_IRQ0;
        for (uint32_t n = 0; n < 20; n++) {
            work++;
        }
    }
    CHECK(rung >= 10 && work == 20000);
    NVIC_ICER = 1u << FIFO_IRQ0;
    stop_core1();
    print("storm done\n");
}
