// With the option byte BCM4 the M4 boots by itself; BOOT_C2 then does nothing.
#include "guest.h"

enum { READY = 0x600D };

// Which core is first nobody knows.
void m4_main(void) {
    while (SHARED(0) != READY) {
    }
    SHARED(1) += 1;
}

void m7_main(void) {
    SHARED(1) = 0;
    SHARED(0) = READY;
    clocks_on();
    CHECK(FLASH_OPTSR_CUR >> 22 & 1);
    CHECK(REG(0x58000704) == 0x10001 && (RCC_GCR & 8) == 0);
    while (SHARED(1) == 0) {
    }
    boot_m4();
    for (uint32_t i = 0; i < 10000; i++) {
        CHECK(SHARED(1) == 1);
    }
    print("BCM4 done\n");
}
