/*
 * The resident monitor: the program of core 1 from its release on, except
 * while it runs firmware.  It is part of the host's program, but only core 1
 * executes it; it has a stack of its own and calls none of the host's functions.
 *
 * All of these enter an521_park(): reset, the interrupt that means "stop", every fault,
 * the end of firmware, and the instructions that the host writes over firmware which has
 * interrupts off.  an521_park() brings the core into the state after reset, as far
 * as a program can: no exception active, all interrupts disabled, privileged, no
 * stack limit.  Then it waits for a start.
 *
 * A core that faults while it has faults masked locks up; that cannot be undone.
 */
#include "host.h"

#include "regs.h"

#define CONTROL AMP_AN521_CONTROL

static uint64_t stack[128] __attribute__((used));

// The host fills this in.  While firmware runs it has the firmware's vectors, except those
// of the faults and of the stop interrupt, which always lead to an521_park().  The monitor
// itself enables no other interrupt.
uintptr_t an521_vectors[AMP_AN521_VECTORS] __attribute__((aligned(1024)));

// Core 1's first vector table.  It must be a constant, because QEMU (7.2) reads it from the
// ELF file that it loaded, and what the host stored in memory has no effect there.
// clang-format off
#define PARK (uintptr_t)an521_park
const uintptr_t an521_boot_vectors[8]
    __attribute__((aligned(128))) = {0, PARK, PARK, PARK, PARK, PARK, PARK, PARK};
// clang-format on

#define TEXT(number) #number
#define DIGITS(number) TEXT(number)

