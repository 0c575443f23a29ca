// Core 1 takes its faults as exceptions, all as HardFault: the place is right, and nothing of the instruction is done.
#include "guest.h"

static volatile uint32_t caught;
static volatile uint32_t mode;
static volatile uint32_t ran_on;
static volatile uint32_t frame_pc;
static volatile uint32_t frame_r0;
static volatile uint32_t frame_r1;
static volatile uint32_t memory[4];

extern const char insn_load[], insn_store[], insn_pop[], insn_half[], insn_bus[], insn_undefined[],
    insn_svc[];

__attribute__((used)) static void caught_at(const uint32_t *frame) {
    frame_r0 = frame[0];
    frame_r1 = frame[1];
    frame_pc = frame[6];
    caught++;
    dmb();
    if (mode == 100) {
        __asm__ volatile("udf #0"); // a fault in here
    }
    for (;;) {
        wfi();
    }
}

__attribute__((naked)) void on_hard_fault(void) {
    __asm__ volatile("mov r0, sp\n b caught_at");
}

// clang-format off
#define FAULTS(name, insn) \
    static void do_##name(void) { \
        register uint32_t r0 __asm__("r0") = (uint32_t)(uintptr_t)memory + 1; \
        register uint32_t r1 __asm__("r1") = 0x11111111; \
        register uint32_t r2 __asm__("r2") = (uint32_t)(uintptr_t)&ran_on; \
        __asm__ volatile(".global insn_" #name "\n movs r3, #1\n insn_" #name ": " insn "\n str r3, [r2]\n" \
                         : "+r"(r0), "+r"(r1) : "r"(r2) : "r3", "memory"); \
    }
FAULTS(load, "ldr r1, [r0]")
FAULTS(store, "str r1, [r0]")
FAULTS(pop, "ldmia r0!, {r1, r3}")
FAULTS(half, "strh r1, [r0]")
FAULTS(bus, "lsls r0, r3, #30\n insn_bus2: ldr r1, [r0]")
FAULTS(undefined, "udf #1")
FAULTS(svc, "cpsid i\n insn_svc2: svc #1")
// clang-format on
extern const char insn_bus2[], insn_svc2[];

static void core1(void) {
    switch (mode) {
        case 0:
            do_load();
            break;
        case 1:
            do_store();
            break;
        case 2:
            do_pop();
            break;
        case 3:
            do_half();
            break;
        case 4:
            do_bus();
            break;
        case 5:
        case 100:
            do_undefined();
            break;
        case 6:
            do_svc();
            break;
        case 7:
            ((void (*)(void))0x30000001)();
            break;
        default:
            NVIC_ISER = 1u << FIFO_IRQ1; // nobody expects it
            __asm__ volatile("mov sp, %0\n udf #1" ::"r"(0x10000000)); // no stack
    }
    ran_on = 1;
}

static void run(uint32_t which) {
    mode = which;
    memory[0] = 0x01020304;
    memory[1] = 0x05060708;
    launch_core1(core1);
    for (volatile uint32_t n = 0; n < 300; n++) {
    }
    CHECK(ran_on == 0 && memory[0] == 0x01020304 && memory[1] == 0x05060708);
}

void core0_main(void) {
    const char *const places[] = {
        insn_load, insn_store, insn_pop, insn_half, insn_bus2, insn_undefined, insn_svc2};
#ifdef RP2350
    caught = 4; // for it the first four are none
#endif
    for (uint32_t i = caught; i < 7; i++) {
        run(i);
        CHECK(caught == i + 1 && (i == 6 || frame_pc == (uint32_t)(uintptr_t)places[i]));
        CHECK(i > 3 || frame_r0 == (uint32_t)(uintptr_t)memory + 1);
        CHECK(frame_r1 == 0x11111111);
    }
    run(7); // fetch
    CHECK(caught == 8 && frame_pc == 0x30000000);
    // A fault in that handler, and one without a stack: nothing is heard of it.
    run(100);
    CHECK(caught == 9 && !(FIFO_ST & VLD));
    run(101);
    FIFO_WR = 1; // an interrupt does not get it out,
    for (volatile uint32_t n = 0; n < 300; n++) {
    }
    CHECK(caught == 9);
    run(4); // but a reset does
    CHECK(caught == 10);
    print("faults done\n");
}
