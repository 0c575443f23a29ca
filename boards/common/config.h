// The configuration of MicroPython's qemu port, and features that it leaves out because it
// has no interrupts and no time.  A board's mpconfigboard.h includes this and defines its
// name.
#include "ports/qemu/mpconfigport.h"

#ifndef MICROPY_PY_OPENAMP_HOST
#define MICROPY_PY_OPENAMP_HOST (1)
#endif

#undef MICROPY_HW_BOARD_NAME

#undef MICROPY_PY_SELECT
#define MICROPY_PY_SELECT (1)
#undef MICROPY_PY_TIME
#define MICROPY_PY_TIME (1)
#define MICROPY_PY_TIME_TIME_TIME_NS (1)
#define MICROPY_PY_TIME_INCLUDEFILE "modtime.inc"
#undef MICROPY_PY_ASYNCIO
#define MICROPY_PY_ASYNCIO (1)
#define MICROPY_PY_OS_GETENV_PUTENV_UNSETENV (1)
#define MICROPY_PY_OS_INCLUDEFILE "modos.inc"
#define MICROPY_PY_SYS_ARGV (1)
#define MICROPY_PY_SYS_EXC_INFO (1)
#define MICROPY_PY_GC_COLLECT_RETVAL (1)

#define MICROPY_ERROR_REPORTING (MICROPY_ERROR_REPORTING_DETAILED)
#define MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE (256)

#define MICROPY_KBD_EXCEPTION (1)
#define MICROPY_SCHEDULER_STATIC_NODES (1)
#define MICROPY_SCHEDULER_DEPTH (8)

#define MICROPY_FATFS_ENABLE_LFN (1)
#define MICROPY_FATFS_LFN_CODE_PAGE 437
#define MICROPY_FATFS_RPATH (2)

// ---- Interrupts ----

#include "../../micropython/interrupt_hook.h"
#define MICROPY_VM_HOOK_LOOP OPENAMP_INTERRUPT_HOOK

static inline uint32_t board_interrupts_off(void) {
    uint32_t before;
    __asm__ volatile("mrs %0, primask\n cpsid i" : "=r"(before)::"memory");
    return before;
}

static inline void board_interrupts_restore(uint32_t before) {
    __asm__ volatile("msr primask, %0" : : "r"(before) : "memory");
}

#define MICROPY_BEGIN_ATOMIC_SECTION() board_interrupts_off()
#define MICROPY_END_ATOMIC_SECTION(state) board_interrupts_restore(state)

// ---- Sleep ----

// Sleep until an interrupt, at most `ms` milliseconds; not at all if work is pending, or if
// *unless is set (`unless` may be NULL).
#include <stdbool.h>
void board_wait(uint32_t ms, const volatile bool *unless);
#define MICROPY_INTERNAL_WFE(ms) board_wait((uint32_t)(ms), NULL)
#define MICROPY_PY_OPENAMP_WAIT(ms, unless) board_wait((uint32_t)(ms), unless)

// Have openamp_alarm() called in an interrupt after `ms` milliseconds.
void board_alarm(uint32_t ms);
#define MICROPY_PY_OPENAMP_ALARM(ms) board_alarm(ms)

// RemoteProc looks here for firmware that is not in the current directory.
#define MICROPY_PY_OPENAMP_FIRMWARE_DIR() "/rom"

#define MICROPY_PY_OPENAMP_RAW_REPL (1)
