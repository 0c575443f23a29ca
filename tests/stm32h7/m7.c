/* Start-up of a host program in C on the M7, with its caches on. */
#include "m7.h"

#include "ports/mps2_an521/start.h"
#include "ports/stm32h7/regs.h"

// From m7.ld.
extern uint64_t __stack_top[];
extern uint32_t __bss_begin[];
extern uint32_t __bss_end[];
extern uint32_t __data_begin[];
extern uint32_t __data_end[];
extern const uint32_t __data_load[];

int main(void);

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
    for (uint32_t i = 0; __data_begin + i < __data_end; i++) {
        __data_begin[i] = __data_load[i];
        __asm__ volatile("" ::: "memory");
    }
    for (uint32_t *word = __bss_begin; word < __bss_end; word++) {
        *word = 0;
        __asm__ volatile("" ::: "memory");
    }
    count_resets();
    caches_on();
    amp_an521_end(main());
}

__attribute__((noreturn)) static void unexpected(void) {
    uint32_t exception;
    __asm__ volatile("mrs %0, ipsr" : "=r"(exception));
    amp_an521_end(128 + (int)exception);
}

// clang-format off
#define V (uintptr_t)unexpected
__attribute__((section(".vectors"), used)) static const uintptr_t vectors[16 + IRQ_HSEM1 + 1] = {
    (uintptr_t)__stack_top, (uintptr_t)m7_reset,
    [2 ... 16 + IRQ_HSEM1 - 1] = V,
    [16 + IRQ_HSEM1] = (uintptr_t)amp_stm32h7_interrupt,
};
// clang-format on

// ---- Arguments ----

static const char *arguments(void) {
    enum { SYS_GET_CMDLINE = 0x15 };
    static char text[128];
    uintptr_t block[2] = {(uintptr_t)text, sizeof(text)};
    register uintptr_t r0 __asm__("r0") = SYS_GET_CMDLINE;
    register const void *r1 __asm__("r1") = block;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    CHECK(r0 == 0);
    return text;
}

uint32_t m7_argument(unsigned n) {
    const char *p = arguments();
    for (; n > 0; n--) {
        while (*p != ' ' && *p != '\0') {
            p++;
        }
        CHECK(*p == ' ');
        p++;
    }
    uint32_t number = 0;
    for (; *p >= '0' && *p <= '9'; p++) {
        number = number * 10 + (uint32_t)(*p - '0');
    }
    return number;
}
