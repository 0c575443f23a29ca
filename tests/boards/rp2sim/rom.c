/*
 * Core 1 out of reset: its boot ROM empties its FIFO, sends 0, and waits for six words, of
 * which it sends each back: 0, 0, 1, vector table, stack, entry.  It waits in WFE: a word
 * without an event is not seen.
 */
#include "machine.h"

void rom_begin(struct machine *m) {
    m->core[CORE1].event = false;
    m->chip.rom = (struct rom){.state = ROM_EMPTIES};
}

static void leave(struct machine *m) {
    struct core *core = &m->core[CORE1];
    const struct rom rom = m->chip.rom;
    m->chip.rom.state = ROM_OFF;
    m->chip.launches++;
    uint64_t now = schedule_cycles(core, m->now);
    core->cycles = now > core->cycles ? now : core->cycles;
    if (!(rom.entry & 1) || rom.vectors % VECTORS_ALIGNED != 0) {
        sim_violation(core, "started with entry 0x%08x and vector table 0x%08x",
            (unsigned)rom.entry, (unsigned)rom.vectors);
        return;
    }
    core_open_at(core, rom.vectors, rom.stack, rom.entry);
    core_set_reg(core, UC_ARM_REG_LR, ROM_DEAD_LOOP | 1);
}

static void send(struct rom *rom, uint32_t word) {
    rom->owes = true;
    rom->echo = word;
}

static void take(struct rom *rom, uint32_t word) {
    if (word == 0) { // in every state
        rom->state = ROM_EMPTIES;
        return;
    }
    switch (rom->state) {
        case ROM_EXPECTS_1:
            rom->state = word == 1 ? ROM_EXPECTS_VECTORS : ROM_EMPTIES;
            break;
        case ROM_EXPECTS_VECTORS:
            rom->vectors = word;
            rom->state = ROM_EXPECTS_STACK;
            break;
        case ROM_EXPECTS_STACK:
            rom->stack = word;
            rom->state = ROM_EXPECTS_ENTRY;
            break;
        case ROM_EXPECTS_ENTRY:
            rom->entry = word;
            rom->state = ROM_LEAVES;
            break;
        default:
            rom->state = ROM_EMPTIES;
    }
    if (rom->state != ROM_EMPTIES) {
        send(rom, word);
    }
}

// Is there a word?  It looks, and sleeps if there is none and no event came.
static bool next_word(struct machine *m, uint32_t *word) {
    struct rom *rom = &m->chip.rom;
    bool *event = &m->core[CORE1].event;
    for (;;) {
        if (rom->asleep && !*event) {
            return false;
        }
        if (rom->asleep) {
            *event = false;
            rom->asleep = false;
        }
        if (sio_pop(m, CORE1, word)) {
            return true;
        }
        rom->asleep = !*event;
        *event = false;
    }
}

// One step; false: it waits.
static bool step(struct machine *m) {
    struct rom *rom = &m->chip.rom;
    uint32_t word = 0;
    if (rom->state == ROM_OFF) {
        return false;
    }
    if (rom->owes) { // it tries for as long as it takes
        if (!sio_push(m, CORE0, rom->echo)) {
            return false;
        }
        rom->owes = false;
        sio_send_event(m);
        return true;
    }
    if (rom->state == ROM_LEAVES) {
        leave(m);
        return false;
    }
    if (rom->state == ROM_EMPTIES) {
        while (sio_pop(m, CORE1, &word)) {
        }
        rom->state = ROM_EXPECTS_1;
        send(rom, 0);
        return true;
    }
    if (next_word(m, &word)) {
        take(rom, word);
        return true;
    }
    return false;
}

void rom_run(struct machine *m) {
    while (m->end < 0 && step(m)) {
    }
}
