// Exceptions of Armv6-M: order, levels, masks, both stacks; SysTick and the timer.
#include "guest.h"

static char trace[8];
static volatile uint32_t length;

static void note(char c) {
    trace[length % sizeof(trace)] = c;
    length++;
}

static bool was(const char *text) {
    bool same = true;
    uint32_t n = 0;
    for (; text[n] != '\0'; n++) {
        same = same && trace[n] == text[n];
    }
    same = same && n == length;
    length = 0;
    return same;
}

static uint32_t irq0_pends; // what the handler of 0 sets, in the middle

void on_irq0(void) {
    note('0');
    NVIC_ISPR = irq0_pends;
    __asm__ volatile("isb");
    note('o');
}

void on_irq1(void) {
    note('1');
}

void on_pendsv(void) {
    note('p');
}

void on_svc(void) {
    note('s');
    ICSR = 1u << 28;
    __asm__ volatile("isb");
    note('v');
}

void on_systick(void) {
    note('t');
}

static void set_priorities(uint32_t zero, uint32_t one) {
    NVIC_IPR(0) = zero | one << 8;
}

static void pend(uint32_t irqs) {
    NVIC_ISPR = irqs;
    __asm__ volatile("dsb\n isb" ::: "memory");
}

static void order(void) {
    NVIC_ISER = 3;
    CHECK(NVIC_ISER == 3 && NVIC_ICER == 3);
    interrupts_off();
    pend(3);
    CHECK(was("") && NVIC_ISPR == 3);
    interrupts_on();
    CHECK(was("0o1")); // same priority: the lower number
    irq0_pends = 2;
    pend(1);
    CHECK(was("0o1")); // same priority: not in between
    set_priorities(0x80, 0x40);
    pend(1);
    CHECK(was("01o")); // higher: in between
    set_priorities(0x7F, 0x40); // two bits are there: these are equal
    CHECK(NVIC_IPR(0) == 0x4040);
    pend(1);
    CHECK(was("0o1"));
    set_priorities(0xFF, 0xBF);
    CHECK(NVIC_IPR(0) == 0x80C0);
    irq0_pends = 0;
    NVIC_ICER = 1;
    pend(1);
    CHECK(was("") && NVIC_ISPR == 1);
    NVIC_ICPR = 1;
    CHECK(NVIC_ISPR == 0);
    NVIC_ICER = 2;
    NVIC_ISPR = 1u << 31; // no line, and yet it is there
    CHECK(NVIC_ISPR == 1u << 31);
    NVIC_ICPR = 1u << 31;
}

static void system_exceptions(void) {
    __asm__ volatile("svc #0" ::: "memory");
    CHECK(was("svp")); // same priority
    SHPR2 = 0xFFu << 24;
    CHECK(SHPR2 == 0xC0u << 24);
    SHPR3 = 0x40u << 16;
    __asm__ volatile("svc #0" ::: "memory");
    CHECK(was("spv"));
    ICSR = 1u << 26;
    __asm__ volatile("isb");
    CHECK(was("t"));
    interrupts_off();
    ICSR = 1u << 28;
    CHECK(ICSR >> 28 & 1);
    ICSR = 1u << 27;
    interrupts_on();
    CHECK(was(""));
}

// The frame is on the stack that was in use, aligned to 8; registers and flags are as before.
static void stacks(void) {
    static uint64_t process_stack[32];
    uint32_t before;
    uint32_t after;
    uint32_t flags;
    NVIC_ISER = 2;
    __asm__ volatile( //
        "mrs %0, msp\n msr psp, %3\n movs r3, #2\n msr control, r3\n isb\n"
        "movs r1, #2\n movs r2, #0\n cmp r2, #1\n str r1, [%4]\n dsb\n isb\n"
        "mrs %2, apsr\n movs r3, #0\n msr control, r3\n isb\n mrs %1, msp\n"
        : "=&l"(before), "=&l"(after), "=&l"(flags)
        : "l"((uint32_t)(uintptr_t)(process_stack + 32) - 4), "l"(0xE000E200)
        : "r1", "r2", "r3", "memory", "cc");
    CHECK(was("1") && before == after && flags >> 28 == 8);
    const uint32_t *words = (const uint32_t *)(const void *)process_stack;
    // xPSR: thread mode, Thumb, and the stack was not aligned to 8.
    CHECK((words[61] & 0x010003FF) == 0x01000200);
    NVIC_ICER = 2;
}

static void sleep(void) {
    NVIC_ISER = 2;
    interrupts_off();
    NVIC_ISPR = 2;
    wfi();
    CHECK(was(""));
    interrupts_on();
    CHECK(was("1"));
}

// 125 instructions are a microsecond, and SysTick's other clock.
static void times(void) {
    SYST_RVR = 12499;
    SYST_CVR = 0;
    uint32_t begin = TIMERAWL;
    SYST_CSR = 7;
    for (uint32_t i = 0; i < 10; i++) {
        wfi();
    }
    uint32_t took = TIMERAWL - begin;
    SYST_CSR = 0;
    CHECK(length == 10);
    length = 0;
    CHECK(took >= 998 && took <= 1002 && TIMERAWH == 0);
    SYST_RVR = 99;
    SYST_CVR = 0;
    begin = TIMERAWL;
    SYST_CSR = 1;
    while (!(SYST_CSR >> 16)) {
    }
    took = TIMERAWL - begin;
    SYST_CSR = 0;
    CHECK(took >= 98 && took <= 102);
    uint64_t ticks[2] = {0, 0};
    CHECK(semihost(0x31, 0) == 125000000 && semihost(0x30, ticks) == 0);
    uint32_t now = TIMERAWL;
    CHECK(now * 125 + 125 - (uint32_t)ticks[0] <= 250);
}

void core0_main(void) {
    empty_fifo();
    NVIC_ICPR = 1u << FIFO_IRQ0;
    order();
    system_exceptions();
    stacks();
    sleep();
    times();
    print("exceptions done\n");
}
