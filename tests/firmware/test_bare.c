/*
 * For tests of a port alone, without rings: the host writes a command and its
 * arguments to the start of the shared memory's pool and rings; the answer
 * stands there when we ring back.
 */
#include "ports/sim/arch/arch.h"
#include "tests/firmware/harm.h"

enum { PING = 1, SEGV, ILL, EXIT, SPIN, SYSCALL, JUMP, READ, TRACE, SLEEP };

struct control {
    uint32_t command;
    uint32_t answers; // commands carried out
    uint64_t argument[7];
    uint64_t result;
};

#define CONTROL_DA 0x30004000

static uint32_t initialised = 42; // .data
static uint32_t zeroed; // .bss

static void carry_out(volatile struct control *c) {
    volatile uint64_t *a = c->argument;
    switch (c->command) {
        case SEGV:
            harm_segv();
            break;
        case ILL:
            harm_ill();
            break;
        case EXIT:
            amp_remote_exit((int)a[0]);
        case SPIN:
            harm_spin();
            break;
        case SYSCALL:
            c->result = (uint64_t)sim_call(
                (long)a[0], (long)a[1], (long)a[2], (long)a[3], (long)a[4], (long)a[5], (long)a[6]);
            break;
        case JUMP:
            ((void (*)(void))(uintptr_t)a[0])();
            break;
        case READ:
            c->result = *(volatile uint32_t *)(uintptr_t)a[0];
            break;
        case TRACE:
            for (uint64_t i = 0; i < a[0]; i++) {
                amp_remote_trace("line ");
                amp_remote_trace_dec((uint32_t)i);
                amp_remote_trace(" 0x");
                amp_remote_trace_hex((uintptr_t)i);
                amp_remote_trace("\n");
            }
            break;
        case SLEEP: {
            uint64_t before = amp_remote_time_us();
            bool rang = amp_remote_wait((uint32_t)a[0]);
            c->argument[1] = rang;
            c->result = amp_remote_time_us() - before;
            break;
        }
        default:
            break;
    }
}

int main(void) {
    const struct amp_port *port = amp_remote_port();
    volatile struct control *c = port->ops->map(port->ctx, CONTROL_DA, sizeof(struct control));
    c->result = initialised * 1000 + zeroed;
    initialised++;
    zeroed++;
    for (;;) {
        c->answers++;
        port->ops->kick(port->ctx, 0);
        amp_remote_wait(AMP_REMOTE_FOREVER);
        carry_out(c);
    }
}
