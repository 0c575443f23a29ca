/*
 * The host half: the ports of the emulated cores.
 *
 * rv32.c         the processor
 * host_memory.c  the board's memory, and addresses
 * host_life.c    start, stop, doorbells, why a core died
 * host_run.c     slices of time, and the machine calls of firmware
 * host_wait.c    sleep, for programs in C
 */
#include "host.h"

struct emu_core emu_cores[AMP_EMU_CORES];

// An image's resource table may lie in data RAM, and so may the rings of an image that
// fixes their addresses.  Nothing is loaded into shared RAM, because the host places rings
// there.
static const struct amp_window windows[] = {
    {AMP_EMU_CODE_DA, AMP_EMU_CODE_LEN, AMP_WINDOW_LOAD | AMP_WINDOW_RUN | AMP_WINDOW_PIE},
    {AMP_EMU_DATA_DA, AMP_EMU_DATA_LEN, AMP_WINDOW_LOAD | AMP_WINDOW_SHARED},
    {AMP_EMU_SHARED_DA, AMP_EMU_SHARED_LEN, AMP_WINDOW_SHARED},
    {AMP_EMU_FLASH_DA, AMP_EMU_FLASH_LEN, AMP_WINDOW_RUN},
};

static const struct amp_default_table default_table = {
    .table_da = AMP_EMU_TABLE_DA,
    .vring_da = {AMP_EMU_VRING0_DA, AMP_EMU_VRING1_DA},
    .vring_align = AMP_EMU_VRING_ALIGN,
    .vring_num = AMP_EMU_VRING_NUM,
};

static const struct amp_port_ops ops = {
    .kick = emu_kick,
    .map = emu_map,
    .set_doorbell_cb = emu_set_doorbell_cb,
    .core_prepare = emu_core_prepare,
    .core_registers = emu_core_registers,
    .core_start = emu_core_start,
    .core_stop = emu_core_stop,
    .core_state = emu_core_state,
    .core_release = emu_core_release,
};

const struct amp_port *amp_platform_port(unsigned index) {
    if (index >= AMP_EMU_CORES) {
        return NULL;
    }
    struct emu_core *core = &emu_cores[index];
    if (core->port.ops == NULL) {
        if (emu_core_prepare(core, false) != 0) {
            return NULL;
        }
        core->port = (struct amp_port){
            .ops = &ops,
            .ctx = core,
            .windows = windows,
            .window_count = sizeof(windows) / sizeof(windows[0]),
            .shared_da = AMP_EMU_POOL_DA,
            .shared_len = AMP_EMU_POOL_LEN,
            .buffer_size = {512, 512},
            .elf_machine = AMP_EM_RISCV,
            .default_table = &default_table,
            .pie = &amp_pie,
        };
    }
    return &core->port;
}
