/*
 * How MicroPython's unix port meets the files of Linux' rpmsg (ports/linux).  Included before
 * everything else in every file of such a build (-include), so that it can set options.
 *
 * The kernel does not interrupt for a message: it makes a file readable.  So each sleep of
 * MicroPython waits for the bus's files, too; and while a program computes or sends, every
 * OPENAMP_LINUX_TURNS-th jump of the virtual machine looks at them.
 */
#ifndef OPENAMP_LINUX_H
#define OPENAMP_LINUX_H

// Jumps between two looks: a look is one system call.
#define OPENAMP_LINUX_TURNS (100)

extern unsigned char openamp_linux_turns;
void openamp_linux_turn(void);
#define OPENAMP_LINUX_HOOK \
    if (--openamp_linux_turns == 0) { \
        openamp_linux_turn(); \
    }
#undef MICROPY_VM_HOOK_LOOP
#if MICROPY_PY_THREAD
#define MICROPY_VM_HOOK_LOOP OPENAMP_LINUX_HOOK
#else
#include "../interrupt_hook.h"
#define MICROPY_VM_HOOK_LOOP OPENAMP_LINUX_HOOK OPENAMP_INTERRUPT_HOOK
#endif

// MicroPython's unix port sleeps in this (micropython/unix/sleep.c).
#define MICROPY_PY_OPENAMP_PPOLL openamp_linux_ppoll
// What a signal handler calls to end the sleep.  Without it each sleep would have to block
// signals first.
#define MICROPY_PY_OPENAMP_WAKE amp_linux_interrupt
void amp_linux_interrupt(void);
// The sleep itself looks for messages, so a program need not poll before it.
#define MICROPY_PY_OPENAMP_WAIT_LOOKS (1)

// The kernel looks for firmware there, too.
#define MICROPY_PY_OPENAMP_FIRMWARE_DIR() \
    (getenv("OPENAMP_FIRMWARE") != NULL ? getenv("OPENAMP_FIRMWARE") : "/lib/firmware")

#endif // OPENAMP_LINUX_H
