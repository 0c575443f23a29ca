/*
 * How MicroPython's unix port meets an interrupt.  Included before everything
 * else in every file of that build (-include), so that it can set options.
 */
#ifndef OPENAMP_UNIX_H
#define OPENAMP_UNIX_H

#define MICROPY_SCHEDULER_STATIC_NODES (1)

// For async_remote.
#define MICROPY_PY_MARSHAL (1)
#define MICROPY_PY_FUNCTION_ATTRS_CODE (1)

#define MICROPY_PY_OPENAMP_WAIT(ms, unless) openamp_unix_wait(ms, unless)
#define MICROPY_PY_OPENAMP_ALARM(ms) openamp_unix_alarm(ms)
#define MICROPY_PY_OPENAMP_SCHEDULE(node, callback) openamp_unix_schedule(node, callback)
#ifndef MICROPY_PY_OPENAMP_FIRMWARE_DIR
#define MICROPY_PY_OPENAMP_FIRMWARE_DIR() getenv("OPENAMP_FIRMWARE")
#endif

#define MICROPY_PY_OPENAMP_FILENO(endpoint) openamp_unix_fileno(endpoint)

struct _openamp_endpoint_obj_t;
int openamp_unix_fileno(struct _openamp_endpoint_obj_t *endpoint);
struct _mp_sched_node_t;
void openamp_unix_alarm(unsigned long ms);
void openamp_unix_wait(unsigned long ms, const volatile _Bool *unless);
void openamp_unix_schedule(
    struct _mp_sched_node_t *node, void (*callback)(struct _mp_sched_node_t *));
char *getenv(const char *name);

// The first use of the module in a run of the interpreter.
void openamp_unix_begin(void);
#define MICROPY_PY_OPENAMP_BEGIN() openamp_unix_begin()

// Calls into core/ under way in the main thread: no Ctrl-C jumps out.
extern volatile unsigned char openamp_unix_inside;
#define MICROPY_PY_OPENAMP_ENTER() (++openamp_unix_inside)
#define MICROPY_PY_OPENAMP_LEAVE() (--openamp_unix_inside)

// Without threads the port has no atomic sections, because it has no
// interrupts.  With threads it defines its own, which unix/atomic.c wraps.
#if !MICROPY_PY_THREAD
#include "../interrupt_hook.h"
#ifndef MICROPY_VM_HOOK_LOOP // emu and linux have their own
#define MICROPY_VM_HOOK_LOOP OPENAMP_INTERRUPT_HOOK
#endif
void openamp_unix_begin_atomic(void);
void openamp_unix_end_atomic(void);
#define MICROPY_BEGIN_ATOMIC_SECTION() (openamp_unix_begin_atomic(), 0)
#define MICROPY_END_ATOMIC_SECTION(state) ((void)(state), openamp_unix_end_atomic())
#endif

#endif // OPENAMP_UNIX_H
