/* Power, sleep, faults, and what a run tells of itself. */
#include "machine.h"

#include <inttypes.h>

const char *const sim_core_name[CORES] = {[CORE0] = "core 0", [CORE1] = "core 1"};

bool chip_init(struct machine *m) {
    for (int i = 0; i < CORES; i++) {
        m->core[i].scale = 1;
    }
    return memory_prepare(m);
}

// Core 0 is where the program begins; how the chip comes there from its flash is left out.
void chip_power_on(struct machine *m, const struct program *program) {
    struct core *core = &m->core[CORE0];
    bool handler = program->entry & 1; // or it is the table
    uint32_t table = handler || program->entry == 0 ? program->first : program->entry;
    uint32_t start[2] = {0, 0};
    if (table % VECTORS_ALIGNED != 0 || !memory_load(core, table, start, sizeof(start))) {
        sim_violation(core, "no vector table at 0x%08x", (unsigned)table);
        return;
    }
    core_open_at(core, table, start[0], handler ? program->entry : start[1]);
    rom_begin(m);
    rom_run(m);
}

void chip_reset(struct machine *m) {
    sim_violation(&m->core[m->reset_by], "SYSRESETREQ is not simulated");
}

int chip_cpu_model(const struct core *core) {
    (void)core;
    return CHIP_MAINLINE ? UC_CPU_ARM_CORTEX_M33 : UC_CPU_ARM_CORTEX_M0;
}

// ---- Before and after what runs ----

// Instructions that are looked for; the wide ones have WIDE first.
enum { SEV = 0xBF40, WFE = 0xBF20, WIDE = 0xF3AF, WIDE_SEV = 0x8004, WIDE_WFE = 0x8002 };

// Is it an instruction of Armv6-M?  Unicorn has these in a Cortex-M0 too.
static bool in_v6m(struct core *core, uint32_t first, uint32_t second) {
    enum { MSR = 0xF380, MRS = 0xF3EF, BASEPRI = 0x11, FAULTMASK = 0x13, CONTROL = 0x14 };
    bool it = (first & 0xFF00) == 0xBF00 && (first & 0xF) != 0;
    bool cbz = (first & 0xF500) == 0xB100;
    if (it || cbz) {
        return false;
    }
    uint32_t special = second & 0xFF;
    bool msr = (first & 0xFFF0) == MSR;
    if (msr && special == CONTROL && (core_reg(core, UC_ARM_REG_R0 + (int)(first & 0xF)) & 1)) {
        sim_violation(core, "unprivileged code is not simulated");
    }
    return !((msr || first == MRS) && special >= BASEPRI && special <= FAULTMASK);
}

// Unicorn has SEV as an instruction that does nothing, so it is known by its encoding.
static void on_insn(uc_engine *uc, uint64_t address, uint32_t size, void *user) {
    struct core *core = user;
    uint32_t at = (uint32_t)address - core->code_base;
    if (core->why != WHY_WFI || at >= core->code_size) {
        return; // Unicorn is to stop, and this is not executed
    }
    core->chip.insn = (uint32_t)address;
    uint32_t first = core->code[at] | (uint32_t)core->code[at + 1] << 8;
    uint32_t second = size == 4 ? core->code[at + 2] | (uint32_t)core->code[at + 3] << 8 : 0;
    if (first == WFE || (first == WIDE && second == WIDE_WFE)) {
        // Not executed: some versions of Unicorn show WFE, and others pass over it.
        core->why = WHY_YIELD;
        core->chip.after_wfe = (uint32_t)address + size;
        uc_emu_stop(uc);
    } else if (first == SEV || (first == WIDE && second == WIDE_SEV)) {
        core->m->chip.sevs++;
        sio_send_event(core->m);
    } else if (!CHIP_MAINLINE && first >= 0xB100 && !in_v6m(core, first, second)) {
        core->why = WHY_FAULT;
        core->fault = "undefined instruction, in Armv6-M";
        uc_emu_stop(uc);
    }
}

void chip_map(struct core *core) {
    uc_hook hook;
    memory_map(core);
    if (uc_hook_add(core->uc, &hook, UC_HOOK_CODE, (void *)on_insn, core, 1, 0) != UC_ERR_OK) {
        sim_violation(core, "Unicorn takes no hook");
    }
    sio_update_lines(core->m);
}

void chip_before_block(struct core *core) {
    memory_runs_code(core);
}

// The address and size of what an instruction of Armv6-M accesses, if it may be unaligned.
static bool access_of(struct core *core, uint32_t insn, uint32_t *address, uint32_t *size) {
    static const uint8_t sizes[8] = {4, 2, 1, 1, 4, 2, 1, 2}; // STR STRH STRB LDRSB LDR LDRH ...
    uint32_t n = core_reg(core, UC_ARM_REG_R0 + (int)(insn >> 3 & 7));
    switch (insn >> 12) {
        case 5: // a register as the offset
            *size = sizes[insn >> 9 & 7];
            *address = n + core_reg(core, UC_ARM_REG_R0 + (int)(insn >> 6 & 7));
            return true;
        case 6: // a word
            *size = 4;
            *address = n + (insn >> 6 & 31) * 4;
            return true;
        case 8: // half a word
            *size = 2;
            *address = n + (insn >> 6 & 31) * 2;
            return true;
        case 12: // LDM, STM
            *size = 4;
            *address = core_reg(core, UC_ARM_REG_R0 + (int)(insn >> 8 & 7));
            return true;
        default:
            return false;
    }
}

