/* Registers outside memory: every page of them that there is, and nothing else. */
#include "tests/boards/armsim/armsim.h"

static bool outside(const struct register_block *block, uint32_t address, unsigned size) {
    return address < block->base || address - block->base + size > block->size;
}

// Is that an access which the block answers?  Most have no bytes.
static bool good(
    struct core *core, const struct register_block *block, uint32_t address, unsigned size) {
    if (outside(block, address, size)) {
        sim_violation(core, "access to 0x%08x: no register", (unsigned)address);
    } else if (block->on != NULL && !block->on(core->m)) {
        sim_violation(core, "access to %s, whose clock is off", block->name);
    } else if (size != 4 && !block->bytes) {
        sim_violation(core, "%s: access of %u bytes", block->name, size);
    } else {
        return true;
    }
    return false;
}

// Unicorn gives one pointer, and we need to know two things.
static struct place {
    struct core *core;
    const struct register_block *block;
} places[CORES][SIM_BLOCKS_MAX];

static uint64_t on_read(uc_engine *uc, uint64_t offset, unsigned size, void *user) {
    (void)uc;
    const struct place *place = user;
    const struct register_block *block = place->block;
    struct core *core = place->core;
    uint32_t address = block->page + (uint32_t)offset;
    uint32_t value;
    if (outside(block, address, size) && chip_read_between(core, address, &value)) {
        return value;
    }
    if (!good(core, block, address, size)) {
        return 0;
    }
    value = block->read(core, (address - block->base) & ~3u) >> 8 * (address & 3);
    return size == 4 ? value : value & ((UINT32_C(1) << 8 * size) - 1);
}

static void on_write(uc_engine *uc, uint64_t offset, unsigned size, uint64_t whole, void *user) {
    (void)uc;
    const struct place *place = user;
    const struct register_block *block = place->block;
    struct core *core = place->core;
    uint32_t address = block->page + (uint32_t)offset;
    uint32_t value = (uint32_t)whole;
    if (outside(block, address, size) && chip_write_between(core, address, value)) {
        return;
    }
    if (!good(core, block, address, size)) {
        return;
    }
    uint32_t at = (address - block->base) & ~3u;
    if (size != 4) {
        uint32_t mask = ((UINT32_C(1) << 8 * size) - 1) << 8 * (address & 3);
        value = (block->read(core, at) & ~mask) | (value << 8 * (address & 3) & mask);
    }
    block->write(core, at, value);
}

void periph_map(struct core *core) {
    for (unsigned i = 0; i < chip_register_block_count; i++) {
        const struct register_block *block = &chip_register_blocks[i];
        struct place *place = &places[core->id][i];
        *place = (struct place){core, block};
        uc_err error =
            uc_mmio_map(core->uc, block->page, block->mapped, on_read, place, on_write, place);
        if (error != UC_ERR_OK) {
            sim_violation(core, "mapping %s: %s", block->name, uc_strerror(error));
        }
    }
}
