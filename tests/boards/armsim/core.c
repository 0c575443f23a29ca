/*
 * One core's instructions.  Unicorn runs block after block; before each, the
 * hook counts it, and stops when the slice is over or an exception is due.
 * That is the only place where a run is stopped from within, so a run that
 * ends without having been stopped met WFI.
 */
#include "tests/boards/armsim/armsim.h"

#include <string.h>

// Never executed: where Unicorn is told to stop of itself.
#define UNTIL 0xFFF00000

enum {
    CFSR_IACCVIOL = 1 << 0,
    CFSR_IBUSERR = 1 << 8,
    CFSR_PRECISERR = 1 << 9,
    CFSR_BFARVALID = 1 << 15,
    CFSR_UNDEFINSTR = 1 << 16,
    CFSR_INVSTATE = 1 << 17,
};

uint32_t core_reg(const struct core *core, int reg) {
    uint32_t value = 0;
    uc_reg_read(core->uc, reg, &value);
    return value;
}

void core_set_reg(struct core *core, int reg, uint32_t value) {
    uc_reg_write(core->uc, reg, &value);
}

// ---- Before each block ----

static bool interrupted(struct core *core) {
    struct machine *m = core->m;
    if (m->end >= 0 || m->reset_by >= 0) {
        return true;
    }
    if (nvic_next(core) != 0) {
        return true;
    }
    core->attention = nvic_waits(core); // masked now, and not at the next block perhaps
    return false;
}

static const uint8_t *code_at(struct core *core, uint32_t address, uint32_t len) {
    if (address - core->code_base >= core->code_size
        || len > core->code_size - (address - core->code_base)) {
        const struct view *view = memory_view(core->id, address, len);
        if (view == NULL) {
            return NULL;
        }
        core->code_base = view->base;
        core->code_size = view->size;
        core->code = memory_raw(core->m, view, view->base);
    }
    return core->code + (address - core->code_base);
}

static uint32_t count_insns(struct core *core, uint32_t address, uint32_t size) {
    const uint8_t *code = code_at(core, address, size);
    uint32_t count = 0;
    for (uint32_t at = 0; code != NULL && at < size; count++) {
        bool wide = code[at + 1] >= 0xE8; // the first half's upper five bits
        at += wide ? 4 : 2;
    }
    return count != 0 ? count : 1;
}

static void on_block(uc_engine *uc, uint64_t address, uint32_t size, void *user) {
    struct core *core = user;
    if (core->cycles >= core->limit || (core->attention && interrupted(core))) {
        core->why = WHY_SLICE;
        core->stopped_at = (uint32_t)address;
        uc_emu_stop(uc);
        return;
    }
    core->block = (uint32_t)address;
    core->block_size = size;
    uint32_t count = count_insns(core, core->block, size);
    core->cycles += count;
    core->insns += count;
    chip_before_block(core);
}

// ---- What Unicorn cannot do ----

static void on_interrupt(uc_engine *uc, uint32_t number, void *user) {
    struct core *core = user;
    core->why = WHY_INTERRUPT;
    core->interrupt = number;
    uc_emu_stop(uc);
}

// Unicorn reports WFE and YIELD here, too, with the PC behind them, at the end of a block; the PC
// of an undefined instruction is inside its block.
static bool on_invalid(uc_engine *uc, void *user) {
    (void)uc;
    struct core *core = user;
    uint32_t pc = core_reg(core, UC_ARM_REG_PC);
    core->why = pc == core->block + core->block_size ? WHY_YIELD : WHY_FAULT;
    return true;
}

static bool on_bad_access(
    uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value, void *user) {
    (void)uc;
    (void)size;
    (void)value;
    struct core *core = user;
    bool write = type == UC_MEM_WRITE_UNMAPPED || type == UC_MEM_WRITE_PROT;
    bool fetch = type == UC_MEM_FETCH_UNMAPPED || type == UC_MEM_FETCH_PROT;
    char what[80];
    snprintf(what, sizeof(what), "bus fault: %s at 0x%08x",
        fetch       ? "fetch"
            : write ? "write"
                    : "read",
        (unsigned)address);
    core->nvic.cfsr |= fetch ? CFSR_IBUSERR : CFSR_PRECISERR | CFSR_BFARVALID;
    core->nvic.bfar = (uint32_t)address;
    core->why = WHY_FAULT;
    if (!chip_takes_faults(core)) {
        sim_violation(core, "%s", what);
    }
    return false;
}

// ---- Life of a core ----

void core_close(struct core *core) {
    if (core->uc != NULL) {
        uc_close(core->uc);
        core->uc = NULL;
    }
    core->running = false;
    core->sleeping = false;
    memset(&core->chip, 0, sizeof(core->chip));
}

static bool open_engine(struct core *core) {
    if (uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &core->uc) != UC_ERR_OK
        || uc_ctl_set_cpu_model(core->uc, chip_cpu_model(core)) != UC_ERR_OK) {
        return false;
    }
    uc_hook hook;
    return uc_hook_add(core->uc, &hook, UC_HOOK_BLOCK, (void *)on_block, core, 1, 0) == UC_ERR_OK
        && uc_hook_add(core->uc, &hook, UC_HOOK_INTR, (void *)on_interrupt, core, 1, 0) == UC_ERR_OK
        && uc_hook_add(core->uc, &hook, UC_HOOK_INSN_INVALID, (void *)on_invalid, core, 1, 0)
        == UC_ERR_OK
        && uc_hook_add(core->uc, &hook, UC_HOOK_MEM_INVALID, (void *)on_bad_access, core, 1, 0)
        == UC_ERR_OK;
}

