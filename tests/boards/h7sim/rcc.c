/* Clocks and reset (RCC), and the few registers of SYSCFG and FLASH that boot a core. */
#include "machine.h"

enum { FLASH_REGISTERS = 0x52002000, SYSCFG = 0x58000400, RCC = 0x58024400 };

enum {
    RCC_CR = 0x00,
    RCC_CFGR = 0x10,
    RCC_D1CFGR = 0x18,
    RCC_GCR = 0xA0,
    RCC_RSR = 0xD0,
    RCC_AHB3ENR = 0xD4,
    RCC_AHB2ENR = 0xDC,
    RCC_AHB4ENR = 0xE0,
    RCC_APB4ENR = 0xF4,
    RCC_C1 = 0x130, // RSR to APB4ENR once more, for each core
    RCC_C2 = 0x190,

    D1CKRDY = 1 << 14,
    D2CKRDY = 1 << 15,
    READY = 1 << 2 | 1 << 8 | 1 << 13 | D1CKRDY | D2CKRDY | 1 << 17 | 1 << 25 | 1 << 27 | 1 << 29,
    BOOT_C2 = 1 << 3,
    FLASHEN = 1 << 8,
    RMVF = 1 << 16,
    SRAM1_SHIFT = 29,
    HSEMEN = 1 << 25,
    SYSCFGEN = 1 << 1,
};

void rcc_reset(struct machine *m, uint32_t flags) {
    struct rcc *rcc = &m->chip.rcc;
    *rcc = (struct rcc){.control = 1};
    schedule_set_scale(&m->core[M7], m->options.chip.ratio[1]);
    schedule_set_scale(&m->core[M4], m->options.chip.ratio[0]);
    rcc->reset_flags[M7] = flags;
    rcc->reset_flags[M4] = flags;
}

// A block runs when either core asks for it, and is not in deep sleep.
static uint32_t asked(const struct machine *m, const uint32_t enables[CORES]) {
    uint32_t bits = 0;
    for (unsigned i = 0; i < CORES; i++) {
        bits |= m->core[i].chip.in_stop ? 0 : enables[i];
    }
    return bits;
}

bool rcc_hsem_on(const struct machine *m) {
    return asked(m, m->chip.rcc.ahb4) & HSEMEN;
}

bool rcc_syscfg_on(const struct machine *m) {
    return asked(m, m->chip.rcc.apb4) & SYSCFGEN;
}

bool rcc_flash_for_m4(const struct machine *m) {
    return m->chip.rcc.ahb3[M4] & FLASHEN;
}

// SRAM1 to 3 in D2: 128, 128 and 32 KB.  They are the M4's own; the M7 must ask.
bool rcc_d2_on(const struct machine *m, int core, uint32_t address) {
    if (core == M4 || address < 0x30000000 || address >= 0x30048000) {
        return true;
    }
    unsigned which = (address - 0x30000000) >> 17;
    return m->chip.rcc.ahb2[core] >> (SRAM1_SHIFT + which) & 1;
}

// Every oscillator that is on is ready, a clock domain when it is used.
static uint32_t control(const struct machine *m) {
    uint32_t on = m->chip.rcc.control;
    uint32_t ready = (on & 1) << 2 | (on & 1 << 7) << 1 | (on & 1 << 12) << 1 | (on & 1 << 16) << 1
        | (on & 1 << 24) << 1 | (on & 1 << 26) << 1 | (on & 1 << 28) << 1;
    bool d2 = m->core[M4].running || m->chip.rcc.ahb2[M7] != 0;
    return (on & ~(uint32_t)READY) | ready | D1CKRDY | (d2 ? D2CKRDY : 0);
}

// Both cores run from HSI, as out of reset.  What is not: the M4's clock may be a part of the
// M7's (--ratio).  HPRE says so, where it can, and who writes it changes the M4's clock.
static const struct prescaler {
    uint32_t ratio;
    uint32_t hpre;
} prescalers[] = {
    {1, 0}, {2, 8}, {4, 9}, {8, 10}, {16, 11}, {64, 12}, {128, 13}, {256, 14}, {512, 15}};
enum { PRESCALERS = sizeof(prescalers) / sizeof(prescalers[0]) };

static uint32_t d1cfgr(const struct machine *m) {
    for (unsigned i = 0; i < PRESCALERS; i++) {
        if (m->core[M4].scale == prescalers[i].ratio * m->core[M7].scale) {
            return prescalers[i].hpre;
        }
    }
    return 0;
}

