/*
 * The remote half, on core 1: doorbell, sleep, time and exit.
 */
#include "openamp/remote.h"

#include "../../common/cortex_m_doorbell.h"
#include "../board.h"
#include "../regs.h"

static volatile bool rung;
static struct doorbell_handler doorbell;

char amp_remote_trace_text[AMP_REMOTE_TRACE_LEN];

// The doorbell's interrupt.
void amp_an521_interrupt(void);
void amp_an521_interrupt(void) {
    MHU_CLR(MHU0, 1) = 15;
    wait_for_stores();
    rung = true;
    doorbell_call(&doorbell);
}

// ---- Sleep ----

// SysTick ends a sleep after a time.  It has 24 bits, so a long sleep takes several turns.
// Its interrupt is cleared before interrupts are on again, so it needs no handler.
static void alarm_set(uint64_t us) {
    enum { LONGEST = 0xFFFFFF };
    uint64_t ticks = us * TICKS_PER_US;
    SYST_RVR = ticks > LONGEST ? LONGEST : ticks < 2 ? 2 : (uint32_t)ticks;
    SYST_CVR = 0;
    SYST_CSR = 7;
}

static void alarm_stop(void) {
    SYST_CSR = 0;
    SCB_ICSR = ICSR_PENDSTCLR;
}

// Interrupts are off between reading `rung` and sleeping, so no kick is missed.
bool amp_remote_wait(uint32_t timeout_us) {
    uint64_t end = 0;
    if (timeout_us != AMP_REMOTE_FOREVER && timeout_us != 0) {
        end = time_us() + timeout_us;
    }
    uint32_t before = interrupts_off();
    while (!rung && timeout_us != 0) {
        if (end != 0) {
            uint64_t now = time_us();
            if (now >= end) {
                break;
            }
            alarm_set(end - now);
        }
        sleep_until_interrupt();
        alarm_stop();
        interrupts_let_in();
    }
    bool result = rung;
    rung = false;
    interrupts_restore(before);
    return result;
}

uint64_t amp_remote_time_us(void) {
    return time_us();
}

// ---- The port ----

static void kick(void *ctx, uint32_t notify_id) {
    (void)ctx;
    wait_for_stores();
    MHU_SET(MHU0, 0) = 1u << (notify_id & 3);
}

static bool inside(amp_da_t da, size_t len, amp_da_t window, size_t window_len) {
    return da - window <= window_len && len <= window_len - (da - window);
}

static void *map(void *ctx, amp_da_t da, size_t len) {
    (void)ctx;
    bool reachable = inside(da, len, AMP_AN521_SHARED_DA, AMP_AN521_SHARED_LEN)
        || inside(da, len, AMP_AN521_DATA_DA, AMP_AN521_DATA_LEN);
    return reachable ? (void *)da : NULL;
}

static void set_doorbell_cb(void *ctx, amp_doorbell_cb callback, void *arg) {
    (void)ctx;
    doorbell_set_cb(&doorbell, callback, arg, &rung);
}

static const struct amp_port_ops ops = {
    .kick = kick, .map = map, .set_doorbell_cb = set_doorbell_cb};
static const struct amp_default_table default_table = {.table_da = AMP_AN521_TABLE_DA};
static const struct amp_port port = {
    .ops = &ops,
    .shared_da = AMP_AN521_SHARED_DA,
    .shared_len = AMP_AN521_SHARED_LEN,
    .default_table = &default_table,
};

const struct amp_port *amp_remote_port(void) {
    NVIC_ISER(IRQ_MHU0) = NVIC_BIT(IRQ_MHU0);
    return &port;
}

const struct amp_port *amp_platform_port(unsigned core) {
    return core == 0 ? amp_remote_port() : NULL;
}

const void *amp_remote_default_table(size_t *len) {
    *len = AMP_AN521_TABLE_LEN;
    return (const void *)(uintptr_t)AMP_AN521_TABLE_DA;
}

// ---- Exit ----

// Interrupts are off, so that a stop of the host comes before or after this, never in between.
void amp_remote_exit(int code) {
    typedef __attribute__((noreturn)) void (*leave_t)(void);
    (void)interrupts_off();
    AMP_AN521_CONTROL->code = (uint32_t)code;
    AMP_AN521_CONTROL->exited = 1;
    ((leave_t)(uintptr_t)AMP_AN521_CONTROL->leave)();
}

// From start.c.
__attribute__((noreturn)) void amp_an521_end(int code);
void amp_an521_end(int code) {
    amp_remote_exit(code);
}
