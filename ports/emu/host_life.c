/* A core's start and stop, its doorbells, and the reason of its death. */
#include <stdio.h>
#include <string.h>

#include "openamp/error.h"

#include "host.h"

static uint32_t events;

uint32_t amp_emu_events(void) {
    return events;
}

// ---- Doorbells ----

void emu_call_doorbell_cb(struct emu_core *core) {
    ++events;
    if (core->doorbell_cb != NULL) {
        core->doorbell_cb(core->arg);
    }
}

void emu_kick(void *ctx, uint32_t notify_id) {
    struct emu_core *core = ctx;
    (void)notify_id; // one doorbell for all vrings
    if (core->lose_to_core > 0) {
        --core->lose_to_core;
        ++core->lost;
    } else {
        core->had_kick = true;
        ++core->kicks_to_core;
    }
    emu_note_step(core, true, AMP_EMU_RANG, 0, 0);
}

void emu_set_doorbell_cb(void *ctx, amp_doorbell_cb callback, void *arg) {
    struct emu_core *core = ctx;
    core->doorbell_cb = callback;
    core->arg = arg;
}

// ---- Life ----

int emu_core_start(void *ctx, amp_da_t entry) {
    struct emu_core *core = ctx;
    if (core->state == AMP_CORE_RUNNING || !core->powered) {
        return core->powered ? -AMP_EBUSY : -AMP_EIO;
    }
    // Zeros are empty memory: no program begins with them.
    const uint8_t *first = emu_map(core, entry & ~(amp_da_t)3, 4);
    if (first != NULL && memcmp(first, "\0\0\0", 4) == 0) {
        snprintf(core->reason, sizeof(core->reason), "nothing is in place there");
        return -AMP_ENOEXEC;
    }
    rv32_reset(&core->cpu, (uint32_t)entry);
    emu_set_windows(core);
    core->frozen = core->had_kick = core->waits = false;
    core->lose_to_core = core->lose_to_host = 0;
    core->dies_at = 0;
    core->reason[0] = '\0';
    core->state = AMP_CORE_RUNNING;
    return 0;
}

int emu_core_stop(void *ctx) {
    struct emu_core *core = ctx;
    core->state = AMP_CORE_STOPPED;
    core->reason[0] = '\0';
    return 0;
}

enum amp_core_state emu_core_state(void *ctx, const char **reason) {
    const struct emu_core *core = ctx;
    if (core->reason[0] != '\0') {
        *reason = core->reason;
    }
    return core->state;
}

static void die(struct emu_core *core, enum amp_core_state state) {
    core->state = state;
    emu_call_doorbell_cb(core);
}

// ---- The reason ----

// A fault of the instruction itself: which one, and where.
static bool describe_instruction(const struct rv32 *cpu, char *text, size_t size) {
    switch (cpu->stop) {
        case RV32_ILLEGAL:
            // MicroPython's own snprintf() knows no "*".
            snprintf(text, size,
                (cpu->instruction & 3U) == 3 ? "illegal instruction 0x%08x at pc 0x%08x"
                                             : "illegal instruction 0x%04x at pc 0x%08x",
                (unsigned)cpu->instruction, (unsigned)cpu->pc);
            return true;
        case RV32_BREAKPOINT:
            snprintf(text, size, "breakpoint at pc 0x%08x", (unsigned)cpu->pc);
            return true;
        case RV32_BAD_JUMP:
            if (cpu->jumped_to == cpu->pc) {
                snprintf(text, size, "jump to 0x%08x, no code is there, at pc 0x%08x",
                    (unsigned)cpu->address, (unsigned)cpu->jumped_from);
            } else {
                snprintf(text, size, "ran into 0x%08x, no code is there", (unsigned)cpu->address);
            }
            return true;
        default:
            return false;
    }
}

