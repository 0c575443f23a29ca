/* Callbacks at the prompt: what becomes of their exceptions. */
#include "prompt.h"

#include "py/mphal.h"
#include "py/mpprint.h"
#include "py/runtime.h"

static void print(mp_obj_t exception) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_printf(MICROPY_ERROR_PRINTER, "\n");
        mp_obj_print_exception(MICROPY_ERROR_PRINTER, exception);
        nlr_pop();
    }
}

// The characters that end the line being typed, as Ctrl-C does.
static const char *type_after(mp_obj_t exception) {
    static mp_obj_t exits; // only compared
    bool is_exit = mp_obj_exception_match(exception, MP_OBJ_FROM_PTR(&mp_type_SystemExit));
    if (is_exit && exception != exits) {
        // Make it pending, and execute an empty line, in which it is raised: there the prompt
        // handles it.
        exits = exception;
        mp_sched_exception(exception);
        return OPENAMP_PROMPT_INTERRUPT " \r";
    }
    print(exception);
    return OPENAMP_PROMPT_INTERRUPT;
}

const char *openamp_prompt_run_pending(void) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_handle_pending(true);
        nlr_pop();
        return "";
    }
    return type_after(MP_OBJ_FROM_PTR(nlr.ret_val));
}
