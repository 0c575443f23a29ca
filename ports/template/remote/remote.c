/*
 * A port that compiles and does nothing: the remote half.
 *
 * It defines what include/openamp/remote.h declares.  The reset code is in
 * start.c, the trace buffer in ports/common/trace.c.  The linker script,
 * template.ld.S, keeps .resource_table as a section of its own, because the host's
 * loader finds it by name.
 */
#include "openamp/remote.h"

static volatile bool rung;
static amp_doorbell_cb doorbell_cb;
static void *doorbell_arg;

// The handler of the doorbell's interrupt: acknowledge at the source, then note the kick.
void template_doorbell(void);
void template_doorbell(void) {
    rung = true;
    if (doorbell_cb != NULL) {
        doorbell_cb(doorbell_arg);
    }
}

// A real port does this: with interrupts off, read `rung`; if it is false, sleep (WFI of
// an Arm core ends by an interrupt that is masked, too), then let the interrupt run.
// With interrupts off no kick can come between the look and the sleep and be missed.
bool amp_remote_wait(uint32_t timeout_us) {
    (void)timeout_us;
    bool result = rung;
    rung = false;
    return result;
}

// A real port widens a free-running counter to 64 bits.
uint64_t amp_remote_time_us(void) {
    return 0;
}

// Kick the host: usually one store to a register.
static void kick(void *ctx, uint32_t notify_id) {
    (void)ctx;
    (void)notify_id;
}

// The addresses in the rings are this core's own, so the pointer is the address.  Only
// the shared memory is allowed, because the host is not trusted with more.
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
// Its address is that of the host half.
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
