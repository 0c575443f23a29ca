/* The registers of a core: of Armv6-M, words, and few. */
#include "machine.h"

enum {
    SYSTICK_CALIB = 0x01C,
    ISER = 0x100,
    ICER = 0x180,
    ISPR = 0x200,
    ICPR = 0x280,
    NVIC_FIRST = 0x100,
    NVIC_LAST = 0x3FF,
    CPUID = 0xD00,
    VTOR = 0xD08,
    SCR = 0xD10,
    CCR = 0xD14,
    SHPR1 = 0xD18,
};

// Of what scs_nvic.c has: this is there.
static bool of_v6m(uint32_t offset) {
    if (CHIP_MAINLINE) {
        return true;
    }
    bool bits = offset >= NVIC_FIRST && offset <= NVIC_LAST;
    return offset != SHPR1 && offset != SYSTICK_CALIB
        && (!bits || offset == ISER || offset == ICER || offset == ISPR || offset == ICPR);
}

uint32_t scs_read(struct core *core, uint32_t offset) {
    uint32_t value = 0;
    if (of_v6m(offset) && scs_nvic_read(core, offset, &value)) {
        return value;
    }
    if (CHIP_MAINLINE && scs_mainline_read(core, offset, &value)) {
        return value;
    }
    switch (offset) {
        case CPUID:
            return CHIP_MAINLINE ? 0x411FD210 : 0x410CC601;
        case VTOR:
            return core->nvic.vtor;
        case SCR:
            return core->nvic.scr;
        case CCR:
            // Stacks are aligned to 8; on v6-M unaligned accesses fault.
            return CHIP_MAINLINE ? core->nvic.ccr | 0x200 : 0x208;
        default:
            sim_violation(core, "read of SCS register 0x%03x", (unsigned)offset);
            return 0;
    }
}

void scs_write(struct core *core, uint32_t offset, uint32_t value) {
    if (of_v6m(offset) && scs_nvic_write(core, offset, value)) {
        return;
    }
    if (offset == VTOR && value % VECTORS_ALIGNED == 0) {
        core->nvic.vtor = value;
    } else if (offset == SCR) {
        core->nvic.scr = value & 0x16;
    } else if (CHIP_MAINLINE && offset == CCR) {
        core->nvic.ccr = value;
    } else if (offset == VTOR) {
        sim_violation(
            core, "VTOR 0x%08x is not aligned to %u", (unsigned)value, (unsigned)VECTORS_ALIGNED);
    } else if (!CHIP_MAINLINE || !scs_mainline_write(core, offset, value)) {
        sim_violation(core, "write to SCS register 0x%03x", (unsigned)offset);
    }
}
