/* Registers outside memory: every page of them that there is, and nothing else. */
#include "machine.h"

struct block {
    uint32_t page; // what Unicorn maps
    uint32_t base;
    uint32_t size;
    bool (*on)(const struct machine *m); // has it its clock?  NULL: always
    uint32_t (*read)(struct core *core, uint32_t offset);
    void (*write)(struct core *core, uint32_t offset, uint32_t value);
    const char *name;
};

static uint32_t mark_read(struct core *core, uint32_t offset) {
    (void)core;
    (void)offset;
    return 0;
}

static void mark_write(struct core *core, uint32_t offset, uint32_t value) {
    (void)offset;
    report_mark(core, value);
    if (value == 0 && core->m->options.image) {
        h7_end(core->m, 0); // how a program without semihosting ends
    }
}

static const struct block blocks[] = {
    {0x52002000, 0x52002000, 0x400, NULL, flash_read, flash_write, "FLASH"},
    {0x58000000, 0x58000400, 0x400, rcc_syscfg_on, syscfg_read, syscfg_write, "SYSCFG"},
    {0x58024000, 0x58024400, 0x400, NULL, rcc_read, rcc_write, "RCC"},
    {0x58026000, 0x58026400, 0x400, rcc_hsem_on, hsem_read, hsem_write, "HSEM"},
    {0x5FFF0000, 0x5FFF0000, 4, NULL, mark_read, mark_write, "mark"},
    {0xE0001000, 0xE0001000, 0x1000, NULL, dwt_read, dwt_write, "DWT"},
    {0xE000E000, 0xE000E000, 0x1000, NULL, scs_read, scs_write, "SCS"},
};
enum { BLOCKS = sizeof(blocks) / sizeof(blocks[0]), PAGE = 0x1000, SCS = 0xE000E000 };

static bool outside(const struct block *block, uint32_t address, unsigned size) {
    return address < block->base || address - block->base + size > block->size;
}

// Is that an access which the block answers?  Only a core's own registers have bytes.
static bool good(struct core *core, const struct block *block, uint32_t address, unsigned size) {
    if (outside(block, address, size)) {
        h7_violation(core, "access to 0x%08x: no register", (unsigned)address);
    } else if (block->on != NULL && !block->on(core->m)) {
        h7_violation(core, "access to %s, whose clock is off", block->name);
    } else if (size != 4 && block->base != SCS) {
        h7_violation(core, "%s: access of %u bytes", block->name, size);
    } else {
        return true;
    }
    return false;
}

static uint64_t on_read(
    const struct block *block, uint64_t offset, unsigned size, struct core *core) {
    uint32_t address = block->page + (uint32_t)offset;
    if (core->m->options.image && outside(block, address, size)) {
        return image_read(core, "", address & ~3u, 0) >> 8 * (address & 3);
    }
    if (!good(core, block, address, size)) {
        return 0;
    }
    uint32_t value = block->read(core, (address - block->base) & ~3u) >> 8 * (address & 3);
    return size == 4 ? value : value & ((UINT32_C(1) << 8 * size) - 1);
}

static void on_write(
    const struct block *block, uint64_t offset, unsigned size, uint32_t value, struct core *core) {
    uint32_t address = block->page + (uint32_t)offset;
    if (core->m->options.image && outside(block, address, size)) {
        image_write(core, "", address, 0, value);
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

// Unicorn gives one pointer, and we need to know two things: which core, which block.
#define BLOCK(n) \
    static uint64_t read_##n(uc_engine *uc, uint64_t offset, unsigned size, void *core) { \
        (void)uc; \
        return on_read(&blocks[n], offset, size, core); \
    } \
    static void write_##n( \
        uc_engine *uc, uint64_t offset, unsigned size, uint64_t value, void *core) { \
        (void)uc; \
        on_write(&blocks[n], offset, size, (uint32_t)value, core); \
    }
BLOCK(0)
BLOCK(1)
BLOCK(2)
BLOCK(3)
BLOCK(4)
BLOCK(5)
BLOCK(6)

void periph_map(struct core *core) {
    static const uc_cb_mmio_read_t reads[BLOCKS] = {
        read_0, read_1, read_2, read_3, read_4, read_5, read_6};
    static const uc_cb_mmio_write_t writes[BLOCKS] = {
        write_0, write_1, write_2, write_3, write_4, write_5, write_6};
    for (unsigned i = 0; i < BLOCKS; i++) {
        uc_err error = uc_mmio_map(core->uc, blocks[i].page, PAGE, reads[i], core, writes[i], core);
        if (error != UC_ERR_OK) {
            h7_violation(core, "mapping %s: %s", blocks[i].name, uc_strerror(error));
        }
    }
}
