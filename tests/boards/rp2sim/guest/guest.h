/*
 * What the guest programs have in common: registers of the chip, and a start for each
 * core.  A program has core0_main() and, if it launches core 1, functions for that.
 */
#ifndef RP2SIM_GUEST_H
#define RP2SIM_GUEST_H

#include "../../armsim/guest.h"

#ifdef RP2350
#define PSM 0x40018000u
#define TIMER 0x400B0000u
enum { PROC1 = 1 << 24, PSM_ALL = 0x1FFFFFF, FIFO_IRQ0 = 25, FIFO_IRQ1 = 25, DEPTH = 4 };
enum { M_CPUID = 0x411FD210, TABLE_ALIGNED = 512, RAM_END = 0x20082000, IRQS = 52 };
#else
#define PSM 0x40010000u
#define TIMER 0x40054000u
enum { PROC1 = 1 << 16, PSM_ALL = 0x1FFFF, FIFO_IRQ0 = 15, FIFO_IRQ1 = 16, DEPTH = 8 };
enum { M_CPUID = 0x410CC601, TABLE_ALIGNED = 256, RAM_END = 0x20042000, IRQS = 32 };
#endif

#define PSM_FRCE_OFF (PSM + 4)
#define PSM_DONE REG(PSM + 12)
enum { XOR = 0x1000, SET = 0x2000, CLEAR = 0x3000 };
#define TIMERAWH REG(TIMER + 0x24)
#define TIMERAWL REG(TIMER + 0x28)
#define FLASH_IS_WRITTEN REG(0x5FFF0004)
#define CPUID REG(0xD0000000)
#define FIFO_ST REG(0xD0000050)
#define FIFO_WR REG(0xD0000054)
#define FIFO_RD REG(0xD0000058)
#define SPINLOCK_ST REG(0xD000005C)
#define SPINLOCK(n) REG(0xD0000100 + 4 * (n))
enum { VLD = 1, RDY = 2, WOF = 4, ROE = 8 };
#define DOORBELL_OUT_SET REG(0xD0000180)
#define DOORBELL_OUT_CLR REG(0xD0000184)
#define DOORBELL_IN_SET REG(0xD0000188)
#define DOORBELL_IN_CLR REG(0xD000018C)
enum { DOORBELL_IRQ = 26 };

#define NVIC_ISER REG(0xE000E100)
#define NVIC_ICER REG(0xE000E180)
#define NVIC_ISPR REG(0xE000E200)
#define NVIC_ICPR REG(0xE000E280)
#define NVIC_IPR(n) REG(0xE000E400 + 4 * (n)) // of four
#define SCB_CPUID REG(0xE000ED00)
#define VTOR REG(0xE000ED08)
#define SHPR2 REG(0xE000ED1C) // SVC: upper byte
#define SHPR3 REG(0xE000ED20) // PendSV, SysTick: upper two

extern uint32_t vectors0[];
extern uint32_t vectors1[];

void core0_main(void);
void on_fifo0(void);
void on_fifo1(void);
void on_doorbell(void); // of both cores

static inline void dmb(void) {
    __asm__ volatile("dmb" ::: "memory");
}

static inline void wfe(void) {
    __asm__ volatile("wfe" ::: "memory");
}

static inline void sev(void) {
    __asm__ volatile("sev" ::: "memory");
}

// Is `name` the argument of this run (--args)?
bool has_argument(const char *name);

// ---- guest.c: core 1 ----

void empty_fifo(void);
// False: no word came within so many looks.
bool next_word(uint32_t *word, uint32_t looks);
// Send the word with SEV.  Is the next word from core 1 the same?
bool echoed(uint32_t word);
void stop_core1(void);
// Let core 1 out of reset, and read its 0.
void release_core1(void);
// Send the six words; false at the first one that is not echoed.
bool send_launch(uint32_t vectors, uint32_t stack, uint32_t entry);
// Stop core 1, and have it run `entry`.
void launch_core1(void (*entry)(void));

#endif // RP2SIM_GUEST_H
