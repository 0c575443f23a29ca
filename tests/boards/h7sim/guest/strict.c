// One mistake, the one that the argument names: the run must end with it.
#include "guest.h"

static char argument[16];

static void get_argument(void) {
    uint32_t block[2] = {(uint32_t)(uintptr_t)argument, sizeof(argument)};
    CHECK(semihost(0x15, block) == 0);
}

static bool is(const char *name) {
    const char *p = argument;
    while (*name != '\0' && *p == *name) {
        p++;
        name++;
    }
    return *p == *name;
}

// The M4's mistakes.
void m4_main(void) {
    uint32_t which = SHARED(0);
    if (which == 1) {
        REG(0x20000000) = 1; // DTCM is the M7's
    } else if (which == 2) {
        ((void (*)(void))0xC0000001)();
    } else if (which == 3) {
        (void)REG(0x24000000);
    } else if (which == 4) {
        HSEM_R(2) = M4_ID; // locked by the M7
    } else if (which == 5) {
        DCCMVAC = 0x38000000;
    } else if (which == 6) {
        interrupts_off();
        __asm__ volatile("svc 1");
    }
}

static void on_m4(uint32_t which) {
    clocks_on();
    SHARED(0) = which;
    CHECK(HSEM_RLR(2) >> 31);
    boot_m4();
    for (;;) {
        wfi();
    }
}

static void registers(void) {
    if (is("unmapped")) {
        (void)REG(0x40000000);
    } else if (is("flash-write")) {
        REG(0x08000100) = 1;
    } else if (is("no-register")) {
        (void)REG(0x58024444);
    } else if (is("hsem-clock")) {
        (void)HSEM_RLR(0);
    } else if (is("syscfg-clock")) {
        (void)SYSCFG_UR3;
    } else if (is("d2-clock")) {
        REG(0x30000000) = 1;
    } else if (is("bytes")) {
        clocks_on();
        (void)*(volatile uint8_t *)(uintptr_t)0x58026400;
    } else if (is("wrong-id")) {
        clocks_on();
        CHECK(HSEM_RLR(0) >> 31);
        HSEM_R(0) = M4_ID;
    }
}

static void mpu_region(uint32_t base, uint32_t attributes) {
    MPU_RBAR = base;
    MPU_RASR = attributes;
    MPU_CTRL = 5;
    dsb();
}

static void system_control(void) {
    if (is("cache-unknown")) {
        CCR |= 1u << 16;
    } else if (is("cache-reset")) {
        if (RCC_RSR & 1u << 23) {
            RCC_RSR = 1u << 16;
            cache_on();
            AIRCR = 0x05FA0004;
            wfi();
        }
        print("again\n");
        CCR |= 1u << 16;
    } else if (is("mpu-align")) {
        mpu_region(0x38000400, 3u << 24 | 15u << 1 | 1);
    } else if (is("mpu-no-access")) {
        mpu_region(0x38000000, 15u << 1 | 1);
        (void)REG(0x38000000);
    } else if (is("mpu-read-only")) {
        mpu_region(0x38000000, 5u << 24 | 15u << 1 | 1);
        (void)REG(0x38000000);
        print("read\n");
        REG(0x38000000) = 1;
    } else if (is("unaligned")) {
        (void)REG(0x38000002);
        mpu_region(0x38000000, 3u << 24 | 1u << 19 | 15u << 1 | 1); // normal, not cached
        REG(0x38000002) = 1;
        print("normal\n");
        mpu_region(0x38000000, 3u << 24 | 15u << 1 | 1); // strongly ordered
        REG(0x38000004) = 1;
        print("aligned\n");
        (void)REG(0x38000002);
    } else if (is("unaligned-sdram")) {
        REG(0xC0000004) = 1;
        print("aligned\n");
        REG(0xC0000006) = 1;
    } else if (is("fpu")) {
        __asm__ volatile("vmov.f32 s0, #1.0" ::: "s0");
    } else if (is("undefined")) {
        __asm__ volatile("udf #1");
    } else if (is("undefined-wfe")) {
        __asm__ volatile("wfe\n udf #1");
    } else if (is("svc-masked")) {
        interrupts_off();
        __asm__ volatile("svc 1");
    } else if (is("fetch")) {
        ((void (*)(void))0x38000001)();
    } else if (is("thumb")) {
        ((void (*)(void))0x08000000)();
    } else if (is("bkpt")) {
        __asm__ volatile("bkpt 1");
    } else if (is("semihost")) {
        semihost(0x99, 0);
    } else if (is("unprivileged")) {
        __asm__ volatile("msr control, %0\n isb\n svc 1" ::"r"(1));
    } else if (is("boot-nowhere")) {
        clocks_on();
        SYSCFG_UR3 = 0x08180000;
        boot_m4();
        wfi();
    }
}

// How else a run ends.
static void ends(void) {
    if (is("asleep")) {
        wfi();
    } else if (is("asleep-masked")) {
        SYST_RVR = 100;
        SYST_CSR = 7;
        uint32_t level = 0x10;
        __asm__ volatile("msr basepri, %0\n isb" ::"r"(level) : "memory");
        SHPR(15) = 0x20;
        wfi();
    } else if (is("spin")) {
        for (;;) {
            dsb();
        }
    } else if (is("resets")) {
        AIRCR = 0x05FA0004;
        wfi();
    } else if (is("exit")) {
        print("leaving\n");
        leave(77);
    } else if (is("wfe")) {
        for (uint32_t i = 0; i < 1000; i++) {
            __asm__ volatile("wfe\n sev\n yield");
        }
        print("leaving\n");
        leave(78);
    }
}

void m7_main(void) {
    get_argument();
    if (is("m4-dtcm")) {
        on_m4(1);
    } else if (is("m4-fetch")) {
        on_m4(2);
    } else if (is("m4-axi")) {
        on_m4(3);
    } else if (is("m4-release")) {
        on_m4(4);
    } else if (is("m4-cache")) {
        on_m4(5);
    } else if (is("m4-svc")) {
        on_m4(6);
    }
    registers();
    system_control();
    ends();
    print("nothing ended the run\n");
}
