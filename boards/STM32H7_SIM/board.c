/*
 * The M7 of an STM32H7 under MicroPython, without peripherals: vectors, caches, and, by
 * semihosting, time.
 */
#include "board.h"

#include "py/gc.h"
#include "py/mphal.h"

#include "semihost.h"

// ---- Vectors ----

void Reset_Handler(void);
void NMI_Handler(void);
void HardFault_Handler(void);
void MemManage_Handler(void);
void BusFault_Handler(void);
void UsageFault_Handler(void);
void SVC_Handler(void);
void DebugMon_Handler(void);
void PendSV_Handler(void);
extern uint32_t _estack;

// From ports/stm32h7.
void amp_stm32h7_interrupt(void);

enum { IRQ_HSEM1 = 125 };

#define V(handler) (uintptr_t)(handler)
__attribute__((section(".vectors"), used)) static const uintptr_t vectors[16 + IRQ_HSEM1 + 1] = {
    V(&_estack),
    V(Reset_Handler),
    V(NMI_Handler),
    V(HardFault_Handler),
    V(MemManage_Handler),
    V(BusFault_Handler),
    V(UsageFault_Handler),
    0,
    0,
    0,
    0,
    V(SVC_Handler),
    V(DebugMon_Handler),
    0,
    V(PendSV_Handler),
    V(board_alarm_interrupt),
    [16 + IRQ_HSEM1] = V(amp_stm32h7_interrupt),
};

// ---- Caches ----

// Invalidate both caches and switch them on.
void board_init(void) {
    BOARD_REG(0xE000EF50) = 0; // ICIALLU
    for (uint32_t set = 0; set < 128; ++set) {
        for (uint32_t way = 0; way < 4; ++way) {
            BOARD_REG(0xE000EF60) = way << 30 | set << 5; // DCISW
        }
    }
    __asm__ volatile("dsb\n isb" ::: "memory");
    BOARD_REG(0xE000ED14) |= 1u << 16 | 1u << 17; // CCR: DC, IC
    __asm__ volatile("dsb\n isb" ::: "memory");
}

// ---- Memory ----

void board_add_heap(void) {
    enum { RCC_AHB2ENR = 0x580244DC, NONE = 0xFFFFFFFF };
    uint32_t begin = BOARD_REG(BOARD_HEAP_DA);
    uint32_t end = BOARD_REG(BOARD_HEAP_DA + 4);
    if (begin != NONE) {
        BOARD_REG(RCC_AHB2ENR) |= 7u << 29; // SRAM1 to 3
        (void)BOARD_REG(RCC_AHB2ENR);
        gc_add((void *)(uintptr_t)begin, (void *)(uintptr_t)end);
    }
}

// ---- Time ----

uint64_t board_ticks(void) {
    return semihost_ticks();
}
