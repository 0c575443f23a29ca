/* What a program is shown of the M4: one that runs already. */
#include "host.h"

#include "openamp/error.h"

int stm32h7_core_attach(void *ctx, amp_da_t *entry) {
    struct stm32h7_core *core = ctx;
    *entry = SYSCFG_UR3 & UINT32_C(0xFFFF0000);
    if (!stm32h7_runs_already()) {
        core->refused = "does not run";
        return -AMP_ENODEV;
    }
    return stm32h7_core_prepare(core, false); // says if it waits for no host
}