// Out of reset, at an address.  The counters go on.
void core_open_at(struct core *core, uint32_t vectors, uint32_t stack, uint32_t entry) {
    nvic_reset(core);
    core->nvic.vtor = vectors;
    memset(&core->systick, 0, sizeof(core->systick));
    memset(&core->chip, 0, sizeof(core->chip));
    core->code_size = 0;
    core->attention = false;
    core->event = false;
    if (!open_engine(core)) {
        sim_violation(core, "Unicorn does not start");
        return;
    }
    chip_map(core);
    periph_map(core);
    core->running = true;
    core_set_reg(core, UC_ARM_REG_SP, stack & ~3u);
    core_set_reg(core, UC_ARM_REG_LR, 0xFFFFFFFF);
    core->pc = entry & ~1u;
    core->block = core->pc;
    core->block_size = 0;
}

// Out of reset, as the vector table says.
void core_open(struct core *core, uint32_t vectors) {
    uint32_t start[2] = {0, 0};
    if (!memory_load(core, vectors, start, sizeof(start)) || !(start[1] & 1)) {
        sim_violation(core, "lockup: no vector table at 0x%08x", (unsigned)vectors);
        return;
    }
    core_open_at(core, vectors, start[0], start[1]);
}

// ---- A slice ----

static void take_undefined(struct core *core) {
    core->nvic.cfsr |= CFSR_UNDEFINSTR;
    exception_fault(core, EXC_USAGEFAULT, "undefined instruction");
}

static void take_invalid_state(struct core *core) {
    core->nvic.cfsr |= CFSR_INVSTATE;
    exception_fault(core, EXC_USAGEFAULT, "not in Thumb state, or an FPU that is not there");
}

static void take_interrupt(struct core *core) {
    enum {
        UNDEFINED = 1, // since Unicorn 2.1; before, see on_invalid()
        SWI = 2,
        PREFETCH_ABORT = 3,
        BKPT = 7,
        EXCEPTION_EXIT = 8,
        INVALID_STATE = 18, // since Unicorn 2.1; before, UC_ERR_EXCEPTION
    };
    switch (core->interrupt) {
        case UNDEFINED:
            take_undefined(core);
            break;
        case INVALID_STATE:
            take_invalid_state(core);
            break;
        case SWI:
            if (nvic_group_priority(core, EXC_SVC) >= nvic_execution_priority(core, true)) {
                exception_fault(core, EXC_HARDFAULT, "SVC where it cannot be taken");
            } else {
                exception_enter(core, EXC_SVC);
            }
            break;
        case BKPT:
            semihost_call(core);
            break;
        case EXCEPTION_EXIT:
            exception_return(core);
            break;
        case PREFETCH_ABORT:
            core->nvic.cfsr |= CFSR_IACCVIOL;
            exception_fault(core, EXC_MEMFAULT, "fetch from where nothing may be executed");
            break;
        default: {
            char what[60];
            snprintf(what, sizeof(what), "usage fault (Unicorn's exception %u)",
                (unsigned)core->interrupt);
            exception_fault(core, EXC_USAGEFAULT, what);
        }
    }
}

// The PC is where the faulting block began, not at the instruction: so it is in Unicorn.
static void take_fault(struct core *core, uc_err error) {
    if (core->fault != NULL) {
        exception_fault(core, EXC_HARDFAULT, core->fault);
    } else if (error == UC_ERR_OK) {
        take_undefined(core);
    } else if (error == UC_ERR_EXCEPTION) {
        take_invalid_state(core);
    } else {
        exception_fault(core, EXC_BUSFAULT, uc_strerror(error));
    }
}

static void after_run(struct core *core, uc_err error) {
    if (core->m->end >= 0) {
        return; // a violation, in what ran
    }
    switch (core->why) {
        case WHY_WFI:
            if (error != UC_ERR_OK) {
                take_fault(core, error);
            } else {
                core->sleeping = true;
                chip_sleep(core);
            }
            break;
        case WHY_INTERRUPT:
            take_interrupt(core);
            break;
        case WHY_FAULT:
            take_fault(core, error);
            break;
        case WHY_YIELD:
            chip_yield(core);
            break;
        case WHY_SLICE:
            break;
    }
}

// From where it stands to the next stop.
static void run_on(struct core *core) {
    unsigned exception = nvic_next(core);
    if (exception != 0) {
        exception_enter(core, exception);
    }
    if (core->m->end >= 0) {
        return;
    }
    core->why = WHY_WFI;
    core->fault = NULL;
    uc_err error = uc_emu_start(core->uc, core->pc | 1, UNTIL, 0, 0);
    core->pc = core->why == WHY_SLICE ? core->stopped_at : core_reg(core, UC_ARM_REG_PC);
    chip_after_run(core, error);
    after_run(core, error);
}

// Until `limit` cycles, or something comes up that is not the core's own business.
void core_run(struct core *core, uint64_t limit) {
    systick_update(core);
    uint64_t deadline = systick_deadline(core);
    core->limit = deadline < limit ? deadline : limit;
    do {
        run_on(core);
    } while ((core->why == WHY_INTERRUPT || core->why == WHY_FAULT) && !core->sleeping
        && core->cycles < core->limit && core->m->end < 0 && core->m->reset_by < 0);
}
