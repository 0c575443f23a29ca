/* For both halves of the Cortex-M ports: whom the doorbell's interrupt calls. */
#ifndef AMP_COMMON_CORTEX_M_DOORBELL_H
#define AMP_COMMON_CORTEX_M_DOORBELL_H

#include <stdbool.h>
#include <stddef.h>

#include "cortex_m.h"
#include "openamp/port.h"

struct doorbell_listener {
    volatile amp_doorbell_cb callback; // NULL: nobody
    void *volatile arg;
};

// With interrupts off, so that no call is under way afterwards.  A doorbell that
// rang before anybody listened (`rung`, NULL where that cannot be) is told now.
static inline void doorbell_listen(struct doorbell_listener *listener, amp_doorbell_cb callback,
    void *arg, const volatile bool *rung) {
    uint32_t before = interrupts_off();
    listener->callback = callback;
    listener->arg = arg;
    if (rung != NULL && *rung && callback != NULL) {
        callback(arg);
    }
    interrupts_restore(before);
}

// In the interrupt.
static inline void doorbell_tell(const struct doorbell_listener *listener) {
    amp_doorbell_cb callback = listener->callback;
    if (callback != NULL) {
        callback(listener->arg);
    }
}

#endif // AMP_COMMON_CORTEX_M_DOORBELL_H
