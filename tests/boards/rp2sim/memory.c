/* The memories, and what Armv6-M allows in them. */
#include "machine.h"

#include <stdlib.h>
#include <string.h>

enum { KB = 1024, PAGE_SHIFT = 12, XIP = 0x10000000, SRAM = 0x20000000 };
enum { ROM_SIZE = 4 * KB, FLASH_SIZE = 2048 * KB };

// Address 0 is ROM too, but nobody has business there, so it is not mapped.
const struct memory chip_memories[MEMORIES] = {
    [ROM] = {ROM_SIZE, ZEROS},
    [FLASH] = {FLASH_SIZE, ERASED},
    [RAM] = {RAM_SIZE, NOISE},
};

#define VIEWS(core) \
    {core, ROM, ROM_DEAD_LOOP, ROM_SIZE, UC_PROT_READ | UC_PROT_EXEC, false}, \
        {core, FLASH, XIP, FLASH_SIZE, UC_PROT_READ | UC_PROT_EXEC, false}, { \
        core, RAM, SRAM, RAM_SIZE, UC_PROT_ALL, false \
    }
const struct view chip_views[] = {VIEWS(CORE0), VIEWS(CORE1)};
const unsigned chip_view_count = sizeof(chip_views) / sizeof(chip_views[0]);

bool memory_prepare(struct machine *m) {
    static const uint8_t to_itself[2] = {0xFE, 0xE7};
    memcpy(m->memory[ROM], to_itself, sizeof(to_itself));
    for (unsigned i = 0; i < CORES; i++) {
        m->chip.ran[i] = calloc(1, RAM_SIZE >> PAGE_SHIFT);
        if (m->chip.ran[i] == NULL) {
            return false;
        }
    }
    return true;
}

// ---- Unaligned accesses: Unicorn takes them apart, or, in some versions, has an exception ----

static bool is_flash(uint32_t address) {
    return address - XIP < FLASH_SIZE;
}

// On v6-M each is a fault, on v8-M those to devices.
static bool may_be_unaligned(uint32_t address) {
    return CHIP_MAINLINE && (is_flash(address) || address - SRAM < RAM_SIZE);
}

static const int regs[SAVED_REGS] = {UC_ARM_REG_R0, UC_ARM_REG_R1, UC_ARM_REG_R2, UC_ARM_REG_R3,
    UC_ARM_REG_R4, UC_ARM_REG_R5, UC_ARM_REG_R6, UC_ARM_REG_R7, UC_ARM_REG_R8, UC_ARM_REG_R9,
    UC_ARM_REG_R10, UC_ARM_REG_R11, UC_ARM_REG_R12, UC_ARM_REG_SP, UC_ARM_REG_LR};

static void unaligned(struct core *core, uint32_t address, uint32_t size) {
    if (core->chip.unaligned) {
        return; // its second half
    }
    if (!chip_takes_faults(core)) {
        sim_violation(
            core, "unaligned access of %u bytes at 0x%08x", (unsigned)size, (unsigned)address);
    }
    const struct view *view = memory_view(core->id, address, size);
    core->chip.bytes = view != NULL ? memory_raw(core->m, view, address) : NULL;
    core->chip.size = size;
    if (core->chip.bytes != NULL) {
        memcpy(core->chip.before, core->chip.bytes, size);
    }
    for (unsigned i = 0; i < SAVED_REGS; i++) {
        core->chip.saved[i] = core_reg(core, regs[i]);
    }
    core->chip.unaligned = true;
    core->why = WHY_FAULT;
    core->fault = "unaligned access";
    uc_emu_stop(core->uc);
}

// Undo what the instruction changed in memory and registers before Unicorn stopped.  (Some
// versions stop before it changes anything.)
void memory_undo(struct core *core) {
    if (core->chip.bytes != NULL) {
        memcpy(core->chip.bytes, core->chip.before, core->chip.size);
    }
    for (unsigned i = 0; i < SAVED_REGS; i++) {
        core_set_reg(core, regs[i], core->chip.saved[i]);
    }
    core->chip.unaligned = false;
}

// ---- Before each access ----

// What Unicorn made of the other core's code there is void.
static void wrote(struct core *core, uint32_t address, uint32_t len) {
    struct core *other = &core->m->core[1 - core->id];
    uint32_t at = address - SRAM;
    uint32_t end = len == 0 ? at >> PAGE_SHIFT : ((at + len - 1) >> PAGE_SHIFT) + 1;
    for (uint32_t page = at >> PAGE_SHIFT; page < end; page++) {
        if (other->uc != NULL && core->m->chip.ran[other->id][page]) {
            uc_ctl_remove_cache(other->uc, address, address + len);
        }
    }
}

static void on_access(
    uc_engine *uc, uc_mem_type type, uint64_t at, int bytes, int64_t value, void *user) {
    (void)uc;
    (void)value;
    struct core *core = user;
    uint32_t address = (uint32_t)at;
    uint32_t size = (uint32_t)bytes;
    if (address % size != 0 && !may_be_unaligned(address)) {
        unaligned(core, address, size);
    } else if (is_flash(address)) {
        (void)chip_may_access(core, address);
    } else if (type == UC_MEM_WRITE && address - SRAM < RAM_SIZE) {
        wrote(core, address, size);
    }
}

void memory_runs_code(struct core *core) {
    uint32_t at = core->block - SRAM;
    if (at < RAM_SIZE) {
        core->m->chip.ran[core->id][at >> PAGE_SHIFT] = 1;
        uint32_t end = at + (core->block_size != 0 ? core->block_size - 1 : 0);
        core->m->chip.ran[core->id][end >> PAGE_SHIFT] = 1;
    } else if (is_flash(core->block)) {
        (void)chip_may_access(core, core->block);
    }
}

static uc_err map_view(struct core *core, const struct view *view) {
    uint8_t *bytes = core->m->memory[view->memory];
    return uc_mem_map_ptr(core->uc, view->base, view->size, view->access, bytes);
}

void memory_map(struct core *core) {
    uc_err error = UC_ERR_OK;
    uc_hook hook;
    for (unsigned i = 0; i < chip_view_count && error == UC_ERR_OK; i++) {
        error = chip_views[i].core == core->id ? map_view(core, &chip_views[i]) : UC_ERR_OK;
    }
    if (error == UC_ERR_OK) {
        error = uc_hook_add(
            core->uc, &hook, UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE, (void *)on_access, core, 1, 0);
    }
    if (error != UC_ERR_OK) {
        sim_violation(core, "mapping memory: %s", uc_strerror(error));
    }
}

// ---- For what is done to memory in a core's name ----

bool chip_may_access(struct core *core, uint32_t address) {
    if (is_flash(address) && core->m->chip.flash_is_written) {
        sim_violation(core, "access to 0x%08x: the flash is being written", (unsigned)address);
    }
    return core->m->end < 0;
}

void chip_before_write(struct core *core, uint32_t address, uint32_t len) {
    if (address - SRAM < RAM_SIZE) {
        wrote(core, address, len);
    }
}

void chip_cached_access(
    struct core *core, uint32_t address, void *bytes, uint32_t len, bool write) {
    (void)bytes;
    (void)len;
    sim_violation(core, "no memory is cached, and 0x%08x is %s so", (unsigned)address,
        write ? "written" : "read"); // not reached: no view says it
}
