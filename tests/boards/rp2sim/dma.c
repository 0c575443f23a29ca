/*
 * The DMA: channels that copy words of memory, one for each slice, and trigger one another.
 * No core's reset ends them.  An abort has the bad habits of the parts: on both chips a
 * channel stays busy for a while after it, and on the RP2350 the abort of a channel that is
 * under way triggers the one to which it is chained (erratum E5).
 */
#include "machine.h"

enum {
    READ_ADDR = 0x00,
    WRITE_ADDR = 0x04,
    TRANS_COUNT = 0x08,
    CTRL_TRIG = 0x0C,
    AL1_CTRL = 0x10,
    CHANNEL_LEN = 0x40,
    CHAN_ABORT = CHIP_MAINLINE ? 0x464 : 0x444,
    EN = 1,
    DATA_SIZE = 3 << 2,
    WORD = 2 << 2,
    INCR_READ = 1 << 4,
    INCR_WRITE = CHIP_MAINLINE ? 1 << 6 : 1 << 5,
    CHAIN_TO_SHIFT = CHIP_MAINLINE ? 13 : 11,
    BUSY = CHIP_MAINLINE ? 1 << 26 : 1 << 24,
};

// A channel that is chained to itself is not chained.
static struct dma_channel *chained(struct machine *m, struct dma_channel *channel) {
    unsigned next = channel->control >> CHAIN_TO_SHIFT & 15;
    return next < DMA_CHANNELS ? &m->chip.dma[next] : channel;
}

// A channel that is not enabled ignores this.
static void trigger(struct dma_channel *channel) {
    if ((channel->control & EN) && channel->left == 0) {
        channel->left = channel->count;
    }
}

static void transfer(struct machine *m, struct dma_channel *channel) {
    uint32_t word = 0;
    struct core *core = &m->core[CORE0]; // in whose name, means nothing
    if (!memory_load(core, channel->read, &word, sizeof(word))
        || !memory_store(core, channel->write, &word, sizeof(word))) {
        sim_violation(
            core, "DMA from 0x%08x to 0x%08x", (unsigned)channel->read, (unsigned)channel->write);
        return;
    }
    channel->read += channel->control & INCR_READ ? 4 : 0;
    channel->write += channel->control & INCR_WRITE ? 4 : 0;
    if (--channel->left == 0 && chained(m, channel) != channel) {
        trigger(chained(m, channel));
    }
}

void dma_run(struct machine *m) {
    for (unsigned i = 0; i < DMA_CHANNELS && m->end < 0; i++) {
        struct dma_channel *channel = &m->chip.dma[i];
        if (channel->aborting) {
            channel->aborting = false;
        } else if (channel->left != 0 && (channel->control & EN)) {
            transfer(m, channel);
        }
    }
}

static void end(struct machine *m, struct dma_channel *channel) {
    if (channel->left == 0) {
        return;
    }
    channel->left = 0;
    channel->aborting = true;
    if (CHIP_MAINLINE && chained(m, channel) != channel) {
        trigger(chained(m, channel));
    }
}

static uint32_t *register_of(struct dma_channel *channel, uint32_t offset) {
    switch (offset % CHANNEL_LEN) {
        case READ_ADDR:
            return &channel->read;
        case WRITE_ADDR:
            return &channel->write;
        case TRANS_COUNT:
            return &channel->count;
        case CTRL_TRIG:
        case AL1_CTRL:
            return &channel->control;
        default:
            return NULL;
    }
}

static struct dma_channel *channel_of(struct core *core, uint32_t offset) {
    uint32_t number = offset / CHANNEL_LEN;
    return number < DMA_CHANNELS && register_of(&core->m->chip.dma[number], offset) != NULL
        ? &core->m->chip.dma[number]
        : NULL;
}

uint32_t dma_read(struct core *core, uint32_t offset) {
    offset &= ALIASED_REGISTER;
    struct dma_channel *channel = channel_of(core, offset);
    if (channel == NULL) {
        sim_violation(core, "read of DMA register 0x%03x", (unsigned)offset);
        return 0;
    }
    const uint32_t *word = register_of(channel, offset);
    bool busy = word == &channel->control && (channel->left != 0 || channel->aborting);
    return *word | (busy ? BUSY : 0);
}

void dma_write(struct core *core, uint32_t aliased, uint32_t value) {
    struct machine *m = core->m;
    uint32_t offset = aliased & ALIASED_REGISTER;
    struct dma_channel *channel = channel_of(core, offset);
    if (aliased == CHAN_ABORT) {
        for (unsigned i = 0; i < DMA_CHANNELS; i++) {
            if (value >> i & 1) {
                end(m, &m->chip.dma[i]);
            }
        }
        return;
    }
    if (channel == NULL) {
        sim_violation(core, "write to DMA register 0x%04x", (unsigned)aliased);
        return;
    }
    uint32_t *word = register_of(channel, offset);
    *word = alias_merge(*word, aliased, value);
    if (word == &channel->control && (*word & EN) && (*word & DATA_SIZE) != WORD) {
        sim_violation(core, "DMA of other than words is not simulated");
    }
    if (word == &channel->control && (*word >> CHAIN_TO_SHIFT & 15) >= DMA_CHANNELS) {
        sim_violation(core, "a DMA channel is chained to one that the chip does not have");
    }
    if (offset % CHANNEL_LEN == CTRL_TRIG) {
        trigger(channel);
    }
}
