/* The memories, and where each core sees them. */
#include "machine.h"

enum { KB = 1024, MB = 1024 * 1024, PAGE_SHIFT = 12 };

const struct memory chip_memories[MEMORIES] = {
    [ITCM] = {64 * KB, NOISE},
    [FLASH] = {2 * MB, ERASED},
    [DTCM] = {128 * KB, NOISE},
    [AXI] = {512 * KB, NOISE},
    [D2] = {288 * KB, NOISE},
    [SRAM4] = {64 * KB, NOISE},
    [SDRAM] = {8 * MB, ZEROS},
};

// AXI SRAM is the M7's own here: its cache is not simulated there, so the M4 must not look.
const struct view chip_views[] = {
    {M7, ITCM, 0x00000000, 64 * KB, UC_PROT_ALL, false},
    {M7, FLASH, 0x08000000, 2 * MB, UC_PROT_READ | UC_PROT_EXEC, false},
    {M7, DTCM, 0x20000000, 128 * KB, UC_PROT_ALL, false},
    {M7, AXI, 0x24000000, 512 * KB, UC_PROT_ALL, false},
    {M7, D2, 0x30000000, 288 * KB, UC_PROT_READ | UC_PROT_WRITE, true},
    {M7, SRAM4, 0x38000000, 64 * KB, UC_PROT_READ | UC_PROT_WRITE, true},
    {M7, SDRAM, 0xC0000000, 8 * MB, UC_PROT_READ | UC_PROT_WRITE, true},
    {M4, FLASH, 0x08000000, 2 * MB, UC_PROT_READ | UC_PROT_EXEC, false},
    {M4, D2, 0x10000000, 288 * KB, UC_PROT_ALL, false},
    {M4, D2, 0x30000000, 288 * KB, UC_PROT_ALL, false},
    {M4, SRAM4, 0x38000000, 64 * KB, UC_PROT_ALL, false},
    {M4, SDRAM, 0x60000000, 8 * MB, UC_PROT_ALL, false},
    {M4, SDRAM, 0x70000000, 8 * MB, UC_PROT_ALL, false},
    {M4, SDRAM, 0xC0000000, 8 * MB, UC_PROT_READ | UC_PROT_WRITE, false},
};
enum { VIEWS = sizeof(chip_views) / sizeof(chip_views[0]) };
const unsigned chip_view_count = VIEWS;

// ---- What the M7 sees through its cache ----

static bool clock_on(struct core *core, uint32_t address) {
    if (!rcc_d2_on(core->m, core->id, address)) {
        sim_violation(core, "access to D2 SRAM at 0x%08x, whose clock is off", (unsigned)address);
        return false;
    }
    return true;
}

static uint64_t on_read(uc_engine *uc, uint64_t offset, unsigned size, void *user) {
    (void)uc;
    struct core *core = user;
    uint32_t address = (uint32_t)offset;
    uint32_t value = 0;
    if (clock_on(core, address)) {
        cache_access(core->m, address, &value, size, false);
    }
    return value;
}

static void on_write(uc_engine *uc, uint64_t offset, unsigned size, uint64_t value, void *user) {
    (void)uc;
    struct core *core = user;
    uint32_t address = (uint32_t)offset;
    uint32_t word = (uint32_t)value;
    if (clock_on(core, address)) {
        cache_access(core->m, address, &word, size, true);
    }
}

// Unicorn's callbacks get offsets; these make addresses of them.
#define AT(name, base) \
    static uint64_t read_##name(uc_engine *uc, uint64_t offset, unsigned size, void *user) { \
        return on_read(uc, (base) + offset, size, user); \
    } \
    static void write_##name( \
        uc_engine *uc, uint64_t offset, unsigned size, uint64_t value, void *user) { \
        on_write(uc, (base) + offset, size, value, user); \
    }
AT(d2, 0x30000000)
AT(sram4, 0x38000000)
AT(sdram, 0xC0000000)

