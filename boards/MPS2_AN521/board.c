/*
 * The board under MicroPython: vectors and time, for both cores.  board.h has what
 * differs between them.
 */
#include "board.h"

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

// From ports/mps2_an521.
void amp_an521_interrupt(void);

#define V(handler) (uintptr_t)(handler)
__attribute__((section(".vectors"), used)) static const uintptr_t vectors[16 + 36] = {
    V(&_estack),
    V(Reset_Handler),
    V(NMI_Handler),
    V(HardFault_Handler),
    V(MemManage_Handler),
    V(BusFault_Handler),
    V(UsageFault_Handler),
    V(UsageFault_Handler),
    0,
    0,
    0,
    V(SVC_Handler),
    V(DebugMon_Handler),
    0,
    V(PendSV_Handler),
    V(board_alarm_interrupt),
    [16 + 6] = V(amp_an521_interrupt),
#if MICROPY_PY_OPENAMP_HOST
    [16 + 7] = V(amp_an521_interrupt),
#endif
    [16 + BOARD_UART_IRQ] = V(board_uart_interrupt),
};

// ---- Time ----

// Two counters begin at reset: one of 50 ns and 32 bits, and one of 1 s, which tells how
// often the first one has wrapped.
uint64_t board_ticks(void) {
    uint64_t coarse = (uint64_t)BOARD_REG(0x50302010) * 20000000;
    uint32_t fine = BOARD_REG(0x50302018);
    uint64_t wraps = (coarse - fine + (UINT64_C(1) << 31)) >> 32;
    return (wraps << 32) + fine;
}

void board_init(void) {
}
