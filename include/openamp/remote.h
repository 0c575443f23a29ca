/*
 * What every port gives to firmware on a remote core, besides the link to the
 * host: start-up, waiting, time and a trace.  firmware/ is written against
 * this header and openamp/rpmsg.h, vdev.h and table.h only, so one source
 * builds for every port that has a remote half.
 *
 * A firmware defines `int main(void)`.  The port's reset code sets up a stack,
 * fills .data and .bss, and calls it; a return from main() is
 * amp_remote_exit().
 */
#ifndef OPENAMP_REMOTE_H
#define OPENAMP_REMOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openamp/port.h"

// ---- The host ----

// The way to the host.  The callback that is given to its set_doorbell_cb() runs in the
// doorbell's interrupt or, where a port has none (sim), inside
// amp_remote_wait().
const struct amp_port *amp_remote_port(void);

// Sleep until the host rings its doorbell.  A doorbell that came since the
// last call ends the wait at once, so "look, then wait" loses none.  Returns
// true if it rang (which may be spurious), false after `timeout_us`.
// AMP_REMOTE_FOREVER: no timeout.  0: only ask.
bool amp_remote_wait(uint32_t timeout_us);
#define AMP_REMOTE_FOREVER UINT32_C(0xFFFFFFFF)

// ---- Time ----

// Microseconds since some fixed moment; never goes back.
uint64_t amp_remote_time_us(void);

// ---- The trace buffer ----

// A buffer of text that the host can read at any time, also after a crash; the
// resource table gives its address as AMP_REMOTE_TRACE_DA and
// AMP_REMOTE_TRACE_LEN.  The text always ends with a NUL.  When the buffer is
// full the older half goes.
void amp_remote_trace(const char *text);
void amp_remote_trace_dec(uint32_t number);
void amp_remote_trace_hex(uintptr_t number);

// The buffer's address as a constant expression.  A port whose compiler can
// not put an object's address into 32 bits at build time (64-bit machines)
// fixes the address and passes it with -D; elsewhere it is an object.
#ifndef AMP_REMOTE_TRACE_LEN
#define AMP_REMOTE_TRACE_LEN 1024
#endif
#ifndef AMP_REMOTE_TRACE_DA
extern char amp_remote_trace_text[AMP_REMOTE_TRACE_LEN];
#define AMP_REMOTE_TRACE_DA ((uint32_t)(uintptr_t)amp_remote_trace_text)
#endif

// ---- Life ----

// The table that the host provides for firmware that brings none, or that it
// did not load, at the address that this board fixes; *len is the room there.
// Firmware that is linked for the flash has its own table at this address: see
// table_mark.h.
const void *amp_remote_default_table(size_t *len);

// Stop this core, in order.  A board whose core cannot do that hangs it.
__attribute__((noreturn)) void amp_remote_exit(int code);

#endif // OPENAMP_REMOTE_H
