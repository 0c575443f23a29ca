/*
 * Callbacks while MicroPython's unix port waits at the prompt.
 *
 * At the prompt the terminal passes Ctrl-C on as a character, which nothing reads while a
 * callback runs.  So while callbacks run the terminal is set to send the signal instead.
 */
#include "unix.h"

#include <errno.h>
#include <termios.h>
#include <unistd.h>

#include "py/mphal.h"

#include "../prompt.h"

// Have Ctrl-C send a signal.  False: it does already, or standard input is no terminal.
static bool make_ctrl_c_a_signal(struct termios *before) {
    if (tcgetattr(STDIN_FILENO, before) != 0 || (before->c_lflag & ISIG) != 0) {
        return false;
    }
    struct termios during = *before;
    during.c_lflag |= ISIG | NOFLSH; // what was typed meanwhile stays
    during.c_cc[VINTR] = *OPENAMP_PROMPT_INTERRUPT;
    during.c_cc[VQUIT] = _POSIX_VDISABLE;
    during.c_cc[VSUSP] = _POSIX_VDISABLE;
    return tcsetattr(STDIN_FILENO, TCSANOW, &during) == 0;
}

static const char *run_callbacks(void) {
    struct termios before;
    bool changed = make_ctrl_c_a_signal(&before);
    MP_THREAD_GIL_ENTER();
    const char *typed = openamp_prompt_run_pending();
    MP_THREAD_GIL_EXIT();
    if (changed) {
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
    }
    return typed;
}

ssize_t openamp_unix_prompt_read(
    ssize_t (*read)(int fd, void *buffer, size_t size), void *buffer, size_t size) {
    static const char *typed = "";
    while (*typed == '\0') {
        ssize_t result = read(STDIN_FILENO, buffer, size);
        if (result >= 0 || errno != EINTR) {
            return result;
        }
        typed = run_callbacks();
    }
    if (size == 0) {
        return 0;
    }
    *(char *)buffer = *typed++;
    return 1;
}
