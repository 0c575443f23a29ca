// The M4 boots once per reset, where SYSCFG_UR3 says: here from D2 SRAM, with
// code that the M7 put there.  Then the code changes while it runs.
#include "guest.h"

enum { CODE = 0x30001000, VECTORS = 0x30000000, COUNTER = 0x38000000, STOP = 0x38000020 };

// Thumb, with the M4's addresses: adds `step` to the counter until told to stop.
static void put_code(uint32_t step) {
    static const uint16_t code[] = {
        0x4804, // ldr r0, counter
        0x4905, // ldr r1, stop
        0x6802, // again: ldr r2, [r0]
        0x3200, // adds r2, #step
        0x6002, // str r2, [r0]
        0x680B, // ldr r3, [r1]
        0x2B00, // cmp r3, #0
        0xD0F9, // beq again
        0xBF30, // wfi
        0xE7FD, // b wfi
    };
    volatile uint16_t *to = (volatile uint16_t *)(uintptr_t)CODE;
    for (uint32_t i = 0; i < sizeof(code) / sizeof(code[0]); i++) {
        to[i] = i == 3 ? (uint16_t)(code[i] + step) : code[i];
    }
    REG(CODE + 20) = COUNTER;
    REG(CODE + 24) = STOP;
}

void m7_main(void) {
    clocks_on();
    CHECK(SYSCFG_UR3 == 0x08100000 && (FLASH_OPTSR_CUR & 3u << 22) == 1u << 23);
    SYSCFG_UR3 = 0x10000000;
    put_code(2);
    REG(VECTORS) = 0x10048000;
    REG(VECTORS + 4) = 0x10001001;
    REG(COUNTER) = 0;
    REG(STOP) = 0;
    boot_m4();
    CHECK(RCC_GCR == 8);
    RCC_GCR = 0;
    CHECK(RCC_GCR == 8);
    while (REG(COUNTER) < 1000) {
    }
    CHECK(REG(COUNTER) % 2 == 0);
    RCC_GCR = 8; // once more: it goes on, not anew
    put_code(0x10);
    uint32_t last = REG(COUNTER);
    for (uint32_t i = 0; i < 100; i++) {
        uint32_t now = REG(COUNTER);
        CHECK((now - last) % 0x10 == 0);
        while (REG(COUNTER) == now) {
        }
        last = now;
    }
    REG(STOP) = 1;
    print("boot done\n");
}
