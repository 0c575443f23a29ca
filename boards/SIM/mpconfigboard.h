// MicroPython on the remote core of the sim port: a process without an operating system.

#include <alloca.h>
#include <stdint.h>

typedef intptr_t mp_int_t;
typedef uintptr_t mp_uint_t;
typedef long mp_off_t;
#define MP_SSIZE_MAX (INTPTR_MAX)
#define UINT_FMT "%lu"
#define INT_FMT "%ld"

#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)
#define MICROPY_HW_BOARD_NAME "sim"
#define MICROPY_PY_SYS_PLATFORM "sim"

#define MICROPY_MALLOC_USES_ALLOCATED_SIZE (1)
#define MICROPY_PERSISTENT_CODE_LOAD (1)
#define MICROPY_MEM_STATS (1)
#define MICROPY_READER_VFS (1)
#define MICROPY_ENABLE_GC (1)
#define MICROPY_ENABLE_EMERGENCY_EXCEPTION_BUF (1)
#define MICROPY_LONGINT_IMPL (MICROPY_LONGINT_IMPL_MPZ)
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_DOUBLE)
#define MICROPY_WARNINGS (1)
#define MICROPY_PY_SYS_STDIO_BUFFER (0)
#define MICROPY_PY_MACHINE (1)
#define MICROPY_PY_MACHINE_INCLUDEFILE "modmachine.inc"
#define MICROPY_PY_MACHINE_RESET (1)
#define MICROPY_VFS (1)
#define MICROPY_VFS_ROM (1)
#define MICROPY_VFS_ROM_IOCTL (0)

// What frozen code is made for.
#define MPZ_DIG_SIZE (16)

#define MP_NEED_LOG2 (1)
#define MP_STATE_PORT MP_STATE_VM

#include "../common/config_common.h"

// ---- Interrupts ----

// The core has none: the doorbell is looked for where one could come.
void board_look(void);
#include "../../micropython/interrupt_hook.h"
#define MICROPY_VM_HOOK_LOOP \
    board_look(); \
    OPENAMP_INTERRUPT_HOOK
#define MICROPY_INTERNAL_EVENT_HOOK board_look()
#define MICROPY_BEGIN_ATOMIC_SECTION() (0)
#define MICROPY_END_ATOMIC_SECTION(state) ((void)(state))
