// Exceptions of one core: priorities, masks, nesting, the registers they keep,
// and what ends WFI.
#include "guest.h"

static char order[32];
static uint32_t count;

static void note(char c) {
    order[count++] = c;
    order[count] = '\0';
}

static bool was(const char *expected) {
    const char *p = order;
    while (*expected != '\0' && *p == *expected) {
        p++;
        expected++;
    }
    bool same = *p == *expected;
    count = 0;
    order[0] = '\0';
    return same;
}

static void pend(uint32_t irq) {
    NVIC_ISPR(irq) = 1u << irq;
    dsb();
}

static uint32_t ipsr(void) {
    uint32_t value;
    __asm__ volatile("mrs %0, ipsr" : "=r"(value));
    return value;
}

static uint32_t control(void) {
    uint32_t value;
    __asm__ volatile("mrs %0, control" : "=r"(value));
    return value;
}

static bool nested;
static bool faults_masked;

void on_irq0(void) {
    note('0');
    CHECK(ipsr() == 16);
    if (nested) {
        pend(1);
        note('o');
    }
    if (faults_masked) {
        __asm__ volatile("cpsid f" ::: "memory"); // until the handler returns
    }
}

// The line is up until the status is cleared: an interrupt left alone comes again.
void on_hsem(void) {
    note('h');
    if (count == 2) {
        NVIC_ICPR(HSEM1_IRQ) = 1u << (HSEM1_IRQ % 32); // does not help
    } else if (count == 3) {
        HSEM_ICR(0) = 1u << 3;
    }
}

void on_irq1(void) {
    note('1');
    CHECK(ipsr() == 17);
    // Numbers of this handler's own in the FP registers.
    __asm__ volatile("vmov.f32 s0, #3.0\n vmov.f32 s15, #4.0" ::: "s0", "s15");
}

void on_pendsv(void) {
    note('p');
}

void on_systick(void) {
    note('t');
}

void on_svc(void) {
    note('s');
    ICSR = 1u << 28;
    dsb();
    note('v');
}

static void order_of_priorities(void) {
    NVIC_IPR(0) = 0x8F; // of which four bits are there
    CHECK(NVIC_IPR(0) == 0x80);
    NVIC_IPR(1) = 0x40;
    CHECK(NVIC_IPR(1) == 0x40);
    NVIC_ISER(0) = 3;
    CHECK(NVIC_ISER(0) == 3);
    nested = true;
    pend(0);
    CHECK(was("01o")); // the more urgent one nests
    NVIC_IPR(1) = 0x80;
    pend(0);
    CHECK(was("0o1")); // one of the same priority does not
    nested = false;
    interrupts_off();
    NVIC_ISPR(0) = 3;
    CHECK(was("") && (ICSR >> 12 & 0x1FF) == 16);
    interrupts_on();
    CHECK(was("01"));
    NVIC_IPR(0) = 0x90;
    interrupts_off();
    NVIC_ISPR(0) = 3;
    interrupts_on();
    CHECK(was("10"));
    AIRCR = 0x05FA0000 | 6 << 8; // groups of two: 0x80 and 0x90 are the same group
    interrupts_off();
    NVIC_ISPR(0) = 3;
    NVIC_ICPR(0) = 2;
    interrupts_on();
    CHECK(was("0"));
    nested = true;
    pend(0);
    CHECK(was("0o1"));
    nested = false;
    AIRCR = 0x05FA0000;
}

static void masks(void) {
    uint32_t level = 0x80;
    __asm__ volatile("msr basepri, %0\n isb" ::"r"(level) : "memory");
    pend(1);
    CHECK(was(""));
    level = 0;
    __asm__ volatile("msr basepri, %0\n isb" ::"r"(level) : "memory");
    CHECK(was("1"));
    __asm__ volatile("cpsid f\n isb" ::: "memory");
    pend(1);
    CHECK(was(""));
    __asm__ volatile("cpsie f\n isb" ::: "memory");
    CHECK(was("1"));
    faults_masked = true;
    pend(0);
    faults_masked = false;
    pend(1);
    CHECK(was("01"));
}

static void levels(void) {
    clocks_on();
    HSEM_IER(0) = 1u << 3;
    NVIC_ISER(HSEM1_IRQ) = 1u << (HSEM1_IRQ % 32);
    ring(3, M7_ID); // a release is told to both cores
    dsb();
    CHECK(was("hhh") && HSEM_ISR(0) == 0 && HSEM_ISR(1) == 1u << 3);
    HSEM_IER(1) = 1u << 3;
    CHECK(HSEM_MISR(1) == 1u << 3);
    HSEM_ICR(1) = 1u << 3;
    CHECK(HSEM_MISR(1) == 0);
}