// Entered from anywhere, in any mode.  Passes to parked(): the stack pointer, which is the
// address of the exception frame if there is one, the exception's number, and lr.
__attribute__((naked, noreturn)) void an521_park(void) {
    __asm__ volatile( //
        "cpsid i\n"
        "ldr r2, =" DIGITS(AMP_AN521_CONTROL_DA) " + " DIGITS(
            AMP_AN521_CONTROL_HIGH) "\n"
                                    "stmia r2, {r4-r11}\n"
                                    "mov r2, lr\n"
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

// ---- The report of a fault ----

// Write all registers to the control block: those of the exception frame, and r4 to r11,
// which an exception does not change.
static void record_registers(const uint32_t *frame, uint32_t exc_return) {
    enum { NO_FPU_FRAME = 1 << 4, ALIGNED = 1 << 9, PLAIN = 8, WITH_FPU = 26 };
    volatile uint32_t *registers = CONTROL->registers;
    for (unsigned i = 0; i < 4; ++i) {
        registers[i] = frame[i];
        registers[4 + i] = CONTROL->high[i];
        registers[8 + i] = CONTROL->high[4 + i];
    }
    unsigned words = exc_return & NO_FPU_FRAME ? PLAIN : WITH_FPU;
    words += (frame[7] & ALIGNED) != 0;
    registers[12] = frame[4];
    registers[13] = (uint32_t)(uintptr_t)(frame + words);
    registers[14] = frame[5];
    registers[15] = frame[6];
    registers[16] = frame[7];
}

static void record_fault(const uint32_t *frame, uint32_t exception, uint32_t exc_return) {
    enum { STKERR = 0x10101010 }; // the frame was not written, or not wholly
    enum { RAM = 4 << 20 }; // board.h: from code to shared
    uint32_t cfsr = SCB_CFSR;
    CONTROL->exited = 0;
    CONTROL->code = exception;
    CONTROL->cfsr = cfsr;
    CONTROL->address = (cfsr & 0xFF00) ? SCB_BFAR : SCB_MMFAR;
    // Read the frame only if it lies in RAM: a bad stack pointer may have caused the fault.
    // (It is always a multiple of 4.)
    const uint32_t *pc = frame + 6;
    if (!(cfsr & STKERR) && (amp_da_t)pc / RAM == AMP_AN521_CODE_DA / RAM) {
        CONTROL->pc = *pc;
        record_registers(frame, exc_return);
    }
}

// ---- The state after reset ----

static void reset_interrupts(void) {
    SYST_CSR = 0;
    volatile uint32_t *enabled = &NVIC_ICER(0);
    volatile uint32_t *pending = &NVIC_ICPR(0);
    for (unsigned i = 0; i < NVIC_IRQS / 32; ++i) {
        enabled[i] = UINT32_MAX;
        pending[i] = UINT32_MAX;
    }
    SCB_ICSR = ICSR_PENDSVCLR | ICSR_PENDSTCLR;
    SCB_CFSR = UINT32_MAX;
    SCB_HFSR = UINT32_MAX;
    MPU_CTRL = 0;
    FPU_FPCCR &= ~1u; // discard a context that was to be saved lazily
    SCB_CPACR = 0;
    SCB_VTOR = (uint32_t)(uintptr_t)an521_vectors;
    barrier();
}

static uint32_t current_exception(void) {
    uint32_t exception;
    __asm__ volatile("mrs %0, ipsr" : "=r"(exception)::"memory");
    return exception;
}

// Return from the current exception with an exception frame that is built here: into the
// handler mode of another exception, or into thread mode for 0.  In both cases execution
// goes on at the label.  Not inlined, so that the stack pointer is aligned as a frame needs.
__attribute__((noinline)) static void return_into(uint32_t exception) {
    register uint32_t r0 __asm__("r0") = exception;
    if (exception == current_exception()) {
        return;
    }
    __asm__ volatile( //
        "sub sp, #32\n"
        "orr r1, r0, #0x01000000\n" // Thumb
        "adr.w r2, 1f\n"
        "strd r2, r1, [sp, #24]\n"
        "str lr, [sp, #20]\n"
        "cmp r0, #0\n"
        "ite eq\n"
        "mvneq r3, #6\n" // 0xFFFFFFF9
        "mvnne r3, #14\n" // 0xFFFFFFF1
        "bx r3\n"
        "1:\n"
        : "+r"(r0)::"r1", "r2", "r3", "r12", "cc", "memory");
}

// An active interrupt or hard fault ends only by returning from it, so return out of each
// one into the next that is active.  The other system exceptions are ended by writing to
// SHCSR, in thread mode.
static void leave_exceptions(void) {
    enum { HARDFAULTACT = 1 << 2, USAGE_BUS_MEMORY = 7u << 16, SECURE = 1u << 19 };
    for (uint32_t irq = 0; irq < NVIC_IRQS; ++irq) {
        if (NVIC_IABR(irq) & NVIC_BIT(irq)) {
            return_into(16 + irq);
        }
    }
    if (SCB_SHCSR & HARDFAULTACT) {
        return_into(3);
    }
    return_into(0);
    // These faults get exceptions of their own, and none is active.
    SCB_SHCSR = USAGE_BUS_MEMORY | SECURE;
}

// ---- Start ----

// The stop interrupt has the highest priority, unless firmware changes priorities itself.
static void set_priorities(void) {
    enum { LATER = 0x20, ALL_LATER = 0x20202020 };
    SCB_SHPR(0) = 0;
    SCB_SHPR(1) = ALL_LATER;
    SCB_SHPR(2) = ALL_LATER;
    for (unsigned irq = 0; irq < NVIC_IRQS; ++irq) {
        NVIC_IPR(irq) = LATER;
    }
    NVIC_IPR(IRQ_MHU1) = 0;
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

static void kick_host(void) {
    wait_for_stores();
    MHU_SET(MHU1, 0) = 1;
}

// Interrupts are off: the doorbell only ends the sleep, and its bits tell what it means.  A
// stop that came too late for its firmware is ignored here.  Only the bits that were read
// are cleared, because a start may come in between.
static void wait_for_start(void) {
    NVIC_ISER(IRQ_MHU1) = NVIC_BIT(IRQ_MHU1);
    uint32_t kicks = 0;
    while (!(kicks & AMP_AN521_KICK_START)) {
        sleep_until_interrupt();
        kicks = MHU_STAT(MHU1, 1);
        MHU_CLR(MHU1, 1) = kicks;
        wait_for_stores();
        NVIC_ICPR(IRQ_MHU1) = NVIC_BIT(IRQ_MHU1);
    }
}

__attribute__((used, noreturn)) static void parked(
    const uint32_t *frame, uint32_t exception, uint32_t exc_return) {
    // Not for a fault of the monitor itself (the state is then PARKED): the first report stays.
    if (CONTROL->state == AMP_AN521_RUNNING && exception >= 2 && exception <= 7) {
        record_fault(frame, exception, exc_return);
    }
    reset_interrupts();
    leave_exceptions();
    CONTROL->state = AMP_AN521_PARKED;
    kick_host();
    wait_for_start();
    set_priorities();
    CONTROL->state = AMP_AN521_RUNNING;
    CONTROL->start = 0;
    kick_host();
    run(an521_vectors[0], an521_vectors[1]);
}
