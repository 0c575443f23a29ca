// Core 1 runs what core 0 puts into memory, also while it runs; from flash as well, as long
// as that is not written.
#include "guest.h"

static volatile uint32_t counter;
static volatile uint32_t beats;
static uint16_t code[16] __attribute__((aligned(4)));

// Thumb: adds `step` to the counter, without end.
static void put_code(uint16_t step) {
    volatile uint16_t *to = code;
    to[0] = 0x4802; // ldr r0, counter
    to[1] = 0x6801; // again: ldr r1, [r0]
    to[2] = (uint16_t)(0x3100 | step); // adds r1, #step
    to[3] = 0x6001; // str r1, [r0]
    to[4] = 0xE7FB; // b again
    to[5] = 0xBF00;
    *(volatile uint32_t *)(void *)(code + 6) = (uint32_t)(uintptr_t)&counter;
}

static void changes(void) {
    put_code(2);
    launch_core1((void (*)(void))((uintptr_t)code | 1));
    while (counter < 100) {
    }
    CHECK(counter % 2 == 0);
    code[2] = 0x3110; // one store
    dmb();
    uint32_t last = counter;
    while (counter == last) {
    }
    last = counter;
    for (uint32_t i = 0; i < 20; i++) {
        uint32_t now = counter;
        CHECK((now - last) % 0x10 == 0);
        while (counter == now) {
        }
        last = now;
    }
}

__attribute__((section(".flash"), used, noinline)) static void from_flash(void) {
    for (;;) {
        beats = beats + 1;
    }
}

static void from_ram(void) {
    for (;;) {
        beats = beats + 1;
    }
}

// Core 0 executes nothing in flash, so it goes on while the flash is being written.
void core0_main(void) {
    static const volatile char *const flash = (const volatile char *)(uintptr_t)0x10000000;
    changes();
    CHECK(*flash != 0);
    launch_core1(has_argument("flash") ? from_flash : from_ram);
    uint32_t begin = beats;
    while (beats < begin + 10) {
    }
    FLASH_IS_WRITTEN = 1;
    CHECK(FLASH_IS_WRITTEN == 1);
    begin = beats;
    while (beats < begin + 1000) { // core 1 goes on
    }
    if (has_argument("read")) {
        CHECK(*flash == 0);
    }
    FLASH_IS_WRITTEN = 0;
    CHECK(*flash != 0);
    print("code done\n");
}
