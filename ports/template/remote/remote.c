/*
 * A port that compiles and does nothing: the remote half.
 *
 * What firmware finds under its feet, include/openamp/remote.h.  The reset code
 * is in start.c, the trace in ports/common/trace.c.  The linker script,
 * template.ld.S, keeps .resource_table as a section of its own: the host's
 * loader finds it by name.
 */
#include "openamp/remote.h"

static volatile bool rung;
static amp_doorbell_cb doorbell_cb;
static void *doorbell_arg;

// The doorbell's interrupt: acknowledge at the source, then note it.
void template_doorbell(void);
void template_doorbell(void) {
    rung = true;
    if (doorbell_cb != NULL) {
        doorbell_cb(doorbell_arg);
    }
}

// With interrupts off, look at `rung`; if it is not set, wait for an interrupt
// (an Arm core wakes from WFI by an interrupt that is masked), then let it in.
// The order is what makes it safe: look, then sleep, with nothing in between.
bool amp_remote_wait(uint32_t timeout_us) {
    (void)timeout_us;
    bool result = rung;
    rung = false;
    return result;
}

// A free-running counter, widened to 64 bits.
uint64_t amp_remote_time_us(void) {
    return 0;
}

// Ring the host.
static void kick(void *ctx, uint32_t notify_id) {
    (void)ctx;
    (void)notify_id;
}

// The addresses in the rings are our own, so the pointer is the address; but
// the host is not trusted with more than the shared memory.
static void *map(void *ctx, amp_da_t da, size_t len) {
    (void)ctx;
    (void)da;
    (void)len;
    return NULL;
}

static void set_doorbell_cb(void *ctx, amp_doorbell_cb callback, void *arg) {
    (void)ctx;
    doorbell_cb = NULL;
    doorbell_arg = arg;
    doorbell_cb = callback;
}

static const struct amp_port_ops ops = {
    .kick = kick, .map = map, .set_doorbell_cb = set_doorbell_cb};
// As the host half has it.
static const struct amp_default_table default_table = {.table_da = 0x20000000};
static const struct amp_port port = {.ops = &ops, .default_table = &default_table};

const struct amp_port *amp_remote_port(void) {
    return &port;
}

const struct amp_port *amp_platform_port(unsigned core) {
    return core == 0 ? &port : NULL;
}

const void *amp_remote_default_table(size_t *len) {
    *len = 0x1000;
    return (const void *)(uintptr_t)default_table.table_da;
}

// On a 32-bit core the buffer is an ordinary object; AMP_REMOTE_TRACE_DA is its
// address.  ports/common/trace.c fills it.
char amp_remote_trace_text[AMP_REMOTE_TRACE_LEN];

void amp_remote_exit(int code) {
    (void)code;
    for (;;) {
    }
}
