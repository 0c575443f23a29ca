/*
 * The prompt reads Ctrl-C as a character, but reads nothing while a callback runs.  So
 * while scheduled work runs at the prompt, Ctrl-C interrupts, as it does in a program.
 */
#include "board.h"

#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/runtime/interrupt_char.h"

#include "../../micropython/prompt.h"

// Scheduled work runs at the prompt.
static bool is_working;

// Is no program running?  While one runs, the bytecode interpreter has an nlr_buf_t inside
// that of its caller, so there are at least two.
static bool is_at_prompt(void) {
    nlr_buf_t *top = MP_STATE_THREAD(nlr_top);
    return top == NULL || top->prev == NULL;
}

bool board_is_at_prompt(void) {
    return is_working || is_at_prompt();
}

// Let Ctrl-C interrupt scheduled work at the prompt: while a line is read, and between two
// lines.  Not in a program that has switched Ctrl-C off (micropython.kbd_intr(-1)).
void __real_mp_handle_pending(bool raise);
void __wrap_mp_handle_pending(bool raise) {
    if (mp_interrupt_char != -1 || !is_at_prompt()) {
        __real_mp_handle_pending(raise);
        return;
    }
    nlr_buf_t nlr;
    mp_hal_set_interrupt_char(*OPENAMP_PROMPT_INTERRUPT);
    is_working = true;
    bool is_raised = nlr_push(&nlr) != 0;
    if (!is_raised) {
        __real_mp_handle_pending(raise);
        nlr_pop();
    }
    is_working = false;
    mp_hal_set_interrupt_char(-1);
    if (is_raised) {
        nlr_jump(nlr.ret_val);
    }
}

int board_wait_chr(int (*read)(void)) {
    static const char *typed = "";
    int c = -1;
    while (*typed == '\0' && !board_uart_any() && (c = board_terminal_read()) < 0) {
        if (is_at_prompt()) {
            typed = openamp_prompt_run_pending();
        } else {
            mp_event_handle_nowait();
        }
        if (*typed == '\0') {
            board_wait(UINT32_MAX, NULL);
        }
    }
    return c >= 0 ? c : *typed != '\0' ? *typed++ : read();
}
