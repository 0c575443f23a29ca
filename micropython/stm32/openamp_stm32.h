// Options of a build of the stm32 port with this module: included before every other header
// (openamp.mk).

// A sleep that a doorbell between the last look and the sleep ends at once.
#define MICROPY_PY_OPENAMP_WAIT(ms, unless) openamp_stm32_wait(unless)
void openamp_stm32_wait(const volatile _Bool *unless);

// The alarm for announcements that wait for room at a peer that never kicks for it.
#define MICROPY_PY_OPENAMP_ALARM(ms) openamp_stm32_alarm(ms)
void openamp_stm32_alarm(unsigned long ms);

#define MICROPY_PY_OPENAMP_RAW_REPL (1)

#if !MICROPY_PY_THREAD
#include "../interrupt_hook.h"
#define MICROPY_VM_HOOK_LOOP OPENAMP_INTERRUPT_HOOK
#endif
