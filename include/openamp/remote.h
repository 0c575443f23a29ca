/*
 * What every port provides to firmware on a remote core, besides the link to the
 * host: start-up, waiting, time and a trace buffer.  The programs of firmware/ use
 * this header and openamp/firmware.h, rpmsg.h, vdev.h and table.h only, so each
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

// The port to the host.  Its doorbell callback (set_doorbell_cb()) runs in the
// doorbell's interrupt or, where a port has no interrupts (sim), inside
// amp_remote_wait().
const struct amp_port *amp_remote_port(void);

// Sleep until the host kicks.  A kick that came since the last call ends the wait at
// once, so "poll, then wait" loses none.  Returns true after a kick (which may be
// spurious), false after `timeout_us` microseconds.  AMP_REMOTE_FOREVER: no timeout.
// 0: do not sleep.
bool amp_remote_wait(uint32_t timeout_us);
#define AMP_REMOTE_FOREVER UINT32_C(0xFFFFFFFF)

// ---- Time ----

// Microseconds since some fixed moment; never goes back.
uint64_t amp_remote_time_us(void);

// ---- The trace buffer ----

// A buffer of text that the host can read at any time, also after a crash; the
// resource table names it with AMP_REMOTE_TRACE_DA and AMP_REMOTE_TRACE_LEN (bytes).
// The text always ends with a NUL.  When the buffer is full, the older half of the text
// is dropped.
void amp_remote_trace(const char *text);
void amp_remote_trace_dec(uint32_t number);
void amp_remote_trace_hex(uintptr_t number);

// The buffer's address as a constant expression.  A 64-bit compiler cannot put the
// address of an object into 32 bits at build time: a port for such a machine fixes the
// address and defines AMP_REMOTE_TRACE_DA with -D.  Elsewhere the buffer is an object.
#ifndef AMP_REMOTE_TRACE_LEN
#define AMP_REMOTE_TRACE_LEN 1024
#endif
#ifndef AMP_REMOTE_TRACE_DA
extern char amp_remote_trace_text[AMP_REMOTE_TRACE_LEN];
#define AMP_REMOTE_TRACE_DA ((uint32_t)(uintptr_t)amp_remote_trace_text)
#endif

// ---- Start and end ----

// The default table (struct amp_default_table): the host writes it at an address fixed
// by the board, for firmware that has no table or that the host did not load.  *len is
// the number of bytes there.  Firmware that is linked for the flash reads its own table
// at this address: see table_mark.h.
const void *amp_remote_default_table(size_t *len);

// Stop this core; the host then finds it in AMP_CORE_EXITED.  Where a core cannot stop
// itself, this hangs.
__attribute__((noreturn)) void amp_remote_exit(int code);

#endif // OPENAMP_REMOTE_H
