/* amp_platform_wait() for programs in C. */
#include "linux.h"
#include "openamp/platform.h"
#include "wait.h"

int amp_platform_wait(int timeout_ms) {
    int files[AMP_LINUX_FILES];
    struct pollfd fds[AMP_LINUX_FILES];
    uint32_t limit = amp_linux_timeout();
    unsigned count = amp_linux_files(files);
    for (unsigned i = 0; i < count; ++i) {
        fds[i] = (struct pollfd){.fd = files[i], .events = POLLIN};
    }
    if (timeout_ms >= 0 && (uint32_t)timeout_ms < limit) {
        limit = (uint32_t)timeout_ms;
    }
    int ms = limit == AMP_FOREVER ? -1 : (int)limit;
    int result = count == 1 ? amp_linux_sleep(&fds[0], ms) : poll(fds, count, ms);
    return amp_linux_ring(fds, result < 0 ? 0 : count);
}
