/*
 * Ctrl-C in a callback that does not return, for builds without threads.
 *
 * There the virtual machine sees an exception that another context has raised (Ctrl-C)
 * by the state of the scheduler alone, and that says "locked" while a callback runs.
 * With threads it looks at both.  This goes into MICROPY_VM_HOOK_LOOP, which the virtual
 * machine executes at each jump, right before it looks.
 */
#ifndef OPENAMP_INTERRUPT_HOOK_H
#define OPENAMP_INTERRUPT_HOOK_H

#define OPENAMP_INTERRUPT_HOOK \
    if (MP_STATE_MAIN_THREAD(mp_pending_exception) != MP_OBJ_NULL) { \
        MARK_EXC_IP_SELECTIVE(); \
        mp_handle_pending(true); \
    }

#endif // OPENAMP_INTERRUPT_HOOK_H
