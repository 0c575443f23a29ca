/*
 * The terminals of os.dupterm(), beside the board's own console.
 *
 * One may be an Endpoint: a REPL over it.  The interpreter's own functions for that
 * (extmod/os_dupterm.c) would wait for the Endpoint's time limit at each read, and take
 * its KeyboardInterrupt for an error of the terminal.
 */
#include "board.h"

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "extmod/misc.h"
#include "shared/runtime/interrupt_char.h"

#include "../../micropython/terminal.h"

#define TERMINALS MP_ARRAY_SIZE(MP_STATE_VM(dupterm_objs))

// Does a program read the console by itself?  What comes for it waits then.
static bool is_read;

// Messages or room may have come, and whoever waits for them has not looked yet: scheduled
// work is done right before a wait (mp_event_wait_ms()).
static bool is_news;

bool board_is_due(bool for_messages) {
    bool news = for_messages && is_news;
    is_news = is_news && !for_messages;
    return news || MP_STATE_VM(sched_state) == MP_SCHED_PENDING
        || MP_STATE_MAIN_THREAD(mp_pending_exception) != MP_OBJ_NULL || board_uart_any();
}

// ---- Reading ----

static void deactivate(size_t index, mp_obj_t why) {
    mp_os_deactivate(index, "dupterm: deactivating: ", why);
}

static bool poll(mp_obj_t terminal) {
    mp_uint_t ready = 0;
    nlr_buf_t nlr;
    if (openamp_is_terminal(terminal)) {
        return openamp_terminal_any(terminal);
    }
    if (nlr_push(&nlr) == 0) {
        int error;
        const mp_stream_p_t *stream = mp_get_stream(terminal);
        ready = stream->ioctl(terminal, MP_STREAM_POLL, MP_STREAM_POLL_RD, &error);
        nlr_pop();
    }
    return ready != MP_STREAM_ERROR && (ready & MP_STREAM_POLL_RD) != 0;
}

bool board_terminal_any(void) {
    for (size_t i = 0; i < TERMINALS; ++i) {
        mp_obj_t terminal = MP_STATE_VM(dupterm_objs[i]);
        if (terminal != MP_OBJ_NULL && poll(terminal)) {
            return true;
        }
    }
    return false;
}

static int read_one(size_t index) {
    mp_obj_t terminal = MP_STATE_VM(dupterm_objs[index]);
    nlr_buf_t nlr;
    byte c;
    if (terminal == MP_OBJ_NULL || !poll(terminal)) {
        return -1;
    }
    if (nlr_push(&nlr) != 0) {
        deactivate(index, MP_OBJ_FROM_PTR(nlr.ret_val));
        return -1;
    }
    int error = 0;
    mp_uint_t len = mp_get_stream(terminal)->read(terminal, &c, 1, &error);
    nlr_pop();
    if (len == 0) {
        mp_os_deactivate(index, "dupterm: EOF received, deactivating\n", MP_OBJ_NULL);
    }
    return len == 1 ? c : -1;
}

int board_terminal_read(void) {
    int c = -1;
    for (size_t i = 0; i < TERMINALS && c < 0; ++i) {
        c = read_one(i);
    }
    is_read = c >= 0 && mp_interrupt_char != -1;
    return c;
}

// ---- Writing ----

static void write_all(size_t index, const char *text, size_t len) {
    mp_obj_t terminal = MP_STATE_VM(dupterm_objs[index]);
    nlr_buf_t nlr;
    if (nlr_push(&nlr) != 0) {
        mp_obj_t exception = MP_OBJ_FROM_PTR(nlr.ret_val);
        if (openamp_is_terminal(terminal)) {
            mp_sched_exception(exception); // it is not of the terminal: Ctrl-C while it waited
        } else {
            deactivate(index, exception);
        }
        return;
    }
    const mp_stream_p_t *stream = mp_get_stream(terminal);
    int error = 0;
    while (len != 0 && error == 0) {
        mp_uint_t done = stream->write(terminal, text, len, &error);
        if (error == 0) {
            error = done == 0 ? MP_EAGAIN : 0;
            text += done;
            len -= done;
        }
    }
    nlr_pop();
    if (error != 0 && !mp_is_nonblocking_error(error)) {
        deactivate(index, mp_obj_new_exception_arg1(&mp_type_OSError, MP_OBJ_NEW_SMALL_INT(error)));
    }
}

void board_terminal_write(const char *text, size_t len) {
    for (size_t i = 0; i < TERMINALS; ++i) {
        if (MP_STATE_VM(dupterm_objs[i]) != MP_OBJ_NULL) {
            write_all(i, text, len);
        }
    }
}

// ---- Ctrl-C, while a program runs ----

static void look_for_interrupt(void) {
    for (size_t i = 0; i < TERMINALS; ++i) {
        mp_obj_t terminal = MP_STATE_VM(dupterm_objs[i]);
        if (terminal != MP_OBJ_NULL && openamp_is_terminal(terminal)
            && openamp_terminal_interrupted(terminal, mp_interrupt_char, !is_read)) {
            mp_sched_keyboard_interrupt();
        }
    }
}

void board_polled(void) {
    is_news = true;
    // At the prompt it is a character as any other.
    if (mp_interrupt_char != -1 && !board_is_at_prompt()) {
        look_for_interrupt();
    }
}

// ---- What the interpreter calls ----

uintptr_t __wrap_mp_hal_stdio_poll(uintptr_t flags) {
    uintptr_t result = flags & MP_STREAM_POLL_WR;
    if ((flags & MP_STREAM_POLL_RD) && (board_uart_any() || board_terminal_any())) {
        result |= MP_STREAM_POLL_RD;
    }
    return result;
}

// Newlines are not changed, as on a PC: a terminal of the host or a file gets the text.
void __wrap_mp_hal_stdout_tx_strn_cooked(const char *text, size_t len) {
    mp_hal_stdout_tx_strn(text, len);
}
