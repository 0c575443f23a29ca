/*
 * The handler of the core's faults: it writes the registers to the mailbox, for a core dump
 * by the host, and then ends the core by the same signal as without the handler.
 *
 * The handler is part of the boot ROM, which firmware cannot change.  It has a stack of its
 * own, because an invalid stack pointer may have caused the fault.
 */
#include <asm/unistd.h>

#include "arch/arch.h"
#include "board.h"
#include "runner.h"

// The argument of the system call rt_sigaction.  RESTORER: the program has the code to which
// a handler returns; the kernel's own is gone with the vdso.  This handler never returns.
struct action {
    void (*handler)(int number, void *info, void *context);
    unsigned long flags;
    void (*restorer)(void);
    uint64_t mask;
};
#define RESTORER 0x04000000ul

static const uint8_t faults[] = {SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV};

// In here the signal has its default action (SA_RESETHAND) and is not blocked (SA_NODEFER),
// so sending it again ends the core.
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

static void no_trampoline(void) {
}

long runner_watch_faults(void) {
    const stack_t stack = {
        .ss_sp = (void *)(uintptr_t)AMP_SIM_FAULT_STACK_DA, .ss_size = AMP_SIM_FAULT_STACK_LEN};
    const struct action action = {
        .handler = on_fault,
        .flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESETHAND | RESTORER,
        .restorer = no_trampoline,
    };
    long result = sim_call(__NR_sigaltstack, (long)&stack, 0, 0, 0, 0, 0);
    uint64_t set = 0;
    for (unsigned i = 0; i < sizeof(faults); i++) {
        result |= sim_call(__NR_rt_sigaction, faults[i], (long)&action, 0, 8, 0, 0);
        set |= UINT64_C(1) << (faults[i] - 1);
    }
    // become_core() left all signals blocked.
    return result | sim_call(__NR_rt_sigprocmask, SIG_UNBLOCK, (long)&set, 0, 8, 0, 0);
}
