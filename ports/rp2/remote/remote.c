/*
 * The remote half, on core 1: doorbell, sleep, time and exit.
 */
#include "openamp/remote.h"

#include "../doorbell.h"
#include "openamp/table.h"
#include "start.h"

#define CONTROL AMP_RP2_CONTROL

static volatile bool rung;
static struct doorbell_handler doorbell;

char amp_remote_trace_text[AMP_REMOTE_TRACE_LEN];

void amp_rp2_doorbell_interrupt(void) {
    doorbell_acknowledge();
    rung = true;
    doorbell_call(&doorbell);
}

// ---- Time ----

uint64_t amp_remote_time_us(void) {
    uint32_t high = TIMER_RAW_HIGH;
    uint32_t low = TIMER_RAW_LOW;
    uint32_t again = TIMER_RAW_HIGH;
    if (again != high) { // it has passed 0 meanwhile
        low = TIMER_RAW_LOW;
    }
    return (uint64_t)again << 32 | low;
}

// ---- Sleep ----

// Interrupts are off between reading `rung` and sleeping, so no kick is missed.
bool amp_remote_wait(uint32_t timeout_us) {
    bool bounded = timeout_us != AMP_REMOTE_FOREVER;
    uint32_t began = TIMER_RAW_LOW;
    uint32_t before = interrupts_off();
    for (;;) {
        uint32_t passed = TIMER_RAW_LOW - began;
        if (rung || (bounded && passed >= timeout_us)) {
            break;
        }
        if (bounded) {
            systick_begin(timeout_us - passed);
        }
        sleep_until_interrupt();
        systick_end();
        interrupts_let_in();
    }
    bool result = rung;
    rung = false;
    interrupts_restore(before);
    return result;
}

// ---- The port ----

static void kick(void *ctx, uint32_t notify_id) {
    (void)ctx;
    (void)notify_id;
    doorbell_kick();
}

static bool inside(amp_da_t da, size_t len, amp_da_t window, size_t window_len) {
    return da - window <= window_len && len <= window_len - (da - window);
}

static void *map(void *ctx, amp_da_t da, size_t len) {
    (void)ctx;
    return inside(da, len, AMP_RP2_WINDOW_DA, AMP_RP2_WINDOW_LEN) ? (void *)da : NULL;
}

static void set_doorbell_cb(void *ctx, amp_doorbell_cb callback, void *arg) {
    (void)ctx;
    doorbell_set_cb(&doorbell, callback, arg, &rung);
}

static const struct amp_port_ops ops = {
    .kick = kick, .map = map, .set_doorbell_cb = set_doorbell_cb};
static const struct amp_default_table default_table = {.table_da = AMP_RP2_TABLE_DA};
static const struct amp_port port = {
    .ops = &ops,
    .shared_da = AMP_RP2_SHARED_DA,
    .shared_len = AMP_RP2_SHARED_LEN,
    .default_table = &default_table,
};

const struct amp_port *amp_remote_port(void) {
    return &port;
}

const struct amp_port *amp_platform_port(unsigned core) {
    return core == 0 ? &port : NULL;
}

const void *amp_remote_default_table(size_t *len) {
    *len = AMP_RP2_TABLE_LEN;
    return (const void *)(uintptr_t)AMP_RP2_TABLE_DA;
}

// ---- Start ----

void amp_rp2_begin(void) {
    CONTROL->cause = AMP_RP2_ALIVE;
    CONTROL->pc = 0;
    CONTROL->dma = 0;
    wait_for_stores();
    CONTROL->magic = AMP_RP2_MAGIC;
    doorbell_on(IRQ_CORE1);
}

// ---- Exit and faults ----

__attribute__((noreturn)) static void end(uint32_t cause, uint32_t code) {
    (void)interrupts_off();
    CONTROL->code = code;
    wait_for_stores();
    CONTROL->cause = cause;
    doorbell_kick();
    SYST_CSR = 0;
    for (unsigned irq = 0; irq < IRQS; irq += 32) {
        NVIC_ICER(irq) = 0xFFFFFFFF; // no interrupt may end this sleep
    }
    for (;;) {
        sleep_until_interrupt();
    }
}

void amp_remote_exit(int code) {
    end(AMP_RP2_EXITED, (uint32_t)code);
}

// The frame is read only if it lies in RAM: a bad stack pointer may have caused the fault.  (An
// image may lie in a larger window than the one that it was built with.)
void amp_rp2_faulted(const uint32_t *frame, uint32_t exception, uint32_t exc_return) {
    enum { PLAIN = 8, WITH_FPU = 26, NO_FPU_FRAME = 0x10, ALIGNED = 1 << 9, RAM_DA = 0x20000000 };
    bool framed = ((uintptr_t)frame & 3) == 0
        && inside((amp_da_t)frame, PLAIN * sizeof(*frame), RAM_DA, AMP_RP2_RAM_END - RAM_DA);
    CONTROL->pc = framed ? frame[6] : 0;
    for (unsigned i = 0; framed && i < PLAIN; ++i) {
        CONTROL->frame[i] = frame[i];
    }
    unsigned words = exc_return & NO_FPU_FRAME ? PLAIN : WITH_FPU;
    words += framed && (frame[7] & ALIGNED) != 0;
    CONTROL->sp = (uint32_t)(uintptr_t)(frame + words);
    end(AMP_RP2_FAULTED, exception);
}
