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

// The line that is being typed ends, as if by Ctrl-C.
static const char *type_after(mp_obj_t exception) {
    static mp_obj_t exits; // only compared
    bool is_exit = mp_obj_exception_match(exception, MP_OBJ_FROM_PTR(&mp_type_SystemExit));
    if (is_exit && exception != exits) {
        // It is raised in a line that does nothing else, where the prompt takes it.
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
