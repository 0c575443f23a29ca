// The DMA copies words, goes on through core 1's reset, in a chain for ever, and ends when it is
// aborted: later than the write that says so, and on the RP2350 only if the chain is disabled.
#include "guest.h"

#ifdef RP2350
enum { ABORT = 0x464, INCR_WRITE = 1 << 6, CHAIN_TO = 13, BUSY = 1 << 26 };
#else
enum { ABORT = 0x444, INCR_WRITE = 1 << 5, CHAIN_TO = 11, BUSY = 1 << 24 };
#endif
#define DMA 0x50000000u
#define READ(n) REG(DMA + 0x40 * (n))
#define WRITE(n) REG(DMA + 0x40 * (n) + 4)
#define COUNT(n) REG(DMA + 0x40 * (n) + 8)
#define CTRL(n) (DMA + 0x40 * (n) + 12)
#define AL1_CTRL(n) (DMA + 0x40 * (n) + 16)
enum { EN = 1, WORDS = 2 << 2, INCR_READ = 1 << 4 };

static const uint32_t from[4] = {1, 2, 3, 4};
static volatile uint32_t to[4];
static volatile uint32_t one = 0x11111111;

static void start(uint32_t n, const volatile void *source, volatile void *target, uint32_t count,
    uint32_t options) {
    READ(n) = (uint32_t)(uintptr_t)source;
    WRITE(n) = (uint32_t)(uintptr_t)target;
    COUNT(n) = count;
    REG(CTRL(n)) = EN | WORDS | options;
}

static void wait(void) {
    for (uint32_t began = TIMERAWL; TIMERAWL - began < 20;) {
    }
}

static bool is_written(volatile uint32_t *word) {
    *word = 0;
    wait();
    return *word != 0;
}

static void starts(void) {
    start(2, &one, &to[0], 1, 3 << CHAIN_TO);
    start(3, &one, &to[1], 1, 2 << CHAIN_TO);
    interrupts_off();
    for (;;) {
        wfi();
    }
}

void core0_main(void) {
    start(1, from, to, 4, INCR_READ | INCR_WRITE | 1 << CHAIN_TO);
    while (REG(CTRL(1)) & BUSY) {
    }
    CHECK(to[0] == 1 && to[3] == 4);
    launch_core1(starts);
    wait();
    CHECK(is_written(&to[0]) && is_written(&to[1]));
    stop_core1();
    CHECK(is_written(&to[0]) && is_written(&to[1]));
    for (uint32_t n = 2; n < 4; n++) {
        REG(AL1_CTRL(n) + CLEAR) = EN;
    }
    REG(DMA + ABORT) = 3 << 2;
    while ((REG(AL1_CTRL(2)) | REG(AL1_CTRL(3))) & BUSY) {
    }
    CHECK(!is_written(&to[0]) && !is_written(&to[1]));
    print("dma done\n");
}
