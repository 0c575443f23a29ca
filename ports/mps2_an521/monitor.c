/*
 * The resident monitor: what core 1 runs from its release to the end, except
 * while it runs firmware.  It is part of the host's program, but only core 1
 * executes it; it has a stack of its own and calls nothing of the host's.
 *
 * Everything leads to park: reset, the interrupt that stops, every fault, the
 * end of firmware, and the slide that the host writes over firmware which does
 * not let the interrupt in.  park makes the core what it was after reset, as
 * far as a program can: no exception active, all interrupts quiet, privileged,
 * no stack limit.  Then it waits to be started.
 *
 * A core that faults while it has faults masked locks up; nothing helps then.
 */
#include "host.h"

#include "regs.h"

#define CONTROL AMP_AN521_CONTROL

static uint64_t stack[128] __attribute__((used));

// While firmware runs.  Filled in by the host.
uintptr_t an521_firmware_vectors[AMP_AN521_VECTORS] __attribute__((aligned(1024)));

// Entered from anywhere, in any mode.  What was on the stack is told to
// parked(): the frame of the exception if there is one.
__attribute__((naked, noreturn)) void an521_park(void) {
    __asm__ volatile( //
        "cpsid i\n"
        "mrs r1, ipsr\n"
        "tst lr, #4\n"
        "ite eq\n"
        "mrseq r0, msp\n"
        "mrsne r0, psp\n"
        "movs r3, #0\n"
        "msr msplim, r3\n"
        "msr psplim, r3\n"
        "msr basepri, r3\n"
        "msr control, r3\n"
        "isb\n"
        "ldr r3, =stack + 1024\n"
        "mov sp, r3\n"
        "b parked\n"
        ".ltorg\n");
}

// Entered by firmware that ends, with its exit code.  The state says how far it
// got; a stop that comes meanwhile finds the cause in place.
__attribute__((noreturn)) static void leave(uint32_t code) {
    __asm__ volatile("cpsid i" ::: "memory");
    CONTROL->code = code;
    CONTROL->cause = AMP_AN521_EXITED;
    an521_park();
}

// No interrupt is let in here, so there are none for them.
// clang-format off
#define PARK (uintptr_t)an521_park
const uintptr_t an521_monitor_vectors[16] __attribute__((aligned(128))) = {
    (uintptr_t)stack + sizeof(stack), PARK, PARK, PARK, PARK, PARK, PARK, PARK,
    PARK, PARK, PARK, PARK, PARK, PARK, PARK, PARK,
};
// clang-format on

// ---- What happened ----

// Only frames in RAM are looked at: the stack pointer may be what went wrong.
static uint32_t frame_pc(const uint32_t *frame) {
    amp_da_t da = (amp_da_t)frame;
    bool in_data = da % 4 == 0 && da - AMP_AN521_DATA_DA <= AMP_AN521_DATA_LEN - 8 * sizeof(*frame);
    return in_data ? frame[6] : 0;
}

static void record_fault(const uint32_t *frame, uint32_t exception) {
    enum { STKERR = 0x00101010 }; // the frame was not written, or not wholly
    uint32_t cfsr = SCB_CFSR;
    CONTROL->cfsr = cfsr;
    CONTROL->hfsr = SCB_HFSR;
    CONTROL->address = (cfsr & 0xFF00) ? SCB_BFAR : SCB_MMFAR;
    CONTROL->pc = (cfsr & STKERR) ? 0 : frame_pc(frame);
    CONTROL->code = exception;
    CONTROL->cause = AMP_AN521_FAULTED;
}

// ---- Back to where reset leaves a core ----

static void quiet(void) {
    SYST_CSR = 0;
    for (unsigned i = 0; i < NVIC_WORDS; ++i) {
        NVIC_ICER(i) = UINT32_MAX;
        NVIC_ICPR(i) = UINT32_MAX;
    }
    SCB_ICSR = ICSR_PENDSVCLR | ICSR_PENDSTCLR;
    SCB_CFSR = UINT32_MAX;
    SCB_HFSR = UINT32_MAX;
    MPU_CTRL = 0;
    FPU_FPCCR &= ~1u; // a lazily saved context is nobody's any more
    SCB_CPACR = 0;
    SCB_VTOR = (uint32_t)(uintptr_t)an521_monitor_vectors;
    barrier();
}

