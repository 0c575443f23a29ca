/*
 * The simulated core under MicroPython.  It has a doorbell, a clock and the trace buffer,
 * where its output goes; what is typed comes over an endpoint (boards/common/console.c).
 */
#include "board.h"

#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/runtime/gchelper.h"

#include "openamp/platform.h"
#include "openamp/remote.h"
#include "openamp/table.h"

// ---- What the host is told about this image ----

AMP_RESOURCE_TABLE static struct amp_table_rpmsg table =
    AMP_TABLE_RPMSG(64, AMP_REMOTE_TRACE_DA, AMP_REMOTE_TRACE_LEN);

const void *amp_platform_table(size_t *len) {
    *len = sizeof(table);
    return &table;
}

void board_init(void) {
}

// ---- Time ----

uint64_t board_ticks(void) {
    return amp_remote_time_us();
}

// Since the machine began: the core does not know the day.
uint64_t mp_hal_time_ns(void) {
    return board_ticks() * 1000;
}

// ---- The doorbell, the alarm, sleep ----

static bool alarm_is_set;
static uint64_t alarm_at;

void board_alarm(uint32_t ms) {
    alarm_at = board_ticks() + (uint64_t)ms * 1000;
    alarm_is_set = true;
}

// Asks the clock, and so the system.
static void look_at_alarm(void) {
    if (alarm_is_set && board_ticks() >= alarm_at) {
        alarm_is_set = false;
        openamp_alarm();
    }
}

void board_look(void) {
    enum { LOOKS = 1024 };
    static unsigned looks;
    amp_remote_wait(0); // calls who waits for the doorbell
    if (++looks % LOOKS == 0) {
        look_at_alarm();
    }
}

// In a wait of amp_remote_wait() no doorbell is lost: it looks a last time.
static void sleep(uint32_t ms, const volatile bool *unless, bool for_messages) {
    uint64_t us = (uint64_t)ms * 1000;
    board_look();
    look_at_alarm();
    if (us == 0 || board_is_due(for_messages) || (unless != NULL && *unless)) {
        return;
    }
    if (alarm_is_set) {
        uint64_t now = board_ticks();
        us = MIN(us, alarm_at > now ? alarm_at - now : 0);
    }
    amp_remote_wait(us < AMP_REMOTE_FOREVER ? (uint32_t)us : AMP_REMOTE_FOREVER);
    look_at_alarm();
}

void board_wait(uint32_t ms, const volatile bool *unless) {
    sleep(ms, unless, true);
}

void board_sleep(uint32_t ms) {
    sleep(ms, NULL, false);
}

// ---- The console ----

bool board_uart_any(void) {
    return false;
}

static int never(void) {
    return -1;
}

int mp_hal_stdin_rx_chr(void) {
    return board_wait_chr(never);
}

mp_uint_t mp_hal_stdout_tx_strn(const char *text, size_t len) {
    char part[64];
    board_terminal_write(text, len);
    for (size_t i = 0; i < len;) {
        size_t size = 0;
        for (; i < len && size < sizeof(part) - 1; ++i) {
            part[size] = text[i] == '\0' ? ' ' : text[i]; // a text without an end is none
            ++size;
        }
        part[size] = '\0';
        amp_remote_trace(part);
    }
    return len;
}

// ---- The interpreter ----

void gc_collect(void) {
    gc_collect_start();
    gc_helper_collect_regs_and_stack();
    gc_collect_end();
}

__attribute__((noreturn)) void nlr_jump_fail(void *val) {
    (void)val;
    amp_remote_trace("MicroPython: an exception that nobody catches\n");
    amp_remote_exit(1);
}
