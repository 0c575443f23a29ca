/*
 * How MicroPython's unix port meets the files of Linux' rpmsg (ports/linux).  Included before
 * everything else in every file of such a build (-include), so that it can set options.
 *
 * There is no interrupt: a file is readable.  Wherever MicroPython sleeps, it sleeps for the
 * bus's files too.  While a program computes or sends, it is looked for at some of the virtual
 * machine's jumps.
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
// What a signal handler does so that it ends: else each sleep would have to block signals.
#define MICROPY_PY_OPENAMP_WAKE amp_linux_interrupt
void amp_linux_interrupt(void);
// It looks for messages, so a program that is about to sleep need not.
#define MICROPY_PY_OPENAMP_WAIT_LOOKS (1)

// The kernel looks for firmware there, too.
#define MICROPY_PY_OPENAMP_FIRMWARE_DIR() \
    (getenv("OPENAMP_FIRMWARE") != NULL ? getenv("OPENAMP_FIRMWARE") : "/lib/firmware")

#endif // OPENAMP_LINUX_H
