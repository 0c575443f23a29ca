/*
 * The board under MicroPython: vectors, time, sleep.  The same for both cores;
 * board.h says what differs.
 */
#include "board.h"

#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stream.h"

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

// From ports/mps2_an521.
void amp_an521_doorbell_interrupt(void);
void amp_an521_life_interrupt(void);

// Only ends a sleep.
static void alarm_interrupt(void) {
}

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
    V(alarm_interrupt),
    [16 + 6] = V(amp_an521_doorbell_interrupt),
#if MICROPY_PY_OPENAMP_HOST
    [16 + 7] = V(amp_an521_life_interrupt),
#endif
    [16 + BOARD_UART_IRQ] = V(board_uart_interrupt),
};

// ---- Time ----

// Two counters since reset, of 50 ns and of 1 s; the slow one tells how often
// the fast one, of 32 bits, has wrapped.
static uint64_t ticks(void) {
    uint64_t coarse = (uint64_t)BOARD_REG(0x50302010) * 20000000;
    uint32_t fine = BOARD_REG(0x50302018);
    uint64_t wraps = (coarse - fine + (UINT64_C(1) << 31)) >> 32;
    return (wraps << 32) + fine;
}

mp_uint_t mp_hal_ticks_ms(void) {
    return (mp_uint_t)(ticks() / 20000);
}

mp_uint_t mp_hal_ticks_us(void) {
    return (mp_uint_t)(ticks() / 20);
}

mp_uint_t mp_hal_ticks_cpu(void) {
    return (mp_uint_t)ticks();
}

uint64_t mp_hal_time_ns(void) {
    static uint64_t at_reset;
    if (at_reset == 0) {
        at_reset = (uint64_t)semihost_time() * 1000000000 - ticks() * 50;
    }
    return at_reset + ticks() * 50;
}

// The date of files on FAT: there is no calendar, so the first of January 1981.
uint32_t get_fattime(void);
uint32_t get_fattime(void) {
    return 1u << 25 | 1u << 21 | 1u << 16;
}

// ---- Sleep ----

#define SYST_CSR BOARD_REG(0xE000E010) // 7: counts, and interrupts at 0
#define SYST_RVR BOARD_REG(0xE000E014)
#define SYST_CVR BOARD_REG(0xE000E018)

static void alarm_set(uint32_t ms) {
    enum { LONGEST_MS = 0xFFFFFF / 20000 };
    SYST_RVR = MIN(ms, LONGEST_MS) * 20000;
    SYST_CVR = 0;
    SYST_CSR = 7;
}

static bool is_pending(void) {
    return MP_STATE_VM(sched_state) == MP_SCHED_PENDING
        || MP_STATE_MAIN_THREAD(mp_pending_exception) != MP_OBJ_NULL || board_uart_any();
}

// With interrupts off, look, then sleep: an interrupt that comes in between
// ends the sleep, and is taken when interrupts are on again.
void board_wait(uint32_t ms, const volatile bool *unless) {
    uint32_t before = board_interrupts_off();
    if (ms != 0 && !is_pending() && !(unless != NULL && *unless)) {
        alarm_set(ms);
        __asm__ volatile("dsb\n wfi" : : : "memory");
        SYST_CSR = 0;
    }
    board_interrupts_restore(before);
}

void mp_hal_delay_ms(mp_uint_t ms) {
    mp_uint_t start = mp_hal_ticks_ms();
    mp_uint_t gone = 0;
    mp_event_handle_nowait();
    while (gone < ms) {
        mp_event_wait_ms(ms - gone);
        gone = mp_hal_ticks_ms() - start;
    }
}

void mp_hal_delay_us(mp_uint_t us) {
    mp_uint_t start = mp_hal_ticks_us();
    if (us >= 2000) {
        mp_hal_delay_ms(us / 1000 - 1);
    }
    while (mp_hal_ticks_us() - start < us) {
        mp_event_handle_nowait();
    }
}

// ---- The console ----

uintptr_t __wrap_mp_hal_stdio_poll(uintptr_t flags) {
    uintptr_t result = flags & MP_STREAM_POLL_WR;
    if ((flags & MP_STREAM_POLL_RD) && board_uart_any()) {
        result |= MP_STREAM_POLL_RD;
    }
    return result;
}

// As on a PC: what reads it is a terminal of the host, or a file.
void __wrap_mp_hal_stdout_tx_strn_cooked(const char *text, size_t len) {
    mp_hal_stdout_tx_strn(text, len);
}
