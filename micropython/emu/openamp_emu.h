/*
 * The places at which MicroPython runs the emulated cores (ports/emu).  Included
 * before everything else in every file of such a build (-include), so that it
 * can set options.
 *
 * The cores run for a slice of time at some of the VM's jumps and returns, so that a
 * program that computes does not stop them, and whenever MicroPython waits.
 */
#ifndef OPENAMP_EMU_H
#define OPENAMP_EMU_H

// Jumps and returns between two slices, and instructions in one.
#define OPENAMP_EMU_TURNS (10)
#define OPENAMP_EMU_SLICE (200)
// The instructions of a slice while MicroPython waits.
#define OPENAMP_EMU_LONG_SLICE (20000)

extern unsigned char openamp_emu_turns;
void openamp_emu_turn(void);
#define OPENAMP_EMU_HOOK \
    if (--openamp_emu_turns == 0) { \
        openamp_emu_turn(); \
    }
#define MICROPY_VM_HOOK_RETURN OPENAMP_EMU_HOOK
#undef MICROPY_VM_HOOK_LOOP // that of the unix port does not run the cores
#if MICROPY_PY_THREAD
#define MICROPY_VM_HOOK_LOOP OPENAMP_EMU_HOOK
#else
#include "../interrupt_hook.h"
#define MICROPY_VM_HOOK_LOOP OPENAMP_EMU_HOOK OPENAMP_INTERRUPT_HOOK
#endif

#ifdef __EMSCRIPTEN__

// MicroPython may use so many bytes of the stack in memory, which is longer.  The browser has
// another stack, whose length a program cannot ask for and which is full sooner: in a worker
// of Chromium when 80 to 130 KiB of this one are in use.
#define OPENAMP_WEB_STACK_LIMIT (64 * 1024)

void openamp_emu_wait(unsigned long ms);
#define MICROPY_PY_OPENAMP_WAIT(ms, unless) (*(unless) ? (void)0 : openamp_emu_wait(ms))

// The page can show each step of the host in shared memory (core/shm.h).
extern unsigned char openamp_emu_watches;
void openamp_emu_host_stored(const volatile void *at, unsigned len);
#define AMP_SHM_STORED(at) \
    (openamp_emu_watches ? openamp_emu_host_stored(at, sizeof(*(at))) : (void)0)

#else

// MicroPython's unix port sleeps in this (micropython/unix/sleep.c).
#define MICROPY_PY_OPENAMP_PPOLL openamp_emu_ppoll

#endif

#endif // OPENAMP_EMU_H
