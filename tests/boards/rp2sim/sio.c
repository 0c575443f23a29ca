/* SIO: a core's number, the FIFOs between the cores, spinlocks, seen by each its own way. */
#include "machine.h"

#include <string.h>

enum {
    CPUID = 0x00,
    FIFO_ST = 0x50,
    FIFO_WR = 0x54,
    FIFO_RD = 0x58,
    SPINLOCK_ST = 0x5C,
    SPINLOCK = 0x100,
    SPINLOCK_END = 0x180,
    DOORBELL_OUT_SET = 0x180,
    DOORBELL_OUT_CLR = 0x184,
    DOORBELL_IN_SET = 0x188,
    DOORBELL_IN_CLR = 0x18C,
    DOORBELLS = 0xFF,
    VLD = 1,
    RDY = 2,
    WOF = 4,
    ROE = 8,
};

static const unsigned irqs[CORES] = {[CORE0] = FIFO_IRQ0, [CORE1] = FIFO_IRQ1};

// A level: it is up as long as there is a word or a flag, whatever the core does about it.
void sio_update_lines(struct machine *m) {
    for (unsigned i = 0; i < CORES; i++) {
        bool up = m->chip.sio.fifo[i].count != 0 || m->chip.sio.sticky[i] != 0;
        nvic_set_line(&m->core[i], irqs[i], up);
        if (CHIP_MAINLINE) {
            nvic_set_line(&m->core[i], DOORBELL_IRQ, m->chip.sio.doorbells[i] != 0);
        }
    }
}

// Both cores' event registers: what SEV does.
void sio_send_event(struct machine *m) {
    for (unsigned i = 0; i < CORES; i++) {
        m->core[i].event = true;
    }
}

// ---- FIFOs ----

bool sio_push(struct machine *m, int to, uint32_t word) {
    struct fifo *fifo = &m->chip.sio.fifo[to];
    if (fifo->count == FIFO_DEPTH) {
        return false;
    }
    fifo->word[fifo->count++] = word;
    m->chip.words[1 - to]++;
    sio_update_lines(m);
    return true;
}

bool sio_pop(struct machine *m, int by, uint32_t *word) {
    struct fifo *fifo = &m->chip.sio.fifo[by];
    if (fifo->count == 0) {
        return false;
    }
    *word = fifo->word[0];
    fifo->count--;
    memmove(fifo->word, fifo->word + 1, fifo->count * sizeof(fifo->word[0]));
    sio_update_lines(m);
    return true;
}

static void set_sticky(struct core *core, uint32_t flags) {
    core->m->chip.sio.sticky[core->id] = flags;
    sio_update_lines(core->m);
}

static uint32_t status(const struct core *core) {
    const struct sio *sio = &core->m->chip.sio;
    return sio->sticky[core->id] | (sio->fifo[core->id].count != 0 ? VLD : 0)
        | (sio->fifo[1 - core->id].count != FIFO_DEPTH ? RDY : 0);
}

static uint32_t read_fifo(struct core *core) {
    uint32_t word = 0;
    if (!sio_pop(core->m, core->id, &word)) {
        set_sticky(core, core->m->chip.sio.sticky[core->id] | ROE);
    }
    return word;
}

// ---- Doorbells, of RP2350 ----

// What the core rings is the other's, and what it answers is its own.
static uint32_t *doorbells(struct core *core, uint32_t offset) {
    bool own = offset == DOORBELL_IN_SET || offset == DOORBELL_IN_CLR;
    return &core->m->chip.sio.doorbells[own ? core->id : 1 - core->id];
}

static void write_doorbells(struct core *core, uint32_t offset, uint32_t value) {
    uint32_t *bells = doorbells(core, offset);
    bool set = offset == DOORBELL_OUT_SET || offset == DOORBELL_IN_SET;
    *bells = set ? *bells | (value & DOORBELLS) : *bells & ~value;
    core->m->chip.words[core->id] += offset == DOORBELL_OUT_SET;
    sio_update_lines(core->m);
}

// Every write behind the spinlocks frees some too (erratum E2), so they are of no use there.
static bool has_spinlocks(struct core *core) {
    if (CHIP_MAINLINE) {
        sim_violation(core, "spinlocks of the hardware: other writes free them (erratum E2)");
    }
    return !CHIP_MAINLINE;
}

// ---- All of them ----

uint32_t sio_read(struct core *core, uint32_t offset) {
    struct sio *sio = &core->m->chip.sio;
    if (offset >= SPINLOCK && offset < SPINLOCK_END && has_spinlocks(core)) {
        uint32_t lock = UINT32_C(1) << (offset - SPINLOCK) / 4;
        uint32_t got = sio->spinlocks & lock ? 0 : lock;
        sio->spinlocks |= lock;
        return got;
    }
    switch (offset) {
        case CPUID:
            return (uint32_t)core->id;
        case FIFO_ST:
            return status(core);
        case FIFO_RD:
            return read_fifo(core);
        case DOORBELL_OUT_SET:
        case DOORBELL_OUT_CLR:
        case DOORBELL_IN_SET:
        case DOORBELL_IN_CLR: // not there without doorbells: periph.c
            return *doorbells(core, offset);
        case SPINLOCK_ST:
            return sio->spinlocks;
        default:
            sim_violation(core, "read of SIO register 0x%03x", (unsigned)offset);
            return 0;
    }
}

void sio_write(struct core *core, uint32_t offset, uint32_t value) {
    struct sio *sio = &core->m->chip.sio;
    if (offset >= SPINLOCK && offset < SPINLOCK_END && has_spinlocks(core)) {
        sio->spinlocks &= ~(UINT32_C(1) << (offset - SPINLOCK) / 4);
    } else if (offset == FIFO_WR) {
        if (!sio_push(core->m, 1 - core->id, value)) {
            set_sticky(core, sio->sticky[core->id] | WOF);
        }
    } else if (offset == FIFO_ST) {
        set_sticky(core, sio->sticky[core->id] & ~(value & (WOF | ROE)));
    } else if (offset >= DOORBELL_OUT_SET) {
        write_doorbells(core, offset, value);
    } else {
        sim_violation(core, "write to SIO register 0x%03x", (unsigned)offset);
    }
}
