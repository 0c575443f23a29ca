/* The cycle counter of a core. */
#include "machine.h"

enum { DWT_CTRL = 0x000, DWT_CYCCNT = 0x004, DWT_LAR = 0xFB0, CYCCNTENA = 1 };

uint32_t dwt_read(struct core *core, uint32_t offset) {
    switch (offset) {
        case DWT_CTRL:
            return 0x40000000 | core->chip.dwt_control;
        case DWT_CYCCNT:
            return core->chip.dwt_control & CYCCNTENA
                ? (uint32_t)(core->cycles - core->chip.dwt_base)
                : 0;
        default:
            sim_violation(core, "read of DWT register 0x%03x", (unsigned)offset);
            return 0;
    }
}

void dwt_write(struct core *core, uint32_t offset, uint32_t value) {
    switch (offset) {
        case DWT_CTRL:
            core->chip.dwt_base =
                core->chip.dwt_control & CYCCNTENA ? core->chip.dwt_base : core->cycles;
            core->chip.dwt_control = value & CYCCNTENA;
            break;
        case DWT_CYCCNT:
            core->chip.dwt_base = core->cycles - value;
            break;
        case DWT_LAR:
            break;
        default:
            sim_violation(core, "write to DWT register 0x%03x", (unsigned)offset);
    }
}