// Taken and released, by one step and by two, with a process id.
static void semaphores(void) {
    CHECK(HSEM_R(4) == 0 && HSEM_RLR(4) == (1u << 31 | M7_ID) && HSEM_R(4) == (1u << 31 | M7_ID));
    HSEM_R(4) = M7_ID;
    CHECK(HSEM_R(4) == 0);
    HSEM_R(4) = 1u << 31 | M7_ID | 7;
    CHECK(HSEM_R(4) == (1u << 31 | M7_ID | 7) && HSEM_RLR(4) == (1u << 31 | M7_ID | 7));
    HSEM_R(4) = 1u << 31 | M7_ID | 8; // too late
    CHECK(HSEM_R(4) == (1u << 31 | M7_ID | 7));
    HSEM_R(4) = M7_ID | 7;
    CHECK(HSEM_R(4) == 0);
}

static void system_exceptions(void) {
    SHPR(14) = 0xF0;
    __asm__ volatile("svc 0" ::: "memory");
    CHECK(was("svp"));
    SHPR(11) = 0xF0; // the same: after it
    __asm__ volatile("svc 0" ::: "memory");
    CHECK(was("svp"));
    SHPR(14) = 0x10;
    __asm__ volatile("svc 0" ::: "memory");
    CHECK(was("spv"));
    ICSR = 1u << 26;
    dsb();
    CHECK(was("t"));
}

// WFI ends when an interrupt is pending, also one that PRIMASK keeps out.
static void sleep(void) {
    interrupts_off();
    NVIC_ISPR(0) = 2;
    wfi();
    CHECK(was(""));
    interrupts_on();
    CHECK(was("1"));
    SYST_RVR = 999;
    SYST_CVR = 0;
    SYST_CSR = 7;
    interrupts_off();
    wfi();
    CHECK(was("") && (ICSR >> 26 & 1));
    SYST_CSR = 0;
    interrupts_on();
    CHECK(was("t"));
}

// clang-format off
// FP registers, both stacks, IT blocks and flags: as if nothing had been.
static void registers(void) {
    static uint64_t process_stack[64];
    CPACR = 0xFu << 20;
    dsb();
    CHECK((control() & 4) == 0);
    float a;
    float b;
    uint32_t fp;
    __asm__ volatile("vmov.f32 s0, #1.0\n vmov.f32 s15, #2.0\n" ::: "s0", "s15");
    CHECK((control() & 4) != 0);
    uint32_t pending = 2;
    __asm__ volatile("str %3, [%4]\n dsb\n isb\n mrs %2, control\n"
                     "vmov.f32 %0, s0\n vmov.f32 %1, s15\n"
                     : "=t"(a), "=t"(b), "=&r"(fp)
                     : "r"(pending), "r"(0xE000E200)
                     : "memory");
    CHECK(was("1") && a == 1.0f && b == 2.0f && (fp & 4) != 0);
    uint32_t before;
    uint32_t after;
    uint32_t flags;
    __asm__ volatile("mrs %0, msp\n msr psp, %5\n movs r3, #2\n msr control, r3\n isb\n"
                     "movs r3, #0\n cmp r3, #1\n str %3, [%4]\n dsb\n isb\n"
                     "mrs %2, apsr\n mrs r3, control\n cmp r3, #2\n"
                     "it ne\n movne %2, #0\n movs r3, #0\n msr control, r3\n isb\n mrs %1, msp\n"
                     : "=&r"(before), "=&r"(after), "=&r"(flags)
                     : "r"(pending), "r"(0xE000E200), "r"(process_stack + 64)
                     : "r3", "memory", "cc");
    CHECK(was("1") && before == after && flags >> 28 == 8);
    // Its frame of 8 words was on the process stack.
    CHECK((process_stack[63] >> 32 & 0x010001FF) == 0x01000000);
}
// clang-format on

void m7_main(void) {
    // Handlers use the FPU.
    CPACR = 0xFu << 20;
    dsb();
    order_of_priorities();
    masks();
    levels();
    semaphores();
    system_exceptions();
    sleep();
    __asm__ volatile("msr control, %0\n isb" ::"r"(0) : "memory");
    registers();
    print("exceptions done\n");
}
