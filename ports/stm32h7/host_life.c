/*
 * Start, stop and death of the M4.  Only a reset of the whole chip stops it, and between
 * two resets it can be released once: by this port, by an option byte (BCM4), or by a
 * program that ran on the M7 before, such as a bootloader.
 *
 * If the M4 already runs, the host cannot load it, but can attach to it, if it waits for a
 * host: there is a good table at the default table's address, without DRIVER_OK.  Firmware
 * built with this port writes one there when the option byte booted it.
 *
 * Entries.  The M4 begins with a vector table at a multiple of 64 KiB.  An even
 * entry address is that of the table: RemoteProc(0x081E0000), or an image whose
 * linker script says so.  An odd one is Thumb code, the address that a linker
 * gives to a reset handler: then the table is the nearest one below that names it.
 */
#include "host.h"

#include "openamp/error.h"
#include "openamp/table.h"

#include "../common/text.h"
#include "regs.h"

#define CONTROL AMP_STM32H7_CONTROL
enum { DRIVER_OK = 4 };

#define TABLE ((volatile struct amp_table_rpmsg *)(uintptr_t)AMP_STM32H7_TABLE_DA)

// ---- A core that already runs ----

// The invalidation has no effect on memory that is not cached.
static bool waits_for_host(void) {
    stm32h7_cache_invalidate(NULL, (const void *)TABLE, sizeof(*TABLE));
    return TABLE->header.ver == 1 && TABLE->vdev.type == AMP_RSC_VDEV
        && !(TABLE->vdev.status & DRIVER_OK);
}

static int refuse(struct stm32h7_core *core, int error, const char *why) {
    core->refused = why;
    return error;
}

// The text says what to do: only the user can change the option byte, with a programming tool.
static int refuse_running(struct stm32h7_core *core) {
    return refuse(core, -AMP_EBUSY,
        FLASH_OPTSR_CUR & FLASH_OPTSR_BCM4 ? "option byte BCM4 boots it: clear that, or attach"
                                           : "runs already");
}

int stm32h7_core_prepare(void *ctx, bool load) {
    struct stm32h7_core *core = ctx;
    core->refused = NULL;
    if (!stm32h7_runs_already()) {
        return 0;
    }
    if (load) {
        return refuse_running(core);
    }
    return waits_for_host() ? 0 : refuse(core, -AMP_EBUSY, "runs already, waits for no host");
}

// ---- Starting ----

// Find the vector table for an entry: its address in *table, and the local pointer, or NULL.
static const uint32_t *find_vectors(struct stm32h7_core *core, amp_da_t entry, amp_da_t *table) {
    *table = entry & ~(amp_da_t)(AMP_STM32H7_BOOT_STEP - 1);
    while (amp_port_allows(&core->port, *table, 8, AMP_WINDOW_RUN)) {
        const uint32_t *vectors = core->port.ops->map(core, *table, 8);
        if (*table == entry || vectors[1] == entry) {
            return vectors;
        }
        *table -= AMP_STM32H7_BOOT_STEP;
    }
    return NULL;
}

// The stack pointer may be the end of a window, because the stack grows down from there.
static bool is_good(const struct stm32h7_core *core, const uint32_t *vectors) {
    return vectors[0] % 8 == 0 && amp_port_allows(&core->port, vectors[0] - 64, 64, 0)
        && (vectors[1] & 1) && amp_port_allows(&core->port, vectors[1], 1, AMP_WINDOW_RUN);
}

// A kick takes a semaphore and releases it, so a semaphore that other code holds would never
// interrupt.
static bool doorbells_are_free(void) {
    return !((HSEM_R(AMP_STM32H7_KICK_M4) | HSEM_R(AMP_STM32H7_KICK_M7)) & HSEM_R_LOCK);
}

static void boot(amp_da_t table) {
    CONTROL->magic = 0;
    // Flush the whole cache, because the program itself may have written to the M4's memory:
    // the M4 must see that, and no line may be written back later over what the M4 writes.
    stm32h7_cache_flush();
    SYSCFG_UR3 = (SYSCFG_UR3 & 0xFFFF) | (uint32_t)table;
    barrier();
    RCC_GCR |= RCC_GCR_BOOT_C2;
}

