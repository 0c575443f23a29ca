/* What a message costs a program: its system calls, exactly, and its time beside that of a bare
 * program on a file of the same kind. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"

// ---- System calls ----

enum { CALLS = 512 };

static unsigned calls[CALLS];

// The traced program stands at a system call.  Counting begins and ends at its chdir().
static void count(pid_t child) {
    static bool counts;
    struct __ptrace_syscall_info info;
    REQUIRE(ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info) > 0);
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY) {
        return;
    }
    if (info.entry.nr == SYS_chdir) {
        counts = !counts;
    } else if (counts && info.entry.nr < CALLS) {
        ++calls[info.entry.nr];
    }
}

// Until the program ends.
static int trace(pid_t child) {
    enum { AT_CALL = SIGTRAP | 0x80 };
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child && WIFSTOPPED(status));
    REQUIRE(ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) == 0);
    for (;;) {
        int passed = WIFSTOPPED(status) ? WSTOPSIG(status) : 0;
        if (passed == AT_CALL) {
            count(child);
        }
        passed = passed == AT_CALL || passed == SIGTRAP || passed == SIGSTOP ? 0 : passed;
        REQUIRE(ptrace(PTRACE_SYSCALL, child, 0, passed) == 0);
        REQUIRE(waitpid(child, &status, 0) == child);
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            return status;
        }
    }
}

static unsigned print_call(const char *name, unsigned first, unsigned second) {
    unsigned n = calls[first] + (second != first ? calls[second] : 0);
    printf(n != 0 ? " %s %u," : "", name, n);
    return n;
}

// Returns what is too much.  A message and its answer cost what they cost a bare program: to send,
// to sleep and to read.  The interpreter looks at some of its jumps, too, one of 32 answers is
// followed by a read in vain, and the kernel's log may have a line.
static unsigned print_calls(unsigned messages) {
    unsigned total = 0;
    for (unsigned i = 0; i < CALLS; i++) {
        total += calls[i];
    }
    printf("     %u messages, %u system calls:", messages, total);
    unsigned known = print_call("write", SYS_write, SYS_write);
    known += print_call("epoll_wait", SYS_epoll_wait, SYS_epoll_pwait);
    known += print_call("read", SYS_read, SYS_read);
    known += print_call("ppoll", SYS_ppoll, SYS_ppoll_time64);
    printf(" others %u\n", total - known);
    unsigned expected = 3 * messages + messages / 16;
    return total <= messages ? 1 : total <= expected ? 0 : total - expected;
}

int guest_count(unsigned messages, char **program) {
    pid_t child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        execvp(program[0], program);
        perror(program[0]);
        _exit(1);
    }
    int status = trace(child);
    return print_calls(messages) == 0 && status == 0 ? 0 : 1;
}

// ---- Time ----

enum { ROUNDS = 3 };

static long now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static long bare(unsigned messages) {
    static const char data[20];
    char answer[GUEST_MTU];
    int file = endpoint_open("bare", 0x400);
    long start = now_us();
    for (unsigned i = 0; i < messages; i++) {
        REQUIRE(write(file, data, sizeof(data)) == sizeof(data));
        REQUIRE(channel_read(file, answer, sizeof(answer)) == sizeof(data));
    }
    long took = now_us() - start;
    close(file);
    return took;
}

// What the program says: the time that it took.
static long told(const char *command) {
    long took = 0;
    FILE *program = popen(command, "r");
    REQUIRE(program != NULL && fscanf(program, "%ld", &took) == 1);
    REQUIRE(pclose(program) == 0);
    return took;
}

int guest_cost(unsigned messages, const char *command) {
    long best[2] = {0, 0};
    for (unsigned i = 0; i < 2 * ROUNDS; i++) { // in turns, so that both have the same machine
        long took = i % 2 == 0 ? bare(messages) : told(command);
        best[i % 2] = best[i % 2] == 0 || took < best[i % 2] ? took : best[i % 2];
    }
    printf("     a message and its answer: C %.1f us, MicroPython %.1f us, ratio %.2f\n",
        (double)best[0] / messages, (double)best[1] / messages, (double)best[1] / (double)best[0]);
    return 0;
}
