/*
 * The life of the M4.  Nothing but a reset of the whole chip stops it, and it
 * can be released once between two of them: by us, by an option byte (BCM4), or
 * by whoever ran before us.
 *
 * One that we did not release is attached to, not loaded, if its table says
 * that it waits for a host: a good table at the default place, without
 * DRIVER_OK.  Firmware of ours puts one there when it booted by itself.
 *
 * Entries.  The M4 begins with a vector table at a multiple of 64 KiB.  An even
 * entry address is that of the table: RemoteProc(0x081E0000), or an image whose
 * linker script says so.  An odd one is Thumb code, which is what a linker
 * makes of a reset handler: then the table is the nearest one below that names
 * it.
 */
#include "host.h"

#include <string.h>

#include "openamp/error.h"
#include "openamp/table.h"

#include "../common/text.h"
#include "regs.h"

#define CONTROL AMP_STM32H7_CONTROL
enum { DRIVER_OK = 4 };

static struct amp_table_rpmsg *table_at_default(void) {
    return (struct amp_table_rpmsg *)(uintptr_t)AMP_STM32H7_TABLE_DA;
}

// Before reading, and after writing, what lies in SRAM4.
static void see(const volatile void *va, size_t len) {
    if (stm32h7_core.port.cache_line != 0) {
        stm32h7_cache_invalidate(NULL, (const void *)va, len);
    }
}

static void show(const volatile void *va, size_t len) {
    if (stm32h7_core.port.cache_line != 0) {
        stm32h7_cache_clean(NULL, (const void *)va, len);
    }
}

// ---- Who runs already ----

static bool runs_already(void) {
    return (RCC_GCR & RCC_GCR_BOOT_C2) || (FLASH_OPTSR_CUR & FLASH_OPTSR_BCM4);
}

static bool waits_for_host(void) {
    const volatile struct amp_table_rpmsg *table = table_at_default();
    see(table, sizeof(*table));
    return table->header.ver == 1 && table->offset[0] == offsetof(struct amp_table_rpmsg, vdev)
        && table->vdev.type == AMP_RSC_VDEV && !(table->vdev.status & DRIVER_OK);
}

static int refuse(struct stm32h7_core *core, int error, const char *why) {
    core->refused = why;
    return error;
}

int stm32h7_core_prepare(void *ctx, bool load) {
    struct stm32h7_core *core = ctx;
    core->refused = NULL;
    if (!runs_already()) {
        return 0;
    }
    if (load) {
        return refuse(core, -AMP_EBUSY, "core runs already: nothing can be loaded");
    }
    if (!waits_for_host()) {
        return refuse(core, -AMP_EBUSY, "core runs already, and does not wait for a host");
    }
    return 0;
}

// ---- Starting ----

static bool names(struct stm32h7_core *core, amp_da_t table, amp_da_t entry) {
    const uint32_t *vectors = core->port.ops->map(core, table, 8);
    return vectors != NULL && vectors[1] == entry;
}

// Of an odd entry.  0: there is none.
static amp_da_t find_table(struct stm32h7_core *core, amp_da_t entry) {
    amp_da_t table = entry & ~(amp_da_t)(AMP_STM32H7_BOOT_STEP - 1);
    while (amp_port_allows(&core->port, table, 8, AMP_WINDOW_RUN)) {
        if (names(core, table, entry)) {
            return table;
        }
        table -= AMP_STM32H7_BOOT_STEP;
    }
    return 0;
}

// A stack grows down from its first address, which may be a window's end.
static const char *find_fault(struct stm32h7_core *core, amp_da_t table) {
    const struct amp_port *port = &core->port;
    const uint32_t *vectors = NULL;
    if (table % AMP_STM32H7_BOOT_STEP == 0 && amp_port_allows(port, table, 8, AMP_WINDOW_RUN)) {
        vectors = port->ops->map(core, table, 8);
    }
    if (vectors == NULL) {
        return "no vector table for the entry at a multiple of 64 KiB";
    }
    if (vectors[0] % 8 != 0 || !amp_port_allows(port, vectors[0] - 64, 64, 0)) {
        return "vector table without a stack";
    }
    if (!(vectors[1] & 1) || !amp_port_allows(port, vectors[1], 1, AMP_WINDOW_RUN)) {
        return "vector table without a reset handler";
    }
    return NULL;
}

static void boot(struct stm32h7_core *core, amp_da_t table) {
    memset((void *)CONTROL, 0, sizeof(*CONTROL));
    core->starts = 1;
    // Also what the program wrote to the M4's memory by itself; and nothing of
    // it must come out of the cache when the M4 has begun to write there.
    stm32h7_cache_flush();
    SYSCFG_UR3 = (SYSCFG_UR3 & 0xFFFF) | (uint32_t)table;
    barrier();
    RCC_GCR |= RCC_GCR_BOOT_C2;
}

int stm32h7_core_start(void *ctx, amp_da_t entry) {
    struct stm32h7_core *core = ctx;
    amp_da_t table = (entry & 1) ? find_table(core, entry) : entry;
    core->refused = find_fault(core, table);
    if (core->refused != NULL) {
        return -AMP_ENOEXEC;
    }
    if (!runs_already()) {
        boot(core, table);
    } else if ((SYSCFG_UR3 & 0xFFFF0000) == table) {
        see(CONTROL, sizeof(*CONTROL));
        core->starts = CONTROL->starts;
    } else {
        return refuse(core, -AMP_EBUSY, "core runs already, from another address");
    }
    core->started = true;
    return 0;
}

// ---- Stopping ----

// The memory survives the reset, and so would the status: a core that boots by
// itself would take us for ready.
int stm32h7_core_stop(void *ctx) {
    struct stm32h7_core *core = ctx;
    if (!core->started) {
        return 0;
    }
    table_at_default()->vdev.status = 0;
    show(table_at_default(), sizeof(struct amp_table_rpmsg));
    barrier();
    for (;;) {
        SCB_AIRCR = AIRCR_SYSRESETREQ;
        barrier();
    }
}

// ---- Watching ----

static void describe_fault(char *p) {
    enum { BFARVALID = 1 << 15, MMARVALID = 1 << 7 };
    if (CONTROL->cfsr & (BFARVALID | MMARVALID)) {
        p = amp_text_append_hex(p, "fault at 0x", CONTROL->address);
    } else {
        p = amp_text_append(p, "fault");
    }
    amp_text_append_hex(p, ", pc 0x", CONTROL->pc);
}

// Where the M4 says what became of it, what it says is only told on.
enum amp_core_state stm32h7_core_state(void *ctx, const char **reason) {
    struct stm32h7_core *core = ctx;
    if (!core->started) {
        if (core->refused != NULL) {
            *reason = core->refused;
        }
        return AMP_CORE_STOPPED;
    }
    see(CONTROL, sizeof(*CONTROL));
    if (CONTROL->magic != AMP_STM32H7_MAGIC) {
        return AMP_CORE_RUNNING;
    }
    uint32_t cause = CONTROL->cause;
    if (cause == AMP_STM32H7_ALIVE && CONTROL->starts == core->starts) {
        return AMP_CORE_RUNNING;
    }
    *reason = core->reason;
    if (cause == AMP_STM32H7_EXITED) {
        amp_text_append_hex(core->reason, "exit code 0x", CONTROL->code);
        return AMP_CORE_EXITED;
    }
    if (cause == AMP_STM32H7_ALIVE) {
        *reason = "the core was reset";
    } else {
        describe_fault(core->reason);
    }
    return AMP_CORE_FAULTED;
}
