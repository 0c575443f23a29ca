/* The registers of a core: caches; what others have too is in armsim. */
#include "machine.h"

enum {
    CPUID = 0xD00,
    CCR = 0xD14,
    CLIDR = 0xD78,
    CTR = 0xD7C,
    CCSIDR = 0xD80,
    CSSELR = 0xD84,
    MPU = 0xD90,
    MPU_END = 0xDBC,
    MVFR0 = 0xF40,
    ICIALLU = 0xF50,
    ICIMVAU = 0xF58,
    DCIMVAC = 0xF5C,
    DCISW = 0xF60,
    DCCMVAU = 0xF64,
    DCCMVAC = 0xF68,
    DCCSW = 0xF6C,
    DCCIMVAC = 0xF70,
    DCCISW = 0xF74,
    BPIALL = 0xF78,
    CACR = 0xF9C,
};

// ---- System control ----

// The real cache holds noise after power-on; who switches it on must have invalidated it.
static void ccr_write(struct core *core, uint32_t value) {
    enum { DC = 1 << 16, IC = 1 << 17 };
    if (core->id == M4 && value & (DC | IC)) {
        sim_violation(core, "CCR: this core has no caches");
    } else if (value & DC && !(core->nvic.ccr & DC) && !cache_all_known(core->m)) {
        sim_violation(core, "CCR.DC set, and not every line was invalidated since reset");
    }
    core->nvic.ccr = value;
}

// ---- Constants, and what only reads ----

static uint32_t constant(struct core *core, uint32_t offset) {
    bool m7 = core->id == M7;
    switch (offset) {
        case CPUID:
            return m7 ? 0x411FC271 : 0x410FC241;
        case CCR:
            return core->nvic.ccr | 0x200; // STKALIGN
        case CLIDR:
            return m7 ? 0x09000003 : 0;
        case CTR:
            return m7 ? 0x8303C003 : 0;
        case CCSIDR:
            return !m7 ? 0 : core->nvic.cssel & 1 ? 0xF01FE009 : 0xF00FE019;
        case MVFR0:
            return m7 ? 0x10110221 : 0x10110021;
        case MVFR0 + 4:
            return m7 ? 0x12000011 : 0x11000011;
        case CSSELR:
            return core->nvic.cssel;
        case CACR:
        case MVFR0 + 8:
            return 0;
        default:
            return image_read(core, "SCS", 0xE000E000, offset);
    }
}

uint32_t scs_read(struct core *core, uint32_t offset) {
    uint32_t value;
    if (scs_nvic_read(core, offset, &value) || scs_mainline_read(core, offset, &value)) {
        return value;
    }
    if (offset >= MPU && offset < MPU_END) {
        return mpu_read(core, offset - MPU);
    }
    return constant(core, offset);
}

// ---- Writes ----

static bool cache_write(struct core *core, uint32_t offset, uint32_t value) {
    struct machine *m = core->m;
    switch (offset) {
        case ICIALLU:
        case ICIMVAU:
        case BPIALL:
            break; // the M7 runs nothing that it shares
        case DCIMVAC:
            cache_by_address(m, value, false, true);
            break;
        case DCCMVAU:
        case DCCMVAC:
            cache_by_address(m, value, true, false);
            break;
        case DCCIMVAC:
            cache_by_address(m, value, true, true);
            break;
        case DCISW:
            cache_by_set_way(m, value, false, true);
            break;
        case DCCSW:
            cache_by_set_way(m, value, true, false);
            break;
        case DCCISW:
            cache_by_set_way(m, value, true, true);
            break;
        default:
            return false;
    }
    if (core->id == M4) {
        sim_violation(core, "cache maintenance on the core without a cache");
    }
    return true;
}

void scs_write(struct core *core, uint32_t offset, uint32_t value) {
    if (scs_nvic_write(core, offset, value) || scs_mainline_write(core, offset, value)) {
        return;
    }
    if (offset >= MPU && offset < MPU_END) {
        mpu_write(core, offset - MPU, value);
    } else if (offset == CSSELR) {
        core->nvic.cssel = value;
    } else if (offset == CCR) {
        ccr_write(core, value);
    } else if (!cache_write(core, offset, value)) {
        image_write(core, "SCS", 0xE000E000, offset, value);
    }
}
