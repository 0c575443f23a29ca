#include "guest.h"

extern uint32_t __bss_begin[];
extern uint32_t __bss_end[];

enum { STACK0 = RAM_END, STACK1 = RAM_END - 0x1000 };

static void unexpected(void) {
    print("an exception that nobody expected\n");
    leave(1);
}

#define WEAK __attribute__((weak, alias("unexpected")))
WEAK void on_svc(void);
WEAK void on_pendsv(void);
WEAK void on_systick(void);
WEAK void on_hard_fault(void);
WEAK void on_irq0(void);
WEAK void on_irq1(void);
WEAK void on_fifo0(void);
WEAK void on_fifo1(void);
WEAK void on_doorbell(void);

// One handler, where both cores have the same number.
void on_fifo(void);
void on_fifo(void) {
    if (CPUID == 0) {
        on_fifo0();
    } else {
        on_fifo1();
    }
}

__attribute__((noreturn)) void core0_reset(void);
void core0_reset(void) {
    for (uint32_t *word = __bss_begin; word < __bss_end; word++) {
        *word = 0;
        __asm__ volatile("" ::: "memory"); // stays a loop
    }
    core0_main();
    leave(0);
}

// clang-format off
#define U (uintptr_t)unexpected
#ifdef RP2350
#define BEHIND [16 + DOORBELL_IRQ] = (uintptr_t)on_doorbell, [16 + 27 ... 16 + IRQS - 1] = U
#else
#define BEHIND [16 + FIFO_IRQ1] = (uintptr_t)on_fifo, [16 + 17 ... 16 + IRQS - 1] = U
#endif
#define TABLE(stack, reset) { \
    stack, (uintptr_t)reset, U, (uintptr_t)on_hard_fault, U, U, U, U, \
    U, U, U, (uintptr_t)on_svc, U, U, (uintptr_t)on_pendsv, (uintptr_t)on_systick, \
    (uintptr_t)on_irq0, (uintptr_t)on_irq1, [16 + 2 ... 16 + FIFO_IRQ0 - 1] = U, \
    [16 + FIFO_IRQ0] = (uintptr_t)on_fifo, BEHIND}
__attribute__((section(".vectors0"), aligned(TABLE_ALIGNED), used)) uint32_t vectors0[16 + IRQS]
    = TABLE(STACK0, core0_reset);
__attribute__((section(".vectors1"), aligned(TABLE_ALIGNED), used)) uint32_t vectors1[16 + IRQS]
    = TABLE(STACK1, unexpected);
// clang-format on

bool has_argument(const char *name) {
    static char argument[16];
    const char *p = argument;
    uint32_t block[2] = {(uint32_t)(uintptr_t)argument, sizeof(argument)};
    CHECK(semihost(0x15, block) == 0);
    while (*name != '\0' && *p == *name) {
        p++;
        name++;
    }
    return *p == *name;
}

// ---- Core 1 ----

void empty_fifo(void) {
    while (FIFO_ST & VLD) {
        (void)FIFO_RD;
    }
}

bool next_word(uint32_t *word, uint32_t looks) {
    while (!(FIFO_ST & VLD)) {
        if (looks-- == 0) {
            return false;
        }
    }
    *word = FIFO_RD;
    return true;
}

bool echoed(uint32_t word) {
    uint32_t echo;
    FIFO_WR = word;
    sev();
    return next_word(&echo, 10000) && echo == word;
}

void stop_core1(void) {
    REG(PSM_FRCE_OFF + SET) = PROC1;
    CHECK(REG(PSM_FRCE_OFF) == PROC1);
    empty_fifo(); // nobody writes now
    FIFO_ST = WOF | ROE;
}

void release_core1(void) {
    uint32_t word = 1;
    REG(PSM_FRCE_OFF + CLEAR) = PROC1;
    CHECK(next_word(&word, 10000) && word == 0);
}

bool send_launch(uint32_t vectors, uint32_t stack, uint32_t entry) {
    const uint32_t words[6] = {0, 0, 1, vectors, stack, entry};
    for (uint32_t i = 0; i < 6; i++) {
        if (words[i] == 0) {
            empty_fifo();
            sev();
        }
        if (!echoed(words[i])) {
            return false;
        }
    }
    return true;
}

void launch_core1(void (*entry)(void)) {
    uint32_t handler = (uint32_t)(uintptr_t)entry;
    stop_core1();
    release_core1();
    CHECK(send_launch((uint32_t)(uintptr_t)vectors1, vectors1[0], handler));
}
