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

// Set the callback, with interrupts off, so that no call of the former one is under way
// afterwards.  `had_kick` (or NULL): if it is set, a kick may have come while there was no
// callback, so the new one is called at once.
static inline void doorbell_set_cb(struct doorbell_handler *doorbell, amp_doorbell_cb callback,
    void *arg, const volatile bool *had_kick) {
    uint32_t before = interrupts_off();
    doorbell->callback = callback;
    doorbell->arg = arg;
    if (had_kick != NULL && *had_kick && callback != NULL) {
        callback(arg);
    }
    interrupts_restore(before);
}

// Call the callback: in the doorbell's interrupt handler.
static inline void doorbell_call(const struct doorbell_handler *doorbell) {
    amp_doorbell_cb callback = doorbell->callback;
    if (callback != NULL) {
        callback(doorbell->arg);
    }
}

#endif // AMP_COMMON_CORTEX_M_DOORBELL_H
