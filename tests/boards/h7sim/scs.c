/* The registers of a core: system control and caches; interrupts are in armsim. */
#include "machine.h"

enum {
    ICTR = 0x004,
    ACTLR = 0x008,
    CPUID = 0xD00,
    VTOR = 0xD08,
    SCR = 0xD10,
    CCR = 0xD14,
    SHCSR = 0xD24,
    CFSR = 0xD28,
    HFSR = 0xD2C,
    DFSR = 0xD30,
    MMFAR = 0xD34,
    BFAR = 0xD38,
    CLIDR = 0xD78,
    CTR = 0xD7C,
    CCSIDR = 0xD80,
    CSSELR = 0xD84,
    CPACR = 0xD88,
    MPU = 0xD90,
    MPU_END = 0xDBC,
    DEMCR = 0xDFC,
    STIR = 0xF00,
    FPCCR = 0xF34,
    FPCAR = 0xF38,
    FPDSCR = 0xF3C,
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

static bool pends(const struct core *core, unsigned exception) {
    return core->nvic.pending[0] >> exception & 1;
}

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

static uint32_t shcsr(const struct core *core) {
    static const uint8_t active[12] = {4, 5, 0, 6, 0, 0, 0, 11, 12, 0, 14, 15};
    static const uint8_t pending[4] = {6, 4, 5, 11};
    uint32_t value = core->nvic.shcsr;
    for (unsigned i = 0; i < 12; i++) {
        value |= active[i] != 0 ? (core->nvic.active[0] >> active[i] & 1) << i : 0;
    }
    for (unsigned i = 0; i < 4; i++) {
        value |= (uint32_t)pends(core, pending[i]) << (12 + i);
    }
    return value;
}

static void shcsr_write(struct core *core, uint32_t value) {
    enum { ENABLES = 7 << 16 };
    core->nvic.shcsr = value & ENABLES;
    for (unsigned i = 0; i < 3; i++) {
        nvic_enable(core, EXC_MEMFAULT + i, value >> (16 + i) & 1);
    }
}

static uint32_t *plain(struct core *core, uint32_t offset) {
    struct nvic *nvic = &core->nvic;
    switch (offset) {
        case VTOR:
            return &nvic->vtor;
        case SCR:
            return &nvic->scr;
        case CSSELR:
            return &nvic->cssel;
        case CPACR:
            return &nvic->cpacr;
        case DEMCR:
            return &nvic->demcr;
        case FPCCR:
            return &nvic->fpccr;
        case FPDSCR:
            return &nvic->fpdscr;
        default:
            return NULL;
    }
}

// ---- Constants, and what only reads ----

static uint32_t constant(struct core *core, uint32_t offset) {
    bool m7 = core->id == M7;
    switch (offset) {
        case ICTR:
            return NVIC_IRQS / 32 - 1;
        case CPUID:
            return m7 ? 0x411FC271 : 0x410FC241;
        case CCR:
            return core->nvic.ccr | 0x200; // STKALIGN
        case SHCSR:
            return shcsr(core);
        case CFSR:
            return core->nvic.cfsr;
        case HFSR:
            return core->nvic.hfsr;
        case MMFAR:
        case BFAR:
            return core->nvic.bfar;
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
        case ACTLR:
        case DFSR:
        case FPCAR:
        case CACR:
        case MVFR0 + 8:
            return 0;
        default:
            return image_read(core, "SCS", 0xE000E000, offset);
    }
}

uint32_t scs_read(struct core *core, uint32_t offset) {
    uint32_t value;
    if (scs_nvic_read(core, offset, &value)) {
        return value;
    }
    if (offset >= MPU && offset < MPU_END) {
        return mpu_read(core, offset - MPU);
    }
    uint32_t *word = plain(core, offset);
    return word != NULL ? *word : constant(core, offset);
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

static bool system_write(struct core *core, uint32_t offset, uint32_t value) {
    switch (offset) {
        case CCR:
            ccr_write(core, value);
            break;
        case SHCSR:
            shcsr_write(core, value);
            break;
        case CFSR:
            core->nvic.cfsr &= ~value;
            break;
        case HFSR:
            core->nvic.hfsr &= ~value;
            break;
        case STIR:
            nvic_pend(core, EXC_IRQ0 + (value & 0x1FF) % NVIC_IRQS);
            break;
        case DFSR:
        case FPCAR:
        case MMFAR:
        case BFAR:
        case ACTLR:
            break;
        default:
            return cache_write(core, offset, value);
    }
    return true;
}

void scs_write(struct core *core, uint32_t offset, uint32_t value) {
    uint32_t *word = plain(core, offset);
    if (scs_nvic_write(core, offset, value)) {
        return;
    }
    if (offset >= MPU && offset < MPU_END) {
        mpu_write(core, offset - MPU, value);
    } else if (word != NULL) {
        *word = value;
    } else if (!system_write(core, offset, value)) {
        image_write(core, "SCS", 0xE000E000, offset, value);
    }
}
