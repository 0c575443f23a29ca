// What a board has beyond its MicroPython port's configuration: time, sleep and
// interrupts, whoever gives them.

#include <stdbool.h>
#include <stdint.h>

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

// The terminal of the other core (console.c), and a second one for programs.
#define MICROPY_PY_OS_DUPTERM (2)

// Functions that are sent to the other core (openamp_async.py).
#define MICROPY_PY_MARSHAL (1)
#define MICROPY_PY_FUNCTION_ATTRS_CODE (1)

#define MICROPY_ERROR_REPORTING (MICROPY_ERROR_REPORTING_DETAILED)
#define MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE (256)

#define MICROPY_KBD_EXCEPTION (1)
#define MICROPY_SCHEDULER_STATIC_NODES (1)
#define MICROPY_SCHEDULER_DEPTH (8)

#define MICROPY_FATFS_ENABLE_LFN (1)
#define MICROPY_FATFS_LFN_CODE_PAGE 437
#define MICROPY_FATFS_RPATH (2)

// RemoteProc looks here for what the current directory does not have.
#define MICROPY_PY_OPENAMP_FIRMWARE_DIR() "/rom"

#define MICROPY_PY_OPENAMP_RAW_REPL (1)

// The module has looked for messages, as scheduled work.
void board_polled(void);
#define MICROPY_PY_OPENAMP_POLLED() board_polled()

// ---- Sleep ----

// Sleep until an interrupt, at most `ms` milliseconds; not at all if work is pending, or if
// *unless is set (`unless` may be NULL).
void board_wait(uint32_t ms, const volatile bool *unless);
// The same for a program that waits for no message.
void board_sleep(uint32_t ms);
#define MICROPY_INTERNAL_WFE(ms) board_wait((uint32_t)(ms), NULL)
#define MICROPY_PY_OPENAMP_WAIT(ms, unless) board_wait((uint32_t)(ms), unless)

// Have openamp_alarm() called in an interrupt after `ms` milliseconds.
void board_alarm(uint32_t ms);
#define MICROPY_PY_OPENAMP_ALARM(ms) board_alarm(ms)
