/*
 * What becomes of a fault: its registers are written to the mailbox, for a core dump of the
 * host, and then the core ends by the signal that it would have ended by.
 *
 * The handler is part of the boot ROM, which firmware cannot change, and has a stack of its
 * own, as that of the firmware may be the reason.
 */
#include <asm/unistd.h>

#include "arch/arch.h"
#include "board.h"
#include "runner.h"

// As the system call has it.  Both machines know this flag, and give no trampoline of their
// own: there would be none, as the vdso is unmapped.  The handler does not return.
struct action {
    void (*handler)(int number, void *info, void *context);
    unsigned long flags;
    void (*restorer)(void);
    uint64_t mask;
};
#define RESTORER 0x04000000ul

static const uint8_t faults[] = {SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV};

// Its default action is back in here (SA_RESETHAND), and it is not blocked (SA_NODEFER).
static void on_fault(int number, void *info, void *context) {
    volatile struct amp_sim_mailbox *box =
        (volatile struct amp_sim_mailbox *)(uintptr_t)AMP_SIM_MAILBOX_DA;
    (void)info;
    sim_save_registers(box->registers, context);
    box->fault = (uint32_t)number;
    long self = sim_call(__NR_getpid, 0, 0, 0, 0, 0, 0);
    for (;;) {
        sim_call(__NR_tgkill, self, self, number, 0, 0, 0);
    }
}

static void never(void) {
}

long runner_watch_faults(void) {
    const stack_t stack = {
        .ss_sp = (void *)(uintptr_t)AMP_SIM_FAULT_STACK_DA, .ss_size = AMP_SIM_FAULT_STACK_LEN};
    const struct action action = {
        .handler = on_fault,
        .flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESETHAND | RESTORER,
        .restorer = never,
    };
    long result = sim_call(__NR_sigaltstack, (long)&stack, 0, 0, 0, 0, 0);
    uint64_t set = 0;
    for (unsigned i = 0; i < sizeof(faults); i++) {
        result |= sim_call(__NR_rt_sigaction, faults[i], (long)&action, 0, 8, 0, 0);
        set |= UINT64_C(1) << (faults[i] - 1);
    }
    // The host's child blocks all signals.
    return result | sim_call(__NR_rt_sigprocmask, SIG_UNBLOCK, (long)&set, 0, 8, 0, 0);
}
