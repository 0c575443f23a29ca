/* amp_platform_wait() for programs in C. */
#include "linux.h"
#include "openamp/platform.h"
#include "wait.h"

int amp_platform_wait(int timeout_ms) {
    int files[AMP_LINUX_FILES];
    struct pollfd fds[AMP_LINUX_FILES + 1];
    uint32_t limit = amp_linux_timeout();
    unsigned count = amp_linux_files(files);
    for (unsigned i = 0; i < count; ++i) {
        fds[i] = (struct pollfd){.fd = files[i], .events = POLLIN};
    }
    if (timeout_ms >= 0 && (uint32_t)timeout_ms < limit) {
        limit = (uint32_t)timeout_ms;
    }
    int ms = limit == AMP_FOREVER ? -1 : (int)limit;
    if (count == 1) {
        amp_linux_sleep(&fds[0], ms);
    } else {
        fds[count] = (struct pollfd){.fd = amp_linux_interrupts(), .events = POLLIN};
        if (poll(fds, count + 1, ms) > 0 && fds[count].revents != 0) {
            amp_linux_interrupted(); // else every bus's file would be readable for ever
        }
    }
    return amp_linux_ring(fds, count);
}
