/* The registers of a core that Armv7-M and Armv8-M (Mainline) have, and v6-M has not. */
#include "tests/boards/armsim/armsim.h"

enum {
    ICTR = 0x004,
    ACTLR = 0x008,
    VTOR = 0xD08,
    SCR = 0xD10,
    SHCSR = 0xD24,
    CFSR = 0xD28,
    HFSR = 0xD2C,
    DFSR = 0xD30,
    MMFAR = 0xD34,
    BFAR = 0xD38,
    CPACR = 0xD88,
    DEMCR = 0xDFC,
    STIR = 0xF00,
    FPCCR = 0xF34,
    FPCAR = 0xF38,
    FPDSCR = 0xF3C,
};

static bool pends(const struct core *core, unsigned exception) {
    return core->nvic.pending[0] >> exception & 1;
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

bool scs_mainline_read(struct core *core, uint32_t offset, uint32_t *value) {
    const uint32_t *word = plain(core, offset);
    switch (offset) {
        case ICTR:
            *value = NVIC_IRQS / 32 - 1;
            break;
        case SHCSR:
            *value = shcsr(core);
            break;
        case CFSR:
            *value = core->nvic.cfsr;
            break;
        case HFSR:
            *value = core->nvic.hfsr;
            break;
        case MMFAR:
        case BFAR:
            *value = core->nvic.bfar;
            break;
        case ACTLR:
        case DFSR:
        case FPCAR:
            *value = 0;
            break;
        default:
            *value = word != NULL ? *word : 0;
            return word != NULL;
    }
    return true;
}

bool scs_mainline_write(struct core *core, uint32_t offset, uint32_t value) {
    uint32_t *word = plain(core, offset);
    switch (offset) {
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
            if (word == NULL) {
                return false;
            }
            *word = value;
    }
    return true;
}
