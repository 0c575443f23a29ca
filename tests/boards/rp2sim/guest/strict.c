// One mistake, the one that the argument names: the run must end with it.
#include "guest.h"

static volatile uint8_t bytes[8] __attribute__((aligned(8)));

#define BYTE(address) (*(volatile uint8_t *)(uintptr_t)(address))
#define HALF(address) (*(volatile uint16_t *)(uintptr_t)(address))

// What the compiler does not know it does not take apart.
static uint32_t hidden(uint32_t value) {
    __asm__ volatile("" : "+r"(value));
    return value;
}

static void memories(void) {
    if (has_argument("unmapped")) {
        (void)REG(0x30000000);
    } else if (has_argument("null")) {
        (void)REG(hidden(0));
    } else if (has_argument("behind-ram")) {
        REG(RAM_END) = 1;
    } else if (has_argument("flash-write")) {
        REG(0x10000100) = 1;
    } else if (has_argument("word")) {
        (void)REG(hidden((uint32_t)(uintptr_t)bytes + 2));
    } else if (has_argument("half")) {
        HALF(hidden((uint32_t)(uintptr_t)bytes + 1)) = 1;
    } else if (has_argument("register")) {
        (void)REG(hidden(0xD0000052));
    } else if (has_argument("fetch")) {
        ((void (*)(void))0x30000001)();
    } else if (has_argument("thumb")) {
        ((void (*)(void))0x20000000)();
    }
}

static void registers(void) {
    if (has_argument("sio")) {
        (void)REG(0xD0000004);
    } else if (has_argument("sio-write")) {
        REG(0xD0000058) = 1;
    } else if (has_argument("spinlock")) { // on RP2350
        (void)SPINLOCK(0);
    } else if (has_argument("sio-byte")) {
        BYTE(0xD0000054) = 1;
    } else if (has_argument("ppb-byte")) {
        BYTE(0xE000E400) = 1;
    } else if (has_argument("ppb-half")) {
        (void)HALF(0xE000ED10);
    } else if (has_argument("iabr")) {
        (void)REG(0xE000E300);
    } else if (has_argument("cfsr")) {
        (void)REG(0xE000ED28);
    } else if (has_argument("shpr1")) {
        REG(0xE000ED18) = 0;
    } else if (has_argument("cpacr")) {
        REG(0xE000ED88) = 0xF << 20;
    } else if (has_argument("iser1")) {
        REG(0xE000E104) = 1;
    } else if (has_argument("vtor")) {
        VTOR = 0x20000000 + TABLE_ALIGNED / 2;
    } else if (has_argument("psm")) {
        (void)REG(PSM + 8);
    } else if (has_argument("psm-others")) {
        REG(PSM_FRCE_OFF + SET) = 1 << 15;
    } else if (has_argument("timer")) {
        (void)REG(TIMER + 8);
    } else if (has_argument("sysreset")) {
        REG(0xE000ED0C) = 0x05FA0004;
        wfi();
    }
}

static void instructions(void) {
    if (has_argument("undefined")) {
        __asm__ volatile("udf #1");
    } else if (has_argument("v7m")) {
        __asm__ volatile(".hword 0xF04F, 0x0001"); // mov.w r0, #1
    } else if (has_argument("v7m-it")) {
        __asm__ volatile(".hword 0xBF08"); // it eq
    } else if (has_argument("v7m-cbz")) {
        __asm__ volatile(".hword 0xB100"); // cbz r0, .+4
    } else if (has_argument("v7m-ldrex")) {
        __asm__ volatile(".hword 0xE853, 0x2F00" ::: "r2"); // ldrex r2, [r3]
    } else if (has_argument("v7m-basepri")) {
        __asm__ volatile(".hword 0xF380, 0x8811"); // msr basepri, r0
    } else if (has_argument("v7m-div")) {
        __asm__ volatile(".hword 0xFB90, 0xF0F1"); // sdiv r0, r0, r1
    } else if (has_argument("svc-masked")) {
        interrupts_off();
        __asm__ volatile("svc #1");
    } else if (has_argument("bkpt")) {
        __asm__ volatile("bkpt #1");
    } else if (has_argument("semihost")) {
        semihost(0x99, 0);
    } else if (has_argument("unprivileged")) {
        __asm__ volatile("msr control, %0\n isb\n svc #1" ::"r"(1));
    } else if (has_argument("asleep")) {
        wfi();
    } else if (has_argument("asleep-wfe")) {
        sev();
        wfe();
        wfe();
    } else if (has_argument("spin")) {
        for (;;) {
            dmb();
        }
    } else if (has_argument("exit")) {
        print("leaving\n");
        leave(77);
    }
}

// ---- Core 1's mistakes ----

static void core1_unaligned(void) {
    (void)REG(hidden((uint32_t)(uintptr_t)bytes + 2));
}

static void core1_others(void) {
    REG(PSM_FRCE_OFF) = PROC1 | 1;
}

static void on_core1(void (*entry)(void)) {
    launch_core1(entry);
    for (;;) {
        wfi();
    }
}

static void core1(void) {
    uint32_t table = (uint32_t)(uintptr_t)vectors1;
    if (has_argument("core1")) {
        on_core1(core1_unaligned);
    } else if (has_argument("core1-psm")) {
        on_core1(core1_others);
    } else if (has_argument("core1-entry")) {
        stop_core1();
        release_core1();
        (void)send_launch(table, vectors1[0], 0x20000400);
    } else if (has_argument("core1-table")) {
        stop_core1();
        release_core1();
        (void)send_launch(table + TABLE_ALIGNED / 2, vectors1[0], 0x20000401);
    }
}

void core0_main(void) {
    memories();
    registers();
    instructions();
    core1();
    print("nothing ended the run\n");
}