int stm32h7_core_start(void *ctx, amp_da_t entry) {
    struct stm32h7_core *core = ctx;
    amp_da_t table;
    const uint32_t *vectors = find_vectors(core, entry, &table);
    if (vectors == NULL) {
        return refuse(core, -AMP_ENOEXEC, "no vector table at 64 KiB steps");
    }
    if (!is_good(core, vectors)) {
        return refuse(core, -AMP_ENOEXEC, "vector table without stack or handler");
    }
    if (!doorbells_are_free()) {
        return refuse(core, -AMP_EBUSY, "other code holds semaphore 0 or 1");
    }
    if (!stm32h7_runs_already()) {
        boot(table);
        core->starts = 1;
    } else if (SYSCFG_UR3 >> 16 == table >> 16) {
        stm32h7_cache_invalidate(NULL, (const void *)CONTROL, sizeof(*CONTROL));
        core->starts = CONTROL->starts;
    } else {
        return refuse_running(core);
    }
    core->started = true;
    return 0;
}

// ---- Stopping ----

// The word that begins with the status.
static volatile uint32_t *status_word(void) {
    enum { OFFSET = offsetof(struct amp_table_rpmsg, vdev.status) };
    _Static_assert(OFFSET % sizeof(uint32_t) == 0, "a byte of a word, and its lowest");
    return (volatile uint32_t *)(uintptr_t)(AMP_STM32H7_TABLE_DA + OFFSET);
}

// The memory keeps its contents over the reset.  So DRIVER_OK is cleared before: otherwise
// an M4 that boots by the option byte would take its host for ready.  The memory has a check
// code for each word; it may hold back a store of a part of a word, and also the last store,
// until another store comes, and a reset loses what is held back.  So a whole word is
// stored, and then another one (the magic number, which the next start clears anyway).
int stm32h7_core_stop(void *ctx) {
    struct stm32h7_core *core = ctx;
    if (!core->started) {
        return 0;
    }
    *status_word() &= ~UINT32_C(0xFF);
    stm32h7_cache_clean(NULL, (const void *)TABLE, sizeof(*TABLE));
    CONTROL->magic = 0;
    stm32h7_cache_clean(NULL, (const void *)CONTROL, sizeof(*CONTROL));
    barrier();
    SCB_AIRCR = AIRCR_SYSRESETREQ;
    for (;;) {
    }
}

// ---- State and reason ----

static void describe_fault(char *p) {
    enum { BFARVALID = 1 << 15, MMARVALID = 1 << 7 };
    p = amp_text_append_hex(p, "fault, pc 0x", CONTROL->pc);
    if (CONTROL->cfsr & (BFARVALID | MMARVALID)) {
        amp_text_append_hex(p, ", at 0x", CONTROL->address);
    }
}

// The M4's own report of how it ended is passed on as a text; nothing else depends on it.
enum amp_core_state stm32h7_core_state(void *ctx, const char **reason) {
    struct stm32h7_core *core = ctx;
    if (!core->started) {
        if (core->refused != NULL) {
            *reason = core->refused;
        }
        return AMP_CORE_STOPPED;
    }
    if (core->port.cache_line != 0) {
        stm32h7_cache_invalidate(NULL, (const void *)CONTROL, sizeof(*CONTROL));
    }
    if (CONTROL->magic != AMP_STM32H7_MAGIC) {
        return AMP_CORE_RUNNING;
    }
    uint32_t cause = CONTROL->cause;
    if (cause == AMP_STM32H7_ALIVE && CONTROL->starts == core->starts) {
        return AMP_CORE_RUNNING;
    }
    *reason = core->reason;
    if (cause == AMP_STM32H7_EXITED) {
        amp_text_append_dec(amp_text_append(core->reason, "exit "), CONTROL->code);
        return AMP_CORE_EXITED;
    }
    if (cause == AMP_STM32H7_ALIVE) {
        *reason = "reset";
    } else {
        describe_fault(core->reason);
    }
    return AMP_CORE_FAULTED;
}