// Since Unicorn 2.1 an unaligned access on a Cortex-M0 is a data abort that no hook sees.
static void take_data_abort(struct core *core) {
    enum { DATA_ABORT = 4 };
    uint16_t insn = 0;
    uint32_t address;
    uint32_t size;
    if (CHIP_MAINLINE || core->why != WHY_INTERRUPT || core->interrupt != DATA_ABORT
        || !memory_load(core, core->chip.insn, &insn, sizeof(insn))
        || !access_of(core, insn, &address, &size) || address % size == 0) {
        return;
    }
    if (!chip_takes_faults(core)) {
        sim_violation(
            core, "unaligned access of %u bytes at 0x%08x", (unsigned)size, (unsigned)address);
    }
    core->why = WHY_FAULT;
    core->fault = "unaligned access";
}

// A fault is at the instruction, and that has done nothing.
void chip_after_run(struct core *core, uc_err error) {
    take_data_abort(core);
    if (core->chip.after_wfe != 0) {
        core->pc = core->chip.after_wfe;
        core->chip.after_wfe = 0;
    }
    bool fetch = error == UC_ERR_FETCH_UNMAPPED || error == UC_ERR_FETCH_PROT;
    if (core->chip.unaligned) {
        core->why = WHY_FAULT; // and not what Unicorn makes of it
        memory_undo(core);
    }
    if (core->why == WHY_FAULT) {
        core->pc = fetch ? core->nvic.bfar : core->chip.insn;
    }
}

void chip_after_slice(struct machine *m) {
    psm_after_slice(m);
    dma_run(m);
    rom_run(m);
}

// ---- Sleep ----

void chip_sleep(struct core *core) {
    core->chip.waits_for_event = false;
}

void chip_yield(struct core *core) {
    uint16_t insn[2] = {0, 0};
    bool wfe = memory_load(core, core->chip.insn, insn, sizeof(insn))
        && (insn[0] == WFE || (insn[0] == WIDE && insn[1] == WIDE_WFE));
    if (!wfe) {
        return;
    }
    if (core->event) {
        core->event = false;
    } else {
        core->sleeping = true;
        core->chip.waits_for_event = true;
        core->m->chip.sleeps++;
    }
}

// PRIMASK keeps an interrupt from ending WFE, and not from ending WFI.
bool chip_wakes(struct core *core) {
    if (!core->chip.waits_for_event) {
        return nvic_wakes(core);
    }
    if (core->event) {
        core->event = false;
        return true;
    }
    return nvic_next(core) != 0;
}

void chip_wake(struct core *core, uint64_t cycles) {
    (void)cycles;
    core->chip.waits_for_event = false;
}

bool chip_timer_stops(const struct core *core) {
    (void)core;
    return false;
}

// ---- Faults ----

bool chip_takes_faults(const struct core *core) {
    return core->id == CORE1 && core->m->options.chip.faults;
}

// Nothing gets it out but a reset, and nothing tells core 0.
void chip_lockup(struct core *core, const char *what) {
    fflush(stdout);
    fprintf(stderr, CHIP_SIM ": %s is locked up at 0x%08x: %s\n", sim_core_name[core->id],
        (unsigned)core->pc, what);
    core->m->chip.lockups++;
    core->chip.locked_up = true;
    core->running = false;
    core->sleeping = true;
}

// ---- What a run tells of itself ----

void chip_dump(struct machine *m) {
    const struct sio *sio = &m->chip.sio;
    for (unsigned i = 0; i < CORES; i++) {
        fprintf(stderr, "FIFO to %s: %u words, sticky %x, event %d%s\n", sim_core_name[i],
            sio->fifo[i].count, (unsigned)sio->sticky[i], m->core[i].event,
            m->core[i].chip.locked_up ? ", locked up" : "");
    }
    fprintf(stderr, "spinlocks %08x, FRCE_OFF %05x, core 1's boot ROM: state %u%s\n",
        (unsigned)sio->spinlocks, (unsigned)m->chip.off, (unsigned)m->chip.rom.state,
        m->chip.rom.asleep ? ", asleep" : "");
}

void chip_counters(const struct machine *m) {
    fprintf(m->stats,
        " core0 %" PRIu64 " core1 %" PRIu64 " words_core0 %" PRIu64 " words_core1 %" PRIu64
        " sev %" PRIu64 " wfe %" PRIu64 "\n",
        m->core[CORE0].insns, m->core[CORE1].insns, m->chip.words[CORE0], m->chip.words[CORE1],
        m->chip.sevs, m->chip.sleeps);
}

void chip_totals(const struct machine *m) {
    fprintf(m->stats, "core1 resets %u launches %u lockups %u\n", m->chip.core1_resets,
        m->chip.launches, m->chip.lockups);
}
