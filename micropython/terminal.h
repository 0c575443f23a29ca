/*
 * An Endpoint as the terminal of a REPL, for the platform whose os.dupterm() has it.
 */
#ifndef OPENAMP_TERMINAL_H
#define OPENAMP_TERMINAL_H

#include "py/obj.h"

#if defined(MICROPY_PY_OPENAMP_RECEIVE) && !MICROPY_PY_OPENAMP_RECEIVE

// An Endpoint is no stream then.
static inline bool openamp_is_terminal(mp_obj_t obj) {
    (void)obj;
    return false;
}
static inline bool openamp_terminal_any(mp_obj_t obj) {
    (void)obj;
    return false;
}
static inline bool openamp_terminal_interrupted(mp_obj_t obj, int c, bool discard) {
    (void)obj, (void)c, (void)discard;
    return false;
}

#else

// Is it an Endpoint?  The others take one.
bool openamp_is_terminal(mp_obj_t obj);

// Is there something to read?  Polls nothing.
bool openamp_terminal_any(mp_obj_t obj);

// Is the character `c` among what waits to be read?  Then all up to it is dropped.  With
// `discard` nobody reads.  Then, if the queue is full, its older half is dropped as well:
// otherwise neither `c` nor a message for another endpoint could arrive.
bool openamp_terminal_interrupted(mp_obj_t obj, int c, bool discard);

#endif // MICROPY_PY_OPENAMP_RECEIVE

#endif // OPENAMP_TERMINAL_H
