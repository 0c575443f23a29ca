/*
 * A port that compiles and does nothing: what runs before main() on a remote core
 * that is a Cortex-M, which takes its stack pointer and its entry from the vector
 * table.  Another kind of processor sets its stack pointer here.
 */
#include "../../common/cortex_m_start.h"
#include "openamp/remote.h"

__attribute__((noreturn)) void template_reset(void);
__attribute__((noreturn)) void template_reset(void) {
    start_memory();
    amp_remote_exit(main());
}

// Every exception but reset and doorbell.  A real port tells the host that the core crashed.
__attribute__((noreturn)) static void unexpected(void) {
    amp_remote_exit(128);
}

// clang-format off
#define V (uintptr_t)unexpected
#define DOORBELL (uintptr_t)template_doorbell
void template_doorbell(void);
__attribute__((section(".vectors"), used)) static const uintptr_t vectors[16 + 1] = {
    (uintptr_t)__stack_top, (uintptr_t)template_reset, V, V, V, V, V, V,
    V, V, V, V, V, V, V, V,
    DOORBELL,
};
// clang-format on
