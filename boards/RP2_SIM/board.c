/*
 * Core 0 of an RP2040 or RP2350 under MicroPython: vectors and the timer.
 */
#include "board.h"

// ---- Vectors ----

void Reset_Handler(void);
void NMI_Handler(void);
void HardFault_Handler(void);
void SVC_Handler(void);
void PendSV_Handler(void);
extern uint32_t _estack;

// From ports/rp2.
void amp_rp2_interrupt(void);

#if AMP_RP2_CHIP == 2040
enum { DOORBELL = 15, TIMERAWH = 0x40054024 };
#else
enum { DOORBELL = 26, TIMERAWH = 0x400B0024 };
#endif

#define V(handler) (uintptr_t)(handler)
__attribute__((section(".vectors"), used)) static const uintptr_t vectors[16 + DOORBELL + 1] = {
    V(&_estack),
    V(Reset_Handler),
    V(NMI_Handler),
    V(HardFault_Handler),
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    V(SVC_Handler),
    0,
    0,
    V(PendSV_Handler),
    V(board_alarm_interrupt),
    [16 + DOORBELL] = V(amp_rp2_interrupt),
};

void board_init(void) {
}

// ---- Time ----

// The chip's microseconds.
uint64_t board_ticks(void) {
    enum { TIMERAWL = TIMERAWH + 4 };
    uint32_t high = BOARD_REG(TIMERAWH);
    uint32_t low = BOARD_REG(TIMERAWL);
    uint32_t again = BOARD_REG(TIMERAWH);
    return (uint64_t)again << 32 | (again == high ? low : BOARD_REG(TIMERAWL));
}