static void d1cfgr_write(struct core *core, uint32_t value) {
    struct core *cores = core->m->core;
    for (unsigned i = 0; i < PRESCALERS; i++) {
        if (value == prescalers[i].hpre) {
            schedule_set_scale(&cores[M4], prescalers[i].ratio * cores[M7].scale);
            return;
        }
    }
    sim_violation(core, "RCC_D1CFGR: 0x%08x, and only HPRE is simulated", (unsigned)value);
}

// A register that each core has: which one's is it, and where is it in its own block?
static uint32_t *banked(struct core *core, uint32_t offset) {
    int id = core->id;
    if (offset >= RCC_C2) {
        id = M4;
        offset = offset - RCC_C2 + RCC_RSR;
    } else if (offset >= RCC_C1) {
        id = M7;
        offset = offset - RCC_C1 + RCC_RSR;
    }
    struct rcc *rcc = &core->m->chip.rcc;
    switch (offset) {
        case RCC_RSR:
            return &rcc->reset_flags[id];
        case RCC_AHB3ENR:
            return &rcc->ahb3[id];
        case RCC_AHB2ENR:
            return &rcc->ahb2[id];
        case RCC_AHB4ENR:
            return &rcc->ahb4[id];
        case RCC_APB4ENR:
            return &rcc->apb4[id];
        default:
            return NULL;
    }
}

uint32_t rcc_read(struct core *core, uint32_t offset) {
    uint32_t *word = banked(core, offset);
    if (word != NULL) {
        return *word;
    }
    switch (offset) {
        case RCC_CR:
            return control(core->m);
        case RCC_CFGR:
            return core->m->options.chip.image ? image_read(core, "RCC", RCC, offset) : 0;
        case RCC_D1CFGR:
            return core->m->options.chip.image ? image_read(core, "RCC", RCC, offset)
                                               : d1cfgr(core->m);
        case RCC_GCR:
            return core->m->chip.rcc.boot_c2 ? BOOT_C2 : 0;
        default:
            return image_read(core, "RCC", RCC, offset);
    }
}

void rcc_write(struct core *core, uint32_t offset, uint32_t value) {
    struct rcc *rcc = &core->m->chip.rcc;
    uint32_t *word = banked(core, offset);
    if (word == &rcc->reset_flags[M7] || word == &rcc->reset_flags[M4]) {
        *word = value & RMVF ? 0 : *word;
    } else if (word != NULL) {
        *word = value;
    } else if (offset == RCC_CR) {
        rcc->control = value;
    } else if (offset == RCC_D1CFGR && !core->m->options.chip.image) {
        d1cfgr_write(core, value);
    } else if (offset == RCC_GCR) {
        if (value & ~(uint32_t)BOOT_C2 & ~7u) {
            sim_violation(core, "RCC_GCR: 0x%08x", (unsigned)value);
        } else if (value & BOOT_C2 && !rcc->boot_c2) {
            rcc->boot_c2 = true; // until the next reset
            h7_start_m4(core->m);
        }
    } else {
        image_write(core, "RCC", RCC, offset, value);
    }
}

// ---- SYSCFG: option bytes as user registers ----

enum { UR1 = 0x304, UR3 = 0x30C, UR1_BCM4 = 1, UR1_BCM7 = 1 << 16 };

uint32_t syscfg_read(struct core *core, uint32_t offset) {
    switch (offset) {
        case UR1:
            return UR1_BCM7 | (core->m->options.chip.bcm4 ? UR1_BCM4 : 0);
        case UR3:
            return core->m->chip.m4_boot;
        default:
            return image_read(core, "SYSCFG", SYSCFG, offset);
    }
}

void syscfg_write(struct core *core, uint32_t offset, uint32_t value) {
    if (offset == UR3) {
        core->m->chip.m4_boot = value & 0xFFFF0000;
    } else {
        image_write(core, "SYSCFG", SYSCFG, offset, value);
    }
}

// ---- FLASH ----

uint32_t flash_read(struct core *core, uint32_t offset) {
    enum { OPTSR_CUR = 0x1C, BCM4 = 1 << 22, BCM7 = 1 << 23 };
    if (offset != OPTSR_CUR) {
        return image_read(core, "FLASH", FLASH_REGISTERS, offset);
    }
    return BCM7 | (core->m->options.chip.bcm4 ? BCM4 : 0);
}

void flash_write(struct core *core, uint32_t offset, uint32_t value) {
    image_write(core, "FLASH", FLASH_REGISTERS, offset, value);
}