// A fault of a memory access: which kind, to which address, and by which instruction.
static void describe_access(const struct rv32 *cpu, char *text, size_t size) {
    bool store = cpu->stop == RV32_BAD_STORE || cpu->stop == RV32_MISALIGNED_STORE;
    bool bad = cpu->stop == RV32_BAD_STORE || cpu->stop == RV32_BAD_LOAD;
    snprintf(text, size, "%s %s 0x%08x%s, at pc 0x%08x", bad ? "bad" : "misaligned",
        store ? "store to" : "load from", (unsigned)cpu->address,
        bad ? ", outside the core's memory" : "", (unsigned)cpu->pc);
}

void emu_core_faulted(struct emu_core *core) {
    if (!describe_instruction(&core->cpu, core->reason, sizeof(core->reason))) {
        describe_access(&core->cpu, core->reason, sizeof(core->reason));
    }
    die(core, AMP_CORE_FAULTED);
}

void emu_core_exited(struct emu_core *core, int code) {
    snprintf(core->reason, sizeof(core->reason), "exit %d", code);
    die(core, AMP_CORE_EXITED);
}

void emu_core_killed(struct emu_core *core) {
    snprintf(core->reason, sizeof(core->reason), "killed from outside at pc 0x%08x",
        (unsigned)core->cpu.pc);
    die(core, AMP_CORE_FAULTED);
}

// ---- Faults on demand, and what a core is doing ----

static struct emu_core *running(unsigned index) {
    bool runs = index < AMP_EMU_CORES && emu_cores[index].state == AMP_CORE_RUNNING;
    return runs ? &emu_cores[index] : NULL;
}

int amp_emu_kill(unsigned index, uint32_t after) {
    struct emu_core *core = running(index);
    if (core == NULL) {
        return -AMP_ENODEV;
    }
    if (after == 0) {
        emu_core_killed(core);
    } else {
        core->dies_at = core->cpu.instructions + after;
    }
    return 0;
}

int amp_emu_freeze(unsigned index, bool freeze) {
    struct emu_core *core = running(index);
    if (core == NULL) {
        return -AMP_ENODEV;
    }
    core->frozen = freeze;
    return 0;
}

void amp_emu_lose_kicks(unsigned index, bool to_core, unsigned count) {
    if (index < AMP_EMU_CORES) {
        *(to_core ? &emu_cores[index].lose_to_core : &emu_cores[index].lose_to_host) = count;
    }
}

void amp_emu_ring_host(unsigned index) {
    if (index < AMP_EMU_CORES) {
        emu_call_doorbell_cb(&emu_cores[index]);
    }
}

static enum amp_emu_activity activity(const struct emu_core *core) {
    switch (core->state) {
        case AMP_CORE_STOPPED:
            return AMP_EMU_OFF;
        case AMP_CORE_RUNNING:
            return core->frozen ? AMP_EMU_FROZEN : core->waits ? AMP_EMU_WAITS : AMP_EMU_WORKS;
        default:
            return AMP_EMU_DEAD;
    }
}

int amp_emu_look(unsigned index, struct amp_emu_view *view) {
    if (index >= AMP_EMU_CORES) {
        return -AMP_ENODEV;
    }
    const struct emu_core *core = &emu_cores[index];
    *view = (struct amp_emu_view){
        .activity = activity(core),
        .reason = core->reason,
        .pc = core->cpu.pc,
        .instructions = core->cpu.instructions,
        .kicks_to_core = core->kicks_to_core,
        .kicks_to_host = core->kicks_to_host,
        .lost = core->lost,
        .dying = core->state == AMP_CORE_RUNNING && core->dies_at != 0,
        .powered = core->powered,
    };
    memcpy(view->x, core->cpu.x, sizeof(view->x));
    return 0;
}

// The order of elf_gregset_t: pc, then x1 to x31.
bool emu_core_registers(void *ctx, void *registers, size_t len) {
    const struct emu_core *core = ctx;
    const size_t pc_len = sizeof(core->cpu.pc);
    const size_t x_len = sizeof(core->cpu.x) - sizeof(core->cpu.x[0]);
    if (len < pc_len) {
        return false;
    }
    size_t rest = len - pc_len;
    memcpy(registers, &core->cpu.pc, pc_len);
    memcpy((uint8_t *)registers + pc_len, core->cpu.x + 1, rest < x_len ? rest : x_len);
    return true;
}
