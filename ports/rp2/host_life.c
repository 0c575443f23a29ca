/*
 * Start, stop and death of core 1.
 *
 * Entries.  An even entry address is that of a vector table.  An odd one is Thumb code, the
 * address that a linker gives to a reset handler: then the table is at the start of the
 * window.
 */
#include <string.h>

#include "host.h"
#include "launch.h"

#include "openamp/error.h"

#include "../common/text.h"

#define CONTROL AMP_RP2_CONTROL

__attribute__((weak)) bool amp_rp2_in_use(void) {
    return false;
}

__attribute__((weak)) void amp_rp2_claim(bool ours) {
    (void)ours;
}

static int refuse(int error, const char *why) {
    rp2_core.refused = why;
    return error;
}

static int refuse_no_answer(void) {
    return refuse(-AMP_EIO, "core 1 does not answer");
}

// ---- Starting ----

int rp2_core_prepare(void *ctx, bool load) {
    (void)ctx;
    (void)load;
    rp2_core.refused = NULL;
    if (rp2_core.started) {
        return 0;
    }
    if (amp_rp2_in_use()) {
        return refuse(-AMP_EBUSY, "core 1 is in use");
    }
    return 0;
}

// Only the RAM of core 1 has this flag.
static bool in_ram(amp_da_t da, size_t len) {
    return amp_port_allows(&rp2_port, da, len, AMP_WINDOW_RUN);
}

// The words of the boot ROM are for us, not for a handler.  On RP2040 the FIFO is the doorbell,
// which is off already; on RP2350 its interrupt is somebody else's, and is restored.
static uint32_t fifo_interrupt_off(void) {
    uint32_t before = 0;
    if (IRQ_FIFO != IRQ_CORE0) {
        before = NVIC_ISER(IRQ_FIFO) & NVIC_BIT(IRQ_FIFO);
        doorbell_off(IRQ_FIFO);
    }
    return before;
}

static void fifo_interrupt_restore(uint32_t before) {
    if (IRQ_FIFO != IRQ_CORE0) {
        NVIC_ICPR(IRQ_FIFO) = NVIC_BIT(IRQ_FIFO);
        NVIC_ISER(IRQ_FIFO) = before;
    }
}

static int reset(void) {
    uint32_t before = fifo_interrupt_off();
    int err = rp2_reset_core1();
    fifo_interrupt_restore(before);
    return err;
}

static int launch(amp_da_t table, uint32_t stack, uint32_t entry) {
    CONTROL->magic = 0;
    amp_rp2_claim(true);
    doorbell_off(IRQ_CORE0);
    uint32_t before = fifo_interrupt_off();
    int err = rp2_launch_core1((uint32_t)table, stack, entry);
    fifo_interrupt_restore(before);
    if (err != 0) {
        amp_rp2_claim(false);
        return refuse_no_answer();
    }
    rp2_core.started = true;
    doorbell_on(IRQ_CORE0); // core 1 may have kicked already
    return 0;
}

int rp2_core_start(void *ctx, amp_da_t entry) {
    int error =
        rp2_core_prepare(ctx, false); // somebody may have taken the core since it was loaded
    if (error != 0) {
        return error;
    }
    amp_da_t table = entry & 1 ? AMP_RP2_WINDOW_DA : entry;
    if (table % AMP_RP2_VECTORS_ALIGN == 0 && in_ram(table, 8)) {
        const volatile uint32_t *vectors = (const volatile uint32_t *)table;
        uint32_t stack = vectors[0];
        uint32_t reset = vectors[1];
        // The stack pointer may be the end of the window, because the stack grows down.
        if (stack % 8 == 0 && in_ram(stack - 64, 64) && (reset & 1) && in_ram(reset, 1)
            && (reset == entry || table == entry)) {
            return launch(table, stack, reset);
        }
    }
    return refuse(-AMP_ENOEXEC, "no vector table there");
}

// ---- Stopping ----

int rp2_core_stop(void *ctx) {
    (void)ctx;
    if (!rp2_core.started) {
        return 0;
    }
    doorbell_off(IRQ_CORE0);
    if (reset() != 0 || (CONTROL->magic == AMP_RP2_MAGIC && rp2_stop_dma(CONTROL->dma) != 0)) {
        return -AMP_EIO;
    }
    rp2_core.started = false;
    NVIC_ICPR(IRQ_CORE0) = NVIC_BIT(IRQ_CORE0);
    amp_rp2_claim(false);
    return 0;
}

// ---- State and reason ----

// Core 1's own report of how it ended is passed on as a text; nothing else depends on it.
enum amp_core_state rp2_core_state(void *ctx, const char **reason) {
    (void)ctx;
    if (!rp2_core.started) {
        if (rp2_core.refused != NULL) {
            *reason = rp2_core.refused;
        }
        return AMP_CORE_STOPPED;
    }
    uint32_t cause = CONTROL->magic == AMP_RP2_MAGIC ? CONTROL->cause : AMP_RP2_ALIVE;
    if (cause == AMP_RP2_ALIVE) {
        return AMP_CORE_RUNNING;
    }
    *reason = rp2_core.reason;
    if (cause == AMP_RP2_EXITED) {
        amp_text_append_dec(amp_text_append(rp2_core.reason, "exit "), CONTROL->code);
        return AMP_CORE_EXITED;
    }
    amp_text_append_hex(rp2_core.reason, "fault, pc 0x", CONTROL->pc);
    return AMP_CORE_FAULTED;
}

// The order of elf_gregset_t: r0 to pc, then xpsr.  r4 to r11 are 0, as they are not recorded.
bool rp2_core_registers(void *ctx, void *registers, size_t len) {
    uint32_t all[18] = {0};
    (void)ctx;
    if (CONTROL->magic != AMP_RP2_MAGIC || CONTROL->pc == 0) {
        return false;
    }
    for (unsigned i = 0; i < 8; ++i) {
        all[i < 4 ? i : i == 4 ? 12 : 9 + i] = CONTROL->frame[i];
    }
    all[13] = CONTROL->sp;
    memcpy(registers, all, len < sizeof(all) ? len : sizeof(all));
    return true;
}