// An active exception, but not `current`; 0 if there is none.
static uint32_t other_active(uint32_t current) {
    static const uint8_t system[12] = {4, 5, 3, 6, 7, 2, 0, 11, 12, 0, 14, 15};
    uint32_t active = SCB_SHCSR;
    for (uint32_t i = 0; i < sizeof(system); ++i) {
        if ((active >> i & 1) && system[i] != 0 && system[i] != current) {
            return system[i];
        }
    }
    for (uint32_t i = 0; i < 32 * NVIC_WORDS; ++i) {
        if ((NVIC_IABR(i / 32) >> (i % 32) & 1) && 16 + i != current) {
            return 16 + i;
        }
    }
    return 0;
}

// Return from the active exception with a frame made up here: into the handler
// of exception `next`, or into thread mode for 0; in both cases to our caller.
__attribute__((naked)) static void return_into(uint32_t next) {
    (void)next;
    __asm__ volatile( //
        "sub sp, #32\n"
        "orr r1, r0, #0x01000000\n" // Thumb
        "str r1, [sp, #28]\n"
        "bic r2, lr, #1\n"
        "str r2, [sp, #24]\n"
        "str lr, [sp, #20]\n"
        "cmp r0, #0\n"
        "ite eq\n"
        "mvneq r3, #6\n" // 0xFFFFFFF9
        "mvnne r3, #14\n" // 0xFFFFFFF1
        "bx r3\n");
}

static uint32_t current_exception(void) {
    uint32_t exception;
    __asm__ volatile("mrs %0, ipsr" : "=r"(exception)::"memory");
    return exception;
}

static void unwind(void) {
    for (uint32_t now = current_exception(); now != 0; now = current_exception()) {
        return_into(other_active(now));
    }
    uint32_t none = 0;
    __asm__ volatile("msr control, %0\n isb" ::"r"(none) : "memory");
}

// ---- Start ----

// Faults are told apart, and the stop comes before everything that firmware
// does not raise above others itself.
static void prepare(void) {
    enum { USAGE_BUS_MEMORY = 7u << 16, SECURE = 1u << 19, LATER = 0x20202020 };
    SCB_VTOR = (uint32_t)(uintptr_t)an521_firmware_vectors;
    SCB_SHCSR |= USAGE_BUS_MEMORY | SECURE;
    SCB_SHPR(0) = 0;
    SCB_SHPR(1) = 0x20000000;
    SCB_SHPR(2) = 0x20200000;
    for (unsigned i = 0; i < 8 * NVIC_WORDS; ++i) {
        NVIC_IPR(i) = i == IRQ_MHU1 / 4 ? LATER & ~(0xFFu << 8 * (IRQ_MHU1 % 4)) : LATER;
    }
    NVIC_ISER(0) = 1u << IRQ_MHU1;
    barrier();
}

__attribute__((noreturn)) static void run(uint32_t sp, uint32_t entry) {
    __asm__ volatile( //
        "msr msp, %0\n"
        "mov lr, #-1\n"
        "cpsie i\n"
        "isb\n"
        "bx %1\n" ::"r"(sp),
        "r"(entry)
        : "memory", "lr");
    __builtin_unreachable();
}

static void ring_host(void) {
    barrier();
    MHU_SET(MHU1, 0) = 1;
}

// Interrupts are off: the doorbell wakes us, and we look what it was for.  A
// stop that came too late for the firmware it was meant for is forgotten here.
// Only what was seen is cleared: a start may come in between.
static void wait_for_start(void) {
    NVIC_ISER(0) = 1u << IRQ_MHU1;
    uint32_t rung = 0;
    while (!(rung & AMP_AN521_RING_START)) {
        sleep_until_interrupt();
        rung = MHU_STAT(MHU1, 1);
        MHU_CLR(MHU1, 1) = rung;
        barrier();
        NVIC_ICPR(0) = 1u << IRQ_MHU1;
    }
}

__attribute__((used, noreturn)) static void parked(const uint32_t *frame, uint32_t exception) {
    // A core that faults in here has told its cause before.
    if (CONTROL->state == AMP_AN521_RUNNING && exception >= 2 && exception <= 7) {
        record_fault(frame, exception);
    }
    quiet();
    unwind();
    CONTROL->leave = (uint32_t)(uintptr_t)leave;
    CONTROL->state = AMP_AN521_PARKED;
    ring_host();
    wait_for_start();
    CONTROL->cause = AMP_AN521_STOPPED;
    uint32_t sp = CONTROL->sp;
    uint32_t entry = CONTROL->entry;
    prepare();
    CONTROL->state = AMP_AN521_RUNNING;
    barrier();
    CONTROL->starts += 1;
    ring_host();
    run(sp, entry);
}
