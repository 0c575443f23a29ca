/* Start-up of a host program in C on the M7, with its caches on. */
#include "m7.h"

#include "boards/common/semihost.h"
#include "ports/common/cortex_m_start.h"
#include "ports/stm32h7/regs.h"

// Kept over a reset: DTCM, which nothing else here uses.
#define KEPT ((volatile uint32_t *)(uintptr_t)0x20000000)
enum { KEPT_MAGIC = 0x4B455054 };

#define RCC_RSR REG(0x580244D0)
#define SCB_CCR REG(0xE000ED14)
#define ICIALLU REG(0xE000EF50)
#define DCISW REG(0xE000EF60)

static void count_resets(void) {
    enum { SOFTWARE = 1 << 24, FORGET = 1 << 16 };
    bool by_software = RCC_RSR & SOFTWARE;
    RCC_RSR |= FORGET;
    KEPT[1] = by_software && KEPT[0] == KEPT_MAGIC ? KEPT[1] + 1 : 0;
    KEPT[0] = KEPT_MAGIC;
}

uint32_t m7_resets(void) {
    return KEPT[1];
}

static void caches_on(void) {
    enum { DATA = 1 << 16, INSTRUCTIONS = 1 << 17 };
    ICIALLU = 0;
    for (uint32_t set = 0; set < 128; set++) {
        for (uint32_t way = 0; way < 4; way++) {
            DCISW = way << 30 | set << 5;
        }
    }
    barrier();
    SCB_CCR |= DATA | INSTRUCTIONS;
    barrier();
}

__attribute__((noreturn)) void m7_reset(void);
void m7_reset(void) {
    start_memory();
    count_resets();
    caches_on();
    semihost_exit(main());
}

__attribute__((noreturn)) static void unexpected(void) {
    uint32_t exception;
    __asm__ volatile("mrs %0, ipsr" : "=r"(exception));
    semihost_exit(128 + (int)exception);
}

// clang-format off
#define V (uintptr_t)unexpected
__attribute__((section(".vectors"), used)) static const uintptr_t vectors[16 + IRQ_HSEM1 + 1] = {
    (uintptr_t)__stack_top, (uintptr_t)m7_reset,
    [2 ... 16 + IRQ_HSEM1 - 1] = V,
    [16 + IRQ_HSEM1] = (uintptr_t)amp_stm32h7_interrupt,
};
// clang-format on
