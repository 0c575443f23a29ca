/*
 * Slices of time for the cores, and the machine calls of firmware (board.h).
 *
 * There is one thread.  A core runs while the host is in amp_emu_run(), so each side
 * sees all that the other stored before, and a flag serves as the doorbell.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE // clock_gettime(), also with -std=c99
#endif

#include <time.h>

#include "host.h"

enum { A0 = 10, A1 = 11, A7 = 17 };

static amp_emu_watcher_t watcher;
// Inside amp_emu_run() or a watcher: a nested amp_emu_run() runs no core.
static bool busy;

void amp_emu_watch(amp_emu_watcher_t new_watcher) {
    watcher = new_watcher;
}

bool amp_emu_is_watched(void) {
    return watcher != NULL;
}

void emu_note_step(const struct emu_core *core, bool by_host, enum amp_emu_act act,
    uint32_t address, uint32_t len) {
    if (watcher != NULL) {
        struct amp_emu_step step = {by_host, act, address, len};
        bool before = busy;
        busy = true;
        watcher((unsigned)(core - emu_cores), &step);
        busy = before;
    }
}

void amp_emu_host_stored(const volatile void *at, size_t len) {
    static const uint32_t da[] = {[EMU_DATA] = AMP_EMU_DATA_DA, [EMU_SHARED] = AMP_EMU_SHARED_DA};
    static const uint32_t size[] = {
        [EMU_DATA] = AMP_EMU_DATA_LEN, [EMU_SHARED] = AMP_EMU_SHARED_LEN};
    for (unsigned i = 0; i < AMP_EMU_CORES && watcher != NULL; i++) {
        for (unsigned window = EMU_DATA; window <= EMU_SHARED; window++) {
            uintptr_t offset = (uintptr_t)at - (uintptr_t)emu_cores[i].va[window];
            if (emu_cores[i].va[window] != NULL && offset < size[window]) {
                emu_note_step(&emu_cores[i], true, AMP_EMU_STORED, da[window] + (uint32_t)offset,
                    (uint32_t)len);
            }
        }
    }
}

uint64_t emu_now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000U + (uint64_t)now.tv_nsec / 1000U;
}

// ---- Machine calls ----

static void kick_host(struct emu_core *core) {
    if (core->lose_to_host > 0) {
        --core->lose_to_host;
        ++core->lost;
    } else {
        ++core->kicks_to_host;
        emu_call_doorbell_cb(core);
    }
    emu_note_step(core, false, AMP_EMU_RANG, 0, 0);
}

static void begin_wait(struct emu_core *core) {
    uint32_t timeout_us = core->cpu.x[A0];
    core->waits = true;
    core->wake_us = timeout_us == UINT32_MAX ? AMP_EMU_ASLEEP : emu_now_us() + timeout_us;
    if (!core->had_kick && timeout_us != 0) {
        emu_note_step(core, false, AMP_EMU_SLEEPS, 0, 0);
    }
}

// Can the core go on?  If so, this ends its wait.
static bool is_awake(struct emu_core *core) {
    if (core->state != AMP_CORE_RUNNING || core->frozen) {
        return false;
    }
    if (!core->waits) {
        return true;
    }
    if (!core->had_kick && (core->wake_us == AMP_EMU_ASLEEP || emu_now_us() < core->wake_us)) {
        return false;
    }
    core->waits = false;
    core->cpu.x[A0] = core->had_kick ? 1 : 0;
    if (core->had_kick) {
        emu_note_step(core, false, AMP_EMU_WOKE, 0, 0);
    }
    core->had_kick = false;
    return true;
}

// Carry out a machine call.  False: the core's slice of time ends here.
static bool handle_ecall(struct emu_core *core) {
    switch (core->cpu.x[A7]) {
        case AMP_EMU_EXIT:
            emu_core_exited(core, (int)core->cpu.x[A0]);
            return false;
        case AMP_EMU_KICK:
            kick_host(core);
            return false;
        case AMP_EMU_WAIT:
            begin_wait(core);
            return is_awake(core);
        case AMP_EMU_TIME: {
            uint64_t now = emu_now_us();
            core->cpu.x[A0] = (uint32_t)now;
            core->cpu.x[A1] = (uint32_t)(now >> 32);
            return true;
        }
        default:
            core->cpu.stop = RV32_ILLEGAL;
            core->cpu.pc -= 4;
            core->cpu.instruction = 0x73;
            return false;
    }
}

// ---- Slices ----

// Run one instruction, then tell the watcher what it stored.
static void run_one_watched(struct emu_core *core) {
    core->cpu.stored_len = 0;
    rv32_run(&core->cpu, 1);
    uint32_t at = core->cpu.stored_at;
    if (core->cpu.stored_len != 0 && at >= AMP_EMU_DATA_DA) {
        emu_note_step(core, false, AMP_EMU_STORED, at, core->cpu.stored_len);
    }
}

static void run_core(struct emu_core *core, uint32_t instructions) {
    uint64_t end = core->cpu.instructions + instructions;
    if (core->dies_at != 0 && core->dies_at < end) {
        end = core->dies_at;
    }
    bool go_on = is_awake(core);
    while (go_on && core->cpu.instructions < end) {
        if (watcher != NULL) {
            run_one_watched(core);
        } else {
            rv32_run(&core->cpu, (uint32_t)(end - core->cpu.instructions));
        }
        if (core->cpu.stop == RV32_ECALL) {
            go_on = handle_ecall(core);
        }
        if (core->cpu.stop > RV32_ECALL) {
            emu_core_faulted(core);
            go_on = false;
        }
        go_on = go_on && core->state == AMP_CORE_RUNNING;
    }
    if (core->dies_at != 0 && core->cpu.instructions >= core->dies_at
        && core->state == AMP_CORE_RUNNING) {
        emu_core_killed(core);
    }
}

static uint64_t until_wake(const struct emu_core *core, uint64_t now) {
    if (core->state != AMP_CORE_RUNNING || core->frozen) {
        return AMP_EMU_ASLEEP;
    }
    if (!core->waits || core->had_kick) {
        return 0;
    }
    if (core->wake_us == AMP_EMU_ASLEEP) {
        return AMP_EMU_ASLEEP;
    }
    return core->wake_us > now ? core->wake_us - now : 0;
}

uint64_t amp_emu_run(uint32_t instructions) {
    uint64_t least = AMP_EMU_ASLEEP;
    if (busy) {
        return 0;
    }
    busy = true;
    for (unsigned i = 0; i < AMP_EMU_CORES; i++) {
        if (emu_cores[i].state == AMP_CORE_RUNNING) {
            run_core(&emu_cores[i], instructions);
        }
    }
    for (unsigned i = 0; i < AMP_EMU_CORES; i++) {
        // The clock is read only if a core waits with a timeout.
        bool timed = emu_cores[i].waits && emu_cores[i].wake_us != AMP_EMU_ASLEEP;
        uint64_t wake = until_wake(&emu_cores[i], timed ? emu_now_us() : 0);
        least = wake < least ? wake : least;
    }
    busy = false;
    return least;
}
