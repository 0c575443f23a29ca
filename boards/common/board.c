/* What all boards under MicroPython have in common: time, and sleep. */
#include "board.h"

#include "py/mphal.h"
#include "py/runtime.h"

// ---- Time ----

mp_uint_t __wrap_mp_hal_ticks_ms(void) {
    return (mp_uint_t)(board_ticks() / (1000 * BOARD_TICKS_PER_US));
}

mp_uint_t __wrap_mp_hal_ticks_us(void) {
    return (mp_uint_t)(board_ticks() / BOARD_TICKS_PER_US);
}

mp_uint_t __wrap_mp_hal_ticks_cpu(void) {
    return (mp_uint_t)board_ticks();
}

// The date of files on FAT.  There is no calendar, so it is always the first of January 1981.
uint32_t get_fattime(void);
uint32_t get_fattime(void) {
    return 1u << 25 | 1u << 21 | 1u << 16;
}

// ---- Sleep ----

void __wrap_mp_hal_delay_ms(mp_uint_t ms) {
    mp_uint_t start = mp_hal_ticks_ms();
    mp_uint_t gone = 0;
    mp_event_handle_nowait();
    while (gone < ms) {
        board_sleep(ms - gone);
        mp_event_handle_nowait();
        gone = mp_hal_ticks_ms() - start;
    }
}

void __wrap_mp_hal_delay_us(mp_uint_t us) {
    mp_uint_t start = mp_hal_ticks_us();
    if (us >= 2000) {
        mp_hal_delay_ms(us / 1000 - 1);
    }
    while (mp_hal_ticks_us() - start < us) {
        mp_event_handle_nowait();
    }
}
