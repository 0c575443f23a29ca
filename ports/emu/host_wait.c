/* Sleep, for host programs in C on a system with POSIX. */
#include <time.h>

#include "host.h"

enum { SLICE = 20000 };

// All cores wait for this thread, so it can sleep until the time is over.  False: a signal
// ended the sleep.
static bool sleep_for(uint64_t us) {
    struct timespec timeout = {
        .tv_sec = (time_t)(us / 1000000U), .tv_nsec = (long)(us % 1000000U) * 1000};
    return nanosleep(&timeout, NULL) == 0;
}

int amp_platform_wait(int timeout_ms) {
    static uint32_t seen;
    uint64_t end = timeout_ms < 0 ? UINT64_MAX : emu_now_us() + (uint64_t)timeout_ms * 1000U;
    bool sleep_more = true;
    do {
        uint64_t idle = amp_emu_run(SLICE);
        uint64_t now = emu_now_us();
        sleep_more = seen == amp_emu_events() && now < end;
        if (sleep_more && idle != 0) {
            uint64_t left = end - now;
            uint64_t longest = 3600U * UINT64_C(1000000);
            uint64_t us = idle < left ? idle : left;
            sleep_more = sleep_for(us < longest ? us : longest);
        }
    } while (sleep_more);
    bool result = seen != amp_emu_events();
    seen = amp_emu_events();
    return result ? 1 : 0;
}
