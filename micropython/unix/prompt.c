/*
 * Callbacks while MicroPython's unix port waits at the prompt.
 *
 * The prompt has the terminal give Ctrl-C as a character, which nobody reads while a
 * callback runs, and a KeyboardInterrupt would find no program to end.  So while
 * callbacks run the terminal sends a signal, and what ends them is printed and ends
 * the line that was being typed: read() says that Ctrl-C was typed.
 */
#include "unix.h"

#include <errno.h>
#include <termios.h>
#include <unistd.h>

#include "py/mphal.h"
#include "py/mpprint.h"

// False: it does already, or standard input is no terminal.
static bool make_ctrl_c_a_signal(struct termios *before) {
    if (tcgetattr(STDIN_FILENO, before) != 0 || (before->c_lflag & ISIG) != 0) {
        return false;
    }
    struct termios during = *before;
    during.c_lflag |= ISIG | NOFLSH; // what was typed meanwhile stays
    during.c_cc[VINTR] = CHAR_CTRL_C;
    during.c_cc[VQUIT] = _POSIX_VDISABLE;
    during.c_cc[VSUSP] = _POSIX_VDISABLE;
    return tcsetattr(STDIN_FILENO, TCSANOW, &during) == 0;
}

// Returns the exception that it ends in, or MP_OBJ_NULL.
static mp_obj_t run_callbacks(void) {
    struct termios before;
    bool changed = make_ctrl_c_a_signal(&before);
    volatile mp_obj_t exception = MP_OBJ_NULL;
    nlr_buf_t nlr;
    MP_THREAD_GIL_ENTER();
    if (nlr_push(&nlr) == 0) {
        mp_handle_pending(true);
        nlr_pop();
    } else {
        exception = MP_OBJ_FROM_PTR(nlr.ret_val);
    }
    MP_THREAD_GIL_EXIT();
    if (changed) {
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
    }
    return exception;
}

static void print(mp_obj_t exception) {
    nlr_buf_t nlr;
    MP_THREAD_GIL_ENTER();
    if (nlr_push(&nlr) == 0) {
        mp_printf(MICROPY_ERROR_PRINTER, "\n");
        mp_obj_print_exception(MICROPY_ERROR_PRINTER, exception);
        nlr_pop();
    }
    MP_THREAD_GIL_EXIT();
}

// What the prompt is to read after callbacks have ended in an exception.
static const char *type_after(mp_obj_t exception) {
    static mp_obj_t exits; // only compared
    bool is_exit = mp_obj_exception_match(exception, MP_OBJ_FROM_PTR(&mp_type_SystemExit));
    if (is_exit && exception != exits) {
        // It is raised in the line that is typed here, which does nothing else.
        exits = exception;
        mp_sched_exception(exception);
        return "\003 \r";
    }
    print(exception);
    return "\003";
}

ssize_t openamp_unix_prompt_read(
    ssize_t (*read)(int fd, void *buffer, size_t size), void *buffer, size_t size) {
    static const char *typed = "";
    while (*typed == '\0') {
        ssize_t result = read(STDIN_FILENO, buffer, size);
        if (result >= 0 || errno != EINTR) {
            return result;
        }
        mp_obj_t exception = run_callbacks();
        if (exception != MP_OBJ_NULL) {
            typed = type_after(exception);
        }
    }
    if (size == 0) {
        return 0;
    }
    *(char *)buffer = *typed++;
    return 1;
}
