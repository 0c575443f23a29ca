/* The registers of a core that all have: SysTick, interrupts, exceptions, the reset. */
#include "tests/boards/armsim/armsim.h"

enum {
    SYSTICK = 0x010,
    SYSTICK_END = 0x020,
    NVIC_BITS = 0x100,
    NVIC_BITS_END = 0x320,
    IPR = 0x400,
    IPR_END = IPR + NVIC_IRQS,
    ICSR = 0xD04,
    AIRCR = 0xD0C,
    SHPR = 0xD18,
    SHPR_END = 0xD24,
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

static uint32_t priorities_read(struct core *core, unsigned exception) {
    const uint8_t *p = &core->nvic.priority[exception];
    return (uint32_t)(p[0] | p[1] << 8 | p[2] << 16) | (uint32_t)p[3] << 24;
}

// Of each priority only the upper PRIORITY_BITS bits exist.
static void priorities_write(struct core *core, unsigned exception, uint32_t value) {
    for (unsigned i = 0; i < 4; i++, value >>= 8) {
        core->nvic.priority[exception + i] = value & (0xFF & ~((1u << (8 - PRIORITY_BITS)) - 1));
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
    core->nvic.prigroup = CHIP_MAINLINE ? value >> 8 & 7 : 0;
    core->attention = true;
    if (value & SYSRESETREQ && core->m->reset_by < 0) {
        core->m->reset_by = core->id;
    }
}

// ---- All of them ----

static bool has(uint32_t offset, uint32_t begin, uint32_t end) {
    return offset >= begin && offset < end;
}

bool scs_nvic_read(struct core *core, uint32_t offset, uint32_t *value) {
    if (has(offset, SYSTICK, SYSTICK_END)) {
        *value = systick_read(core, offset - SYSTICK);
    } else if (has(offset, NVIC_BITS, NVIC_BITS_END)) {
        *value = bits_read(core, offset);
    } else if (has(offset, IPR, IPR_END)) {
        *value = priorities_read(core, EXC_IRQ0 + offset - IPR);
    } else if (has(offset, SHPR, SHPR_END)) {
        *value = priorities_read(core, EXC_MEMFAULT + offset - SHPR);
    } else if (offset == ICSR) {
        *value = icsr(core);
    } else if (offset == AIRCR) {
        *value = 0xFA050000 | core->nvic.prigroup << 8;
    } else {
        return false;
    }
    return true;
}

bool scs_nvic_write(struct core *core, uint32_t offset, uint32_t value) {
    if (has(offset, SYSTICK, SYSTICK_END)) {
        systick_write(core, offset - SYSTICK, value);
    } else if (has(offset, NVIC_BITS, NVIC_BITS_END)) {
        bits_write(core, offset, value);
    } else if (has(offset, IPR, IPR_END)) {
        priorities_write(core, EXC_IRQ0 + offset - IPR, value);
    } else if (has(offset, SHPR, SHPR_END)) {
        priorities_write(core, EXC_MEMFAULT + offset - SHPR, value);
    } else if (offset == ICSR) {
        icsr_write(core, value);
    } else if (offset == AIRCR) {
        aircr_write(core, value);
    } else {
        return false;
    }
    return true;
}
