/*
 * The rig's tests, inside of the kernel under test: each is a process, and each begins with
 * the core as the one before must have left it.
 *
 *     guest core|drivers|attach REPEAT
 *     guest user PROGRAM [ARGUMENT]...
 *     guest hold CHANNEL PROGRAM [ARGUMENT]...
 *     guest announce IMAGE CHANNEL PROGRAM [ARGUMENT]...
 *     guest count MESSAGES PROGRAM [ARGUMENT]...
 *     guest cost MESSAGES COMMAND
 */
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

// A test's own waits are shorter.
enum { LIMIT_S = 90 };

unsigned guest_repeat = 1;

static bool passes(const struct guest_test *test) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        alarm(LIMIT_S * guest_repeat);
        guest_listen();
        test->run();
        fflush(stdout);
        _exit(0);
    }
    int status = -1;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    printf("%s %s\n", status == 0 ? "ok  " : "FAIL", test->name);
    return status == 0;
}

// Go on as a program of an ordinary user, of the group that Debian calls dialout.
static int run_as_user(char **program) {
    enum { USER = 1000, DIALOUT = 20 };
    const gid_t groups[] = {DIALOUT};
    if (setgroups(1, groups) == 0 && setgid(USER) == 0 && setuid(USER) == 0) {
        execvp(program[0], program);
    }
    perror(program[0]);
    return 1;
}

static pid_t begin(char **program) {
    pid_t child = fork();
    if (child == 0) {
        execvp(program[0], program);
        perror(program[0]);
        _exit(1);
    }
    return child;
}

static int end(pid_t child) {
    int status = -1;
    waitpid(child, &status, 0);
    return status == 0 ? 0 : 1;
}

// Have a program run while this one holds the channel.
static int run_while_held(const char *name, char **program) {
    guest_listen();
    int file = channel_open(name);
    int result = end(begin(program));
    close(file);
    return result;
}

// Does it wait in a system call, and in which?
static bool waits_in_write(pid_t child) {
    char path[64];
    char number[32];
    snprintf(path, sizeof(path), "/proc/%d/syscall", (int)child);
    snprintf(number, sizeof(number), "%d ", SYS_write);
    return strncmp(guest_get(path), number, strlen(number)) == 0;
}

// Have a program run with a core to which Linux has announced a channel, and interrupt it where it
// waits in the kernel, as Ctrl-C does.
static int run_announced(const char *image, const char *name, char **program) {
    enum { LOOKS = 50 };
    guest_listen();
    core_start(image);
    close(channel_announce(name, 0x55));
    pid_t child = begin(program);
    for (int waits = 0; waits < LOOKS;) {
        if (waitpid(child, NULL, WNOHANG) != 0) {
            return 1; // it has ended, without a wait
        }
        usleep(10000);
        waits = waits_in_write(child) ? waits + 1 : 0;
    }
    kill(child, SIGINT);
    return end(child);
}

static unsigned number(const char *text) {
    return (unsigned)strtoul(text, NULL, 10);
}

int main(int argc, char **argv) {
    const struct guest_test *test = NULL;
    if (argc > 2 && strcmp(argv[1], "user") == 0) {
        return run_as_user(argv + 2);
    }
    if (argc > 3 && strcmp(argv[1], "hold") == 0) {
        return run_while_held(argv[2], argv + 3);
    }
    if (argc > 4 && strcmp(argv[1], "announce") == 0) {
        return run_announced(argv[2], argv[3], argv + 4);
    }
    if (argc > 3 && strcmp(argv[1], "count") == 0) {
        return guest_count(number(argv[2]), argv + 3);
    }
    if (argc == 4 && strcmp(argv[1], "cost") == 0) {
        return guest_cost(number(argv[2]), argv[3]);
    }
    if (argc == 3 && strcmp(argv[1], "core") == 0) {
        test = guest_core_tests;
    } else if (argc == 3 && strcmp(argv[1], "drivers") == 0) {
        test = guest_driver_tests;
    } else if (argc == 3 && strcmp(argv[1], "attach") == 0) {
        test = guest_attach_tests;
    }
    if (test == NULL) {
        puts("usage: guest core|drivers|attach REPEAT");
        return 2;
    }
    guest_repeat = number(argv[2]);
    for (; test->run != NULL; test++) {
        if (!passes(test)) {
            return 1; // the core is in no state that another test could begin with
        }
    }
    return 0;
}
