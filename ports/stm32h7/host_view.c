/* Attach to an M4 that already runs, and the registers at its fault. */
#include <string.h>

#include "host.h"

#include "openamp/error.h"

int stm32h7_core_attach(void *ctx, amp_da_t *entry) {
    struct stm32h7_core *core = ctx;
    *entry = SYSCFG_UR3 & UINT32_C(0xFFFF0000);
    if (!stm32h7_runs_already()) {
        core->refused = "does not run";
        return -AMP_ENODEV;
    }
    return stm32h7_core_prepare(core, false); // an error if it waits for no host
}

// The order of elf_gregset_t: r0 to pc, then xpsr.  r4 to r11 are 0, as they are not recorded.
bool stm32h7_core_registers(void *ctx, void *registers, size_t len) {
    const volatile struct amp_stm32h7_control *control = AMP_STM32H7_CONTROL;
    uint32_t all[18] = {0};
    (void)ctx;
    bool known = control->magic == AMP_STM32H7_MAGIC && control->cause == AMP_STM32H7_FAULTED
        && control->pc != 0;
    for (unsigned i = 0; known && i < 8; ++i) {
        all[i < 4 ? i : i == 4 ? 12 : 9 + i] = control->frame[i];
    }
    all[13] = known ? control->sp : 0;
    memcpy(registers, all, len < sizeof(all) ? len : sizeof(all));
    return known;
}
