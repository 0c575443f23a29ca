/* The registers of a core: interrupts, system control, caches. */
#include "machine.h"

enum {
    ICTR = 0x004,
    ACTLR = 0x008,
    SYSTICK = 0x010,
    SYSTICK_END = 0x020,
    NVIC_BITS = 0x100,
    NVIC_BITS_END = 0x320,
    IPR = 0x400,
    IPR_END = IPR + NVIC_IRQS,
    CPUID = 0xD00,
    ICSR = 0xD04,
    VTOR = 0xD08,
    AIRCR = 0xD0C,
    SCR = 0xD10,
    CCR = 0xD14,
    SHPR = 0xD18,
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

// ---- The NVIC's bits: enable, pending, active ----

enum { ISER, ICER, ISPR, ICPR, IABR };

static uint32_t irq_word(const uint32_t *words, unsigned n) {
    return words[n] >> EXC_IRQ0 | words[n + 1] << (32 - EXC_IRQ0);
}

static uint32_t bits_read(struct core *core, uint32_t offset) {
    unsigned n = (offset & 0x7F) / 4;
    if (n >= NVIC_IRQS / 32) {
        return 0;
    }
    switch ((offset - NVIC_BITS) / 0x80) {
        case ISER:
        case ICER:
            return irq_word(core->nvic.enabled, n);
        case ISPR:
        case ICPR:
            return irq_word(core->nvic.pending, n);
        default:
            return irq_word(core->nvic.active, n);
    }
}

static void bits_write(struct core *core, uint32_t offset, uint32_t value) {
    unsigned first = EXC_IRQ0 + (offset & 0x7F) * 8;
    for (; value != 0 && first < EXC_IRQ0 + NVIC_IRQS; value &= value - 1) {
        unsigned exception = first + (unsigned)__builtin_ctz(value);
        switch ((offset - NVIC_BITS) / 0x80) {
            case ISER:
            case ICER:
                nvic_enable(core, exception, (offset - NVIC_BITS) / 0x80 == ISER);
                break;
            case ISPR:
                nvic_pend(core, exception);
                break;
            case ICPR:
                nvic_unpend(core, exception);
                break;
            default:
                break;
        }
    }
}

// The M4 and the M7 as ST built them have the upper four bits.
static uint32_t priorities_read(struct core *core, unsigned exception) {
    const uint8_t *p = &core->nvic.priority[exception];
    return (uint32_t)(p[0] | p[1] << 8 | p[2] << 16) | (uint32_t)p[3] << 24;
}

static void priorities_write(struct core *core, unsigned exception, uint32_t value) {
    for (unsigned i = 0; i < 4; i++, value >>= 8) {
        core->nvic.priority[exception + i] = value & 0xF0;
    }
    core->attention = true;
}

// ---- System control ----

static bool pends(const struct core *core, unsigned exception) {
    return core->nvic.pending[0] >> exception & 1;
}

static uint32_t icsr(struct core *core) {
    unsigned waiting = 0;
    for (unsigned i = 0; i < NVIC_WORDS && waiting == 0; i++) {
        uint32_t bits = core->nvic.pending[i] & core->nvic.enabled[i];
        waiting = bits != 0 ? 32 * i + (unsigned)__builtin_ctz(bits) : 0;
    }
    uint32_t active = core_reg(core, UC_ARM_REG_XPSR) & 0x1FF;
    return active | waiting << 12 | (waiting >= EXC_IRQ0 ? UINT32_C(1) << 22 : 0)
        | (uint32_t)pends(core, EXC_SYSTICK) << 26 | (uint32_t)pends(core, EXC_PENDSV) << 28;
}

static void icsr_write(struct core *core, uint32_t value) {
    if (value >> 31) {
        nvic_pend(core, EXC_NMI);
    }
    if (value >> 28 & 1) {
        nvic_pend(core, EXC_PENDSV);
    } else if (value >> 27 & 1) {
        nvic_unpend(core, EXC_PENDSV);
    }
    if (value >> 26 & 1) {
        nvic_pend(core, EXC_SYSTICK);
    } else if (value >> 25 & 1) {
        nvic_unpend(core, EXC_SYSTICK);
    }
}

static void aircr_write(struct core *core, uint32_t value) {
    enum { KEY = 0x5FA, SYSRESETREQ = 4 };
    if (value >> 16 != KEY) {
        return;
    }
    core->nvic.prigroup = value >> 8 & 7;
    core->attention = true;
    if (value & SYSRESETREQ && core->m->reset_by < 0) {
        core->m->reset_by = core->id;
    }
}

// The real cache holds noise after power-on; who switches it on must have invalidated it.
static void ccr_write(struct core *core, uint32_t value) {
    enum { DC = 1 << 16, IC = 1 << 17 };
    if (core->id == M4 && value & (DC | IC)) {
        h7_violation(core, "CCR: this core has no caches");
    } else if (value & DC && !(core->nvic.ccr & DC) && !cache_all_known(core->m)) {
        h7_violation(core, "CCR.DC set, and not every line was invalidated since reset");
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
        case ICSR:
            return icsr(core);
        case AIRCR:
            return 0xFA050000 | core->nvic.prigroup << 8;
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
    if (offset >= SYSTICK && offset < SYSTICK_END) {
        return systick_read(core, offset - SYSTICK);
    }
    if (offset >= NVIC_BITS && offset < NVIC_BITS_END) {
        return bits_read(core, offset);
    }
    if (offset >= IPR && offset < IPR_END) {
        return priorities_read(core, EXC_IRQ0 + offset - IPR);
    }
    if (offset >= SHPR && offset < SHCSR) {
        return priorities_read(core, EXC_MEMFAULT + offset - SHPR);
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
        h7_violation(core, "cache maintenance on the core without a cache");
    }
    return true;
}

static bool system_write(struct core *core, uint32_t offset, uint32_t value) {
    switch (offset) {
        case ICSR:
            icsr_write(core, value);
            break;
        case AIRCR:
            aircr_write(core, value);
            break;
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
    if (offset >= SYSTICK && offset < SYSTICK_END) {
        systick_write(core, offset - SYSTICK, value);
    } else if (offset >= NVIC_BITS && offset < NVIC_BITS_END) {
        bits_write(core, offset, value);
    } else if (offset >= IPR && offset < IPR_END) {
        priorities_write(core, EXC_IRQ0 + offset - IPR, value);
    } else if (offset >= SHPR && offset < SHCSR) {
        priorities_write(core, EXC_MEMFAULT + offset - SHPR, value);
    } else if (offset >= MPU && offset < MPU_END) {
        mpu_write(core, offset - MPU, value);
    } else if (word != NULL) {
        *word = value;
    } else if (!system_write(core, offset, value)) {
        image_write(core, "SCS", 0xE000E000, offset, value);
    }
}
