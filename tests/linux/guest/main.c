/*
 * The rig's tests, inside of the kernel under test: each is a process, and each begins with
 * the core as the one before must have left it.
 *
 *     guest core|attach REPEAT
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

int main(int argc, char **argv) {
    const struct guest_test *test = NULL;
    if (argc == 3 && strcmp(argv[1], "core") == 0) {
        test = guest_core_tests;
    } else if (argc == 3 && strcmp(argv[1], "attach") == 0) {
        test = guest_attach_tests;
    }
    if (test == NULL) {
        puts("usage: guest core|attach REPEAT");
        return 2;
    }
    guest_repeat = (unsigned)strtoul(argv[2], NULL, 10);
    for (; test->run != NULL; test++) {
        if (!passes(test)) {
            return 1; // the core is in no state that another test could begin with
        }
    }
    return 0;
}
