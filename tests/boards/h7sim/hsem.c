/* The hardware semaphores.  A release interrupts whoever enabled that. */
#include "machine.h"

enum {
    LOCKED = 1u << 31,
    CORE_SHIFT = 8,
    CORE_MASK = 15,
    RLR = 0x80,
    INTERRUPTS = 0x100, // of core i at + 0x10 * i
    IER = 0,
    ICR = 4,
    ISR = 8,
    MISR = 12,
};

static const uint32_t ids[CORES] = {[M7] = 3, [M4] = 1};
static const unsigned irqs[CORES] = {[M7] = 125, [M4] = 126};

static void update_lines(struct machine *m) {
    for (unsigned i = 0; i < CORES; i++) {
        nvic_set_line(
            &m->core[i], irqs[i], (m->chip.hsem.status[i] & m->chip.hsem.enabled[i]) != 0);
    }
}

static uint32_t take(struct core *core, unsigned n) {
    uint32_t *lock = &core->m->chip.hsem.lock[n];
    if (!(*lock & LOCKED)) {
        *lock = LOCKED | ids[core->id] << CORE_SHIFT;
    }
    return *lock;
}

static void release(struct core *core, unsigned n, uint32_t value) {
    struct hsem *hsem = &core->m->chip.hsem;
    if (!(hsem->lock[n] & LOCKED)) {
        return; // as on the real one: nothing happens, nobody is interrupted
    }
    if ((value & ~LOCKED) != (hsem->lock[n] & ~LOCKED)) {
        sim_violation(core, "HSEM %u: release with 0x%08x, locked with 0x%08x", n, (unsigned)value,
            (unsigned)hsem->lock[n]);
        return;
    }
    hsem->lock[n] = 0;
    core->m->chip.doorbells[core->id]++;
    for (unsigned i = 0; i < CORES; i++) {
        hsem->status[i] |= UINT32_C(1) << n;
    }
    update_lines(core->m);
}

static void write_lock(struct core *core, unsigned n, uint32_t value) {
    uint32_t *lock = &core->m->chip.hsem.lock[n];
    if ((value >> CORE_SHIFT & CORE_MASK) != ids[core->id]) {
        sim_violation(core, "HSEM %u: 0x%08x has the core id of another", n, (unsigned)value);
    } else if (!(value & LOCKED)) {
        release(core, n, value);
    } else if (!(*lock & LOCKED)) {
        *lock = value & (LOCKED | 0xFFF);
    }
}

uint32_t hsem_read(struct core *core, uint32_t offset) {
    struct hsem *hsem = &core->m->chip.hsem;
    if (offset < RLR) {
        return hsem->lock[offset / 4];
    }
    if (offset < INTERRUPTS) {
        return take(core, (offset - RLR) / 4);
    }
    uint32_t i = (offset - INTERRUPTS) / 0x10;
    if (i >= CORES) {
        sim_violation(core, "read of HSEM register 0x%x, which is not simulated", (unsigned)offset);
        return 0;
    }
    switch (offset % 0x10) {
        case IER:
            return hsem->enabled[i];
        case ISR:
            return hsem->status[i];
        case MISR:
            return hsem->status[i] & hsem->enabled[i];
        default:
            return 0;
    }
}

void hsem_write(struct core *core, uint32_t offset, uint32_t value) {
    struct hsem *hsem = &core->m->chip.hsem;
    if (offset < RLR) {
        write_lock(core, offset / 4, value);
        return;
    }
    uint32_t i = (offset - INTERRUPTS) / 0x10;
    if (offset < INTERRUPTS || i >= CORES || offset % 0x10 > ICR) {
        sim_violation(core, "write to HSEM register 0x%x", (unsigned)offset);
    } else if (offset % 0x10 == IER) {
        hsem->enabled[i] = value;
    } else {
        hsem->status[i] &= ~value;
    }
    update_lines(core->m);
}