static uc_err map_cached(struct core *core, const struct view *view) {
    switch (view->memory) {
        case D2:
            return uc_mmio_map(core->uc, view->base, view->size, read_d2, core, write_d2, core);
        case SRAM4:
            return uc_mmio_map(
                core->uc, view->base, view->size, read_sram4, core, write_sram4, core);
        default:
            return uc_mmio_map(
                core->uc, view->base, view->size, read_sdram, core, write_sdram, core);
    }
}

// Unicorn takes unaligned accesses apart; so this looks before it does.
static void on_access(
    uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value, void *user) {
    (void)uc;
    (void)type;
    (void)value;
    struct core *core = user;
    if (address % (unsigned)size != 0 && (mpu_lookup(core, (uint32_t)address) & MPU_DEVICE)) {
        sim_violation(core, "usage fault: unaligned access to 0x%08x, which is device memory",
            (unsigned)address);
    }
}

// The M4's stores go to the memory itself.
static void on_raw_write(
    uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value, void *user) {
    (void)uc;
    (void)type;
    (void)value;
    struct core *core = user;
    const struct view *view = memory_view(core->id, (uint32_t)address, (uint32_t)size);
    if (view != NULL) {
        ecc_write(core->m, view, (uint32_t)address, (uint32_t)size);
    }
}

static void on_flash_read(
    uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value, void *user) {
    (void)uc;
    (void)type;
    (void)size;
    (void)value;
    power_check_flash(user, (uint32_t)address);
}

static uc_err map_view(struct core *core, const struct view *view) {
    if (view->cached) {
        uc_err error =
            memory_hook(core, view, UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE, (void *)on_access);
        return error != UC_ERR_OK ? error : map_cached(core, view);
    }
    uint8_t *bytes = core->m->memory[view->memory];
    uc_err error = uc_mem_map_ptr(core->uc, view->base, view->size, view->access, bytes);
    if (error == UC_ERR_OK && (view->memory == D2 || view->memory == SRAM4)) {
        error = memory_hook(core, view, UC_HOOK_MEM_WRITE, (void *)on_raw_write);
    } else if (error == UC_ERR_OK && view->memory == FLASH && core->id == M4) {
        error = memory_hook(core, view, UC_HOOK_MEM_READ, (void *)on_flash_read);
    }
    return error;
}

void memory_map(struct core *core) {
    for (unsigned i = 0; i < VIEWS; i++) {
        const struct view *view = &chip_views[i];
        if (view->core != core->id) {
            continue;
        }
        uc_err error = map_view(core, view);
        if (error != UC_ERR_OK) {
            sim_violation(core, "mapping 0x%08x: %s", (unsigned)view->base, uc_strerror(error));
        }
    }
}

// ---- Code that changes while the M4 runs it ----

static uint8_t *code_page(struct machine *m, const struct view *view, uint32_t address) {
    uint32_t pages = chip_memories[SDRAM].size >> PAGE_SHIFT;
    return m->chip.m4_code + view->memory * pages + ((address - view->base) >> PAGE_SHIFT);
}

void memory_runs_code(struct core *core, uint32_t address) {
    const struct view *view = memory_view(core->id, address, 1);
    if (core->id == M4 && view != NULL) {
        *code_page(core->m, view, address) = 1;
    }
}

// The M7 wrote into memory: what Unicorn made of the M4's code there is void.
void memory_wrote_raw(struct machine *m, uint32_t address, uint32_t len) {
    const struct view *written = memory_view(M7, address, len);
    if (written == NULL || !m->core[M4].running || !*code_page(m, written, address)) {
        return;
    }
    for (unsigned i = 0; i < VIEWS; i++) {
        if (chip_views[i].core == M4 && chip_views[i].memory == written->memory) {
            uint32_t at = chip_views[i].base + (address - written->base);
            uc_ctl_remove_cache(m->core[M4].uc, at, at + len);
        }
    }
}

// ---- For what is done to memory in a core's name ----

bool chip_may_access(struct core *core, uint32_t address) {
    return clock_on(core, address);
}

void chip_before_write(struct core *core, uint32_t address, uint32_t len) {
    ecc_write(core->m, memory_view(core->id, address, len), address, len);
}

void chip_cached_access(
    struct core *core, uint32_t address, void *bytes, uint32_t len, bool write) {
    cache_access(core->m, address, bytes, len, write);
}
