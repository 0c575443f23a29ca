/*
 * Every system call of the machine under the simulation, by number, from a
 * core: all but the few that it needs end it, and are told as crashed.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <sys/syscall.h>
#include <unistd.h>

#include "sim_board.h"

#if defined(__x86_64__)
#define PROBES 1
#else
#define PROBES 0
#endif

int main(void) {
    const struct amp_port *port = amp_platform_port(0);
    amp_da_t entry = load_image(port, "test_bare.elf");
    unsigned killed = 0;
    unsigned allowed = 0;
    if (boot(port, entry) != 0) {
        printf("FAIL: no core\n");
        return 1;
    }
    for (unsigned kind = 0; kind < 2; kind++) {
        for (uint64_t number = 0; number < 640; number++) {
            // With 0 for each argument, and with numbers that mean something.
            uint64_t call[7] = {number, 0, 0, 0, 0, 0, 0};
            if (kind == 1) {
                const uint64_t word = AMP_SIM_POOL_DA + 256;
                const uint64_t other[7] = {number, (uint64_t)getpid(), word, 1, word, 1, word};
                memcpy(call, other, sizeof(call));
            }
            const char *reason = "";
            int result = run_command(port, SYSCALL, call);
            enum amp_core_state state = port->ops->core_state(port->ctx, &reason);
            int may_return =
                number == SYS_futex || number == SYS_restart_syscall || number == SYS_getpid;
            int may_exit = number == SYS_exit || number == SYS_exit_group;
            int sigsys = strcmp(reason, "sandbox violation (SIGSYS)") == 0;
            // Two that the kernel's own probes make (uretprobe, uprobe) are told
            // to no filter: it refuses or kills whom it did not send there.
            int probe = PROBES && (number == 335 || number == 336);
            int good = result == 0         ? may_return || probe
                : state == AMP_CORE_EXITED ? may_exit
                                           : sigsys || probe;
            if (!good) {
                printf("FAIL: system call %d: %s\n", (int)number, result == 0 ? "made" : reason);
                return 1;
            }
            killed += result != 0 && sigsys;
            allowed += result == 0 || !sigsys;
            if (result != 0 && boot(port, entry) != 0) {
                printf("FAIL: no core after %d\n", (int)number);
                return 1;
            }
        }
    }
    port->ops->core_stop(port->ctx);
    printf("%u system calls were each told as a sandbox violation; %u are harmless\n", killed,
        allowed);
    return 0;
}
