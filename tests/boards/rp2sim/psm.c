/*
 * The power-on state machine: its FRCE_OFF holds parts of the chip in reset.  For core 1
 * that is the core with NVIC, SysTick and VTOR, and nothing else.
 */
#include "machine.h"

enum { FRCE_OFF = 0x4, DONE = 0xC };
enum { PLAIN, XOR, SET, CLEAR, ALIAS_SHIFT = 12 };

static void switch_off(struct machine *m) {
    core_close(&m->core[CORE1]);
    m->chip.rom = (struct rom){.state = ROM_OFF};
    m->chip.core1_resets++;
}

uint32_t psm_read(struct core *core, uint32_t offset) {
    switch (offset & ALIASED_REGISTER) {
        case FRCE_OFF:
            return core->m->chip.off;
        case DONE:
            return PSM_ALL & ~core->m->chip.off;
        default:
            sim_violation(core, "read of PSM register 0x%03x", (unsigned)offset);
            return 0;
    }
}

uint32_t alias_merge(uint32_t old, uint32_t offset, uint32_t value) {
    switch (offset >> ALIAS_SHIFT) {
        case XOR:
            return old ^ value;
        case SET:
            return old | value;
        case CLEAR:
            return old & ~value;
        default:
            return value;
    }
}

void psm_write(struct core *core, uint32_t offset, uint32_t value) {
    struct machine *m = core->m;
    uint32_t off = alias_merge(m->chip.off, offset, value);
    if ((offset & ALIASED_REGISTER) != FRCE_OFF || (off & ~(uint32_t)PSM_CORE1) != 0) {
        sim_violation(core, "write to PSM register 0x%04x: 0x%08x is not core 1 alone",
            (unsigned)offset, (unsigned)value);
        return;
    }
    uint32_t changed = off ^ m->chip.off;
    m->chip.off = off;
    if ((changed & off) && core->id == CORE1) {
        m->chip.core1_leaves = true; // not from within
        core->why = WHY_SLICE;
        uc_emu_stop(core->uc);
    } else if (changed & off) {
        switch_off(m);
    } else if (changed) {
        rom_begin(m);
    }
}

void psm_after_slice(struct machine *m) {
    if (m->chip.core1_leaves) {
        m->chip.core1_leaves = false;
        switch_off(m);
    }
}
