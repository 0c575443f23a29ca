/*
 * The remote half: it defines what openamp/remote.h declares, for a simulated core.
 *
 * The core has no interrupts: amp_remote_wait() takes the doorbell from the mailbox and
 * calls the doorbell callback.
 */
#include <asm/unistd.h>
#include <linux/futex.h>
#include <linux/signal.h>
#include <linux/time.h>

#include "openamp/remote.h"

#include "../arch/arch.h"
#include "../board.h"

AMP_SIM_REMOTE_START;

#define MAILBOX ((volatile struct amp_sim_mailbox *)(uintptr_t)AMP_SIM_MAILBOX_DA)

// From sim.ld.S.
extern uint64_t __bss_begin[];
extern uint64_t __bss_end[];
extern uint64_t __data_begin[];
extern uint64_t __data_end[];
extern const uint64_t __data_load[];

static amp_doorbell_cb doorbell_cb;
static void *doorbell_arg;
static bool is_unheard; // it rang while there was no callback

int main(void);

// The reset code calls this when only the stack is set up.
__attribute__((used, noreturn)) void amp_remote_reset(void) {
    // Copy .data out of flash; that of a loaded image is in place, and copied onto itself.
    for (size_t i = 0; __data_begin + i < __data_end; i++) {
        __data_begin[i] = __data_load[i];
        __asm__ volatile("" ::: "memory"); // stay a loop: no memcpy() yet
    }
    for (uint64_t *word = __bss_begin; word < __bss_end; word++) {
        *word = 0;
        __asm__ volatile("" ::: "memory"); // the same for memset()
    }
    // A loader would have cleared the trace buffer; firmware in flash was not loaded.
    *(volatile char *)(uintptr_t)AMP_REMOTE_TRACE_DA = '\0';
    amp_remote_exit(main());
}

void amp_remote_exit(int code) {
    MAILBOX->exited = AMP_SIM_EXITED | (uint32_t)(code & 0xFF);
    for (;;) {
        sim_call(__NR_exit_group, code, 0, 0, 0, 0, 0);
    }
}

uint64_t amp_remote_time_us(void) {
    int64_t now[2] = {0, 0}; // seconds, nanoseconds
    sim_call(__NR_clock_gettime, CLOCK_MONOTONIC, (long)now, 0, 0, 0, 0);
    return (uint64_t)now[0] * 1000000 + (uint64_t)now[1] / 1000;
}

// Take the bits of the mailbox and call the callback.  False: there was no kick.
static bool take_doorbell(void) {
    if (__atomic_load_n(&MAILBOX->to_core, __ATOMIC_RELAXED) == 0
        || __atomic_exchange_n(&MAILBOX->to_core, 0, __ATOMIC_SEQ_CST) == 0) {
        return false;
    }
    if (doorbell_cb != NULL) {
        doorbell_cb(doorbell_arg);
    } else {
        is_unheard = true;
    }
    return true;
}

// The partner of kick() in host.c: write that the core sleeps, then look a last time.  The
// system looks once more (futex) before the core sleeps.
static void sleep_until_kicked(uint32_t timeout_us) {
    int64_t timeout[2] = {timeout_us / 1000000, (int64_t)(timeout_us % 1000000) * 1000};
    __atomic_store_n(&MAILBOX->core_sleeps, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&MAILBOX->to_core, __ATOMIC_SEQ_CST) == 0) {
        sim_call(__NR_futex, (long)&MAILBOX->to_core, FUTEX_WAIT, 0,
            timeout_us == AMP_REMOTE_FOREVER ? 0 : (long)timeout, 0, 0);
    }
    __atomic_store_n(&MAILBOX->core_sleeps, 0, __ATOMIC_RELAXED);
}

bool amp_remote_wait(uint32_t timeout_us) {
    if (take_doorbell()) {
        return true;
    }
    if (timeout_us == 0) {
        return false;
    }
    if (timeout_us != AMP_REMOTE_FOREVER) {
        sleep_until_kicked(timeout_us);
        return take_doorbell();
    }
    do {
        sleep_until_kicked(timeout_us);
    } while (!take_doorbell());
    return true;
}

// The doorbell, core to host: a signal only if the host has acknowledged all bits before.
static void kick(void *ctx, uint32_t notify_id) {
    (void)ctx;
    uint32_t bit = UINT32_C(1) << (notify_id & 31);
    if (__atomic_fetch_or(&MAILBOX->to_host, bit, __ATOMIC_SEQ_CST) == 0) {
        sim_call(__NR_tgkill, MAILBOX->host_pid, MAILBOX->host_tid, SIGURG, 0, 0, 0);
    }
}

static const struct amp_sim_window board[] = AMP_SIM_BOARD;

static void *map(void *ctx, amp_da_t da, size_t len) {
    (void)ctx;
    for (unsigned i = 0; i < AMP_SIM_MAILBOX; i++) {
        if ((board[i].access & AMP_SIM_WRITE) && da >= board[i].da
            && da - board[i].da <= board[i].len && len <= board[i].len - (da - board[i].da)) {
            return (void *)da;
        }
    }
    return NULL;
}

static void set_doorbell_cb(void *ctx, amp_doorbell_cb callback, void *arg) {
    (void)ctx;
    doorbell_cb = callback;
    doorbell_arg = arg;
    // An interrupt that is pending when it is enabled is taken.
    if (callback != NULL && is_unheard) {
        is_unheard = false;
        callback(arg);
    }
}

static const struct amp_port_ops ops = {
    .kick = kick, .map = map, .set_doorbell_cb = set_doorbell_cb};
static const struct amp_default_table default_table = {.table_da = AMP_SIM_TABLE_DA};
static const struct amp_port port = {
    .ops = &ops,
    .shared_da = AMP_SIM_SHARED_DA,
    .shared_len = AMP_SIM_SHARED_LEN,
    .default_table = &default_table,
};

const struct amp_port *amp_remote_port(void) {
    return &port;
}

const struct amp_port *amp_platform_port(unsigned core) {
    return core == 0 ? &port : NULL;
}

const void *amp_remote_default_table(size_t *len) {
    *len = AMP_SIM_TABLE_LEN;
    return (const void *)(uintptr_t)AMP_SIM_TABLE_DA;
}
