// The configuration of MicroPython's qemu port, and features that it leaves out because it
// has no interrupts and no time.  A board's mpconfigboard.h includes this and defines its
// name.
#include "ports/qemu/mpconfigport.h"

#ifndef MICROPY_PY_OPENAMP_HOST
#define MICROPY_PY_OPENAMP_HOST (1)
#endif

// The numbers of the module's errors, whatever the C library's are.
#define MICROPY_USE_INTERNAL_ERRNO (1)

#undef MICROPY_HW_BOARD_NAME

#include "config_common.h"

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
