/* For both halves of the Cortex-M ports: the callback of the doorbell's interrupt. */
#ifndef AMP_COMMON_CORTEX_M_DOORBELL_H
#define AMP_COMMON_CORTEX_M_DOORBELL_H

#include <stdbool.h>
#include <stddef.h>

#include "cortex_m.h"
#include "openamp/port.h"

struct doorbell_handler {
    volatile amp_doorbell_cb callback; // or NULL
    void *volatile arg;
};

// With interrupts off, so that no call is under way afterwards.  If a doorbell rang before
// there was a callback (`rung`, NULL where that cannot be), the callback is called now.
static inline void doorbell_set_cb(struct doorbell_handler *doorbell, amp_doorbell_cb callback,
    void *arg, const volatile bool *rung) {
    uint32_t before = interrupts_off();
    doorbell->callback = callback;
    doorbell->arg = arg;
    if (rung != NULL && *rung && callback != NULL) {
        callback(arg);
    }
    interrupts_restore(before);
}

// In the interrupt.
static inline void doorbell_call(const struct doorbell_handler *doorbell) {
    amp_doorbell_cb callback = doorbell->callback;
    if (callback != NULL) {
        callback(doorbell->arg);
    }
}

#endif // AMP_COMMON_CORTEX_M_DOORBELL_H
