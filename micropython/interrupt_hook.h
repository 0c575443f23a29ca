/*
 * Ctrl-C in a callback that does not return, for builds without threads.
 *
 * In such a build the virtual machine notices a pending exception (Ctrl-C) only by the
 * state of the scheduler, and that is "locked" while a callback runs.  (With threads it
 * looks at the exception, too.)  This macro goes into MICROPY_VM_HOOK_LOOP, which the
 * virtual machine executes at each jump, and looks at the exception itself.
 */
#ifndef OPENAMP_INTERRUPT_HOOK_H
#define OPENAMP_INTERRUPT_HOOK_H

#define OPENAMP_INTERRUPT_HOOK \
    if (MP_STATE_MAIN_THREAD(mp_pending_exception) != MP_OBJ_NULL) { \
        MARK_EXC_IP_SELECTIVE(); \
        mp_handle_pending(true); \
    }

#endif // OPENAMP_INTERRUPT_HOOK_H
