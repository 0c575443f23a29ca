// With the option byte BCM4 the M4 boots by itself; BOOT_C2 then does nothing.
#include "guest.h"

void m4_main(void) {
    SHARED(0) += 1;
}

void m7_main(void) {
    SHARED(0) = 0;
    clocks_on();
    CHECK(FLASH_OPTSR_CUR >> 22 & 1);
    CHECK(REG(0x58000704) == 0x10001 && (RCC_GCR & 8) == 0);
    while (SHARED(0) == 0) {
    }
    boot_m4();
    for (uint32_t i = 0; i < 10000; i++) {
        CHECK(SHARED(0) == 1);
    }
    print("BCM4 done\n");
}
