/* Registers outside memory: every page of them that there is, and nothing else. */
#include "machine.h"

// ---- The timer: microseconds ----

static uint32_t timer_read(struct core *core, uint32_t offset) {
    enum { TIMERAWH = 0x24, TIMERAWL = 0x28 };
    uint64_t now = schedule_time(core) / (CHIP_HZ / 1000000);
    switch (offset & 0xFFF) {
        case TIMERAWH:
            return (uint32_t)(now >> 32);
        case TIMERAWL:
            return (uint32_t)now;
        default:
            sim_violation(core, "read of TIMER register 0x%03x", (unsigned)offset);
            return 0;
    }
}

static void timer_write(struct core *core, uint32_t offset, uint32_t value) {
    (void)value;
    sim_violation(core, "write to TIMER register 0x%03x", (unsigned)offset);
}

// ---- What the chip does not have: for tests ----

enum { MARK = 0, FLASH_IS_WRITTEN = 4 };

static uint32_t test_read(struct core *core, uint32_t offset) {
    return offset == FLASH_IS_WRITTEN ? core->m->chip.flash_is_written : 0;
}

static void test_write(struct core *core, uint32_t offset, uint32_t value) {
    if (offset == MARK) {
        report_mark(core, value);
    } else {
        core->m->chip.flash_is_written = value != 0;
    }
}

enum { APB = 0x4000, DMA = 0x50000000 }; // APB: a register and its three aliases
enum { SIO = 0xD0000000, SIO_SIZE = CHIP_MAINLINE ? 0x190 : 0x180 };

const struct register_block chip_register_blocks[] = {
    {PSM, APB, PSM, APB, false, NULL, psm_read, psm_write, "PSM"},
    {TIMER, APB, TIMER, APB, false, NULL, timer_read, timer_write, "TIMER"},
    {DMA, APB, DMA, APB, false, NULL, dma_read, dma_write, "DMA"},
    {0x5FFF0000, SIM_PAGE, 0x5FFF0000, 8, false, NULL, test_read, test_write, "test"},
    {SIO, SIM_PAGE, SIO, SIO_SIZE, false, NULL, sio_read, sio_write, "SIO"},
    {SCS, SIM_PAGE, SCS, SIM_PAGE, CHIP_MAINLINE, NULL, scs_read, scs_write, "SCS"},
};
const unsigned chip_register_block_count =
    sizeof(chip_register_blocks) / sizeof(chip_register_blocks[0]);

bool chip_read_between(struct core *core, uint32_t address, uint32_t *value) {
    (void)core;
    (void)address;
    (void)value;
    return false;
}

bool chip_write_between(struct core *core, uint32_t address, uint32_t value) {
    (void)core;
    (void)address;
    (void)value;
    return false;
}
