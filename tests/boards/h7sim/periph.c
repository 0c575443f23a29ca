/* Registers outside memory: every page of them that there is, and nothing else. */
#include "machine.h"

static uint32_t mark_read(struct core *core, uint32_t offset) {
    (void)core;
    (void)offset;
    return 0;
}

static void mark_write(struct core *core, uint32_t offset, uint32_t value) {
    (void)offset;
    report_mark(core, value);
    if (value == 0 && core->m->options.chip.image) {
        sim_end(core->m, 0); // how a program without semihosting ends
    }
}

const struct register_block chip_register_blocks[] = {
    {0x52002000, SIM_PAGE, 0x52002000, 0x400, false, NULL, flash_read, flash_write, "FLASH"},
    {0x58000000, SIM_PAGE, 0x58000400, 0x400, false, rcc_syscfg_on, syscfg_read, syscfg_write,
        "SYSCFG"},
    {0x58024000, SIM_PAGE, 0x58024400, 0x400, false, NULL, rcc_read, rcc_write, "RCC"},
    {0x58026000, SIM_PAGE, 0x58026400, 0x400, false, rcc_hsem_on, hsem_read, hsem_write, "HSEM"},
    {0x5FFF0000, SIM_PAGE, 0x5FFF0000, 4, false, NULL, mark_read, mark_write, "mark"},
    {0xE0001000, SIM_PAGE, 0xE0001000, 0x1000, false, NULL, dwt_read, dwt_write, "DWT"},
    {0xE000E000, SIM_PAGE, 0xE000E000, 0x1000, true, NULL, scs_read, scs_write, "SCS"},
};
const unsigned chip_register_block_count =
    sizeof(chip_register_blocks) / sizeof(chip_register_blocks[0]);

bool chip_read_between(struct core *core, uint32_t address, uint32_t *value) {
    if (core->m->options.chip.image) {
        *value = image_read(core, "", address & ~3u, 0) >> 8 * (address & 3);
    }
    return core->m->options.chip.image;
}

bool chip_write_between(struct core *core, uint32_t address, uint32_t value) {
    if (core->m->options.chip.image) {
        image_write(core, "", address, 0, value);
    }
    return core->m->options.chip.image;
}
