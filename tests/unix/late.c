/*
 * Runs a program so that its signals come at the worst moment there is:
 *
 *     late CALL PROGRAM [ARGUMENT]...
 *
 * From when it prints "late" to when it prints "done", every second system call
 * CALL of its main thread is held right before its instruction until a signal
 * comes, whose handler then runs there: after everything that the program did to
 * look whether it may sleep, and before it does.  A program that does not see to
 * that sleeps then although it has work; the next call is left alone, so that it
 * goes on sleeping.
 *
 * The exit code is the program's, 128 + N if signal N ended it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __x86_64__
#error "late knows the registers of x86-64"
#endif

enum { SYSCALL_LEN = 2 }; // of the instruction

static const struct {
    const char *name;
    unsigned long long number;
} calls[] = {
    {"accept", SYS_accept},
    {"connect", SYS_connect},
    {"openat", SYS_openat},
    {"read", SYS_read},
    {"recvfrom", SYS_recvfrom},
    {"sendto", SYS_sendto},
    {"write", SYS_write},
};

static unsigned long long wanted;
static pid_t child;
static bool armed;
static bool held; // the call before this one was
static unsigned long count;
static struct user_regs_struct call; // the one that is held
static bool waiting; // pause() is under way in its place

static bool prints(const struct user_regs_struct *regs, const char *word) {
    if (regs->orig_rax != SYS_write || regs->rdi != STDOUT_FILENO) {
        return false;
    }
    long text = ptrace(PTRACE_PEEKDATA, child, regs->rsi, NULL);
    return memcmp(&text, word, strlen(word)) == 0;
}

// At the entry of a system call: have pause() in its place, perhaps.
static void enter(void) {
    struct user_regs_struct regs;
    ptrace(PTRACE_GETREGS, child, NULL, &regs);
    armed = armed ? !prints(&regs, "done") : prints(&regs, "late");
    if (!armed || regs.orig_rax != wanted || prints(&regs, "late")) {
        return;
    }
    held = !held;
    if (!held) {
        return;
    }
    ++count;
    call = regs;
    waiting = true;
    regs.orig_rax = SYS_pause;
    ptrace(PTRACE_SETREGS, child, NULL, &regs);
}

// A signal is about to be delivered, and has ended pause(): go back to before the
// call, as if it came there.
static void go_back(void) {
    waiting = false;
    call.rip -= SYSCALL_LEN;
    call.rax = call.orig_rax;
    call.orig_rax = (unsigned long long)-1; // no system call: nothing to restart
    ptrace(PTRACE_SETREGS, child, NULL, &call);
}

static int trace(void) {
    bool inside = false;
    int status;
    if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) {
        return 1;
    }
    ptrace(PTRACE_SETOPTIONS, child, NULL,
        PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
    int signal = 0;
    while (ptrace(PTRACE_SYSCALL, child, NULL, signal) == 0) {
        if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) {
            break;
        }
        signal = WSTOPSIG(status);
        if (signal == (SIGTRAP | 0x80)) {
            signal = 0;
            inside = !inside;
            if (inside) {
                enter();
            }
        } else if (status >> 16 != 0) { // execve()
            signal = 0;
        } else if (waiting) {
            go_back();
        }
    }
    fprintf(stderr, "late: %lu calls held\n", count);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static bool find(const char *name) {
    for (unsigned i = 0; i < sizeof(calls) / sizeof(calls[0]); ++i) {
        if (strcmp(calls[i].name, name) == 0) {
            wanted = calls[i].number;
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv) {
    if (argc < 3 || !find(argv[1])) {
        fprintf(stderr, "usage: %s CALL PROGRAM [ARGUMENT]...; CALL is one of those in %s\n",
            argv[0], __FILE__);
        return 2;
    }
    child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        execv(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    return child < 0 ? 1 : trace();
}
