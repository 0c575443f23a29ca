/*
 * The host half: the ports of the simulated cores.
 *
 * host_memory.c  the board's memory, and addresses
 * host_life.c    a core is a process: start it, stop it, notice its death
 * host_process.c signals to that process, how it ended, and fork() of the host
 * host_signal.c  the doorbell as an interrupt
 * host_fault.c   faults on demand
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "openamp/error.h"

#include "host.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sim.h"

#if defined(__x86_64__)
#define ELF_MACHINE AMP_EM_X86_64
#elif defined(__aarch64__)
#define ELF_MACHINE AMP_EM_AARCH64
#endif

struct sim_core sim_cores[AMP_SIM_CORES];
struct sim_core *sim_cores_end = sim_cores;

// An image's resource table may lie in data RAM, and so may the rings of an image that
// fixes their addresses.  Nothing is loaded into shared RAM, because the host places rings
// there.
static const struct amp_window windows[] = {
    {AMP_SIM_CODE_DA, AMP_SIM_CODE_LEN, AMP_WINDOW_LOAD | AMP_WINDOW_RUN | AMP_WINDOW_PIE},
    {AMP_SIM_DATA_DA, AMP_SIM_DATA_LEN, AMP_WINDOW_LOAD | AMP_WINDOW_SHARED},
    {AMP_SIM_SHARED_DA, AMP_SIM_SHARED_LEN, AMP_WINDOW_SHARED},
    {AMP_SIM_FLASH_DA, AMP_SIM_FLASH_LEN, AMP_WINDOW_RUN},
};

static const struct amp_default_table default_table = {
    .table_da = AMP_SIM_TABLE_DA,
    .vring_da = {AMP_SIM_VRING0_DA, AMP_SIM_VRING1_DA},
    .vring_align = AMP_SIM_VRING_ALIGN,
    .vring_num = AMP_SIM_VRING_NUM,
};

// The doorbell, host to core.  The core stores core_sleeps before it reads to_core a last
// time, and the host stores to_core before it reads core_sleeps; so at least one of the two
// sees the other's store (both are sequentially consistent; the partner is
// amp_remote_wait()).  If bits were set already, the call that set them wakes the core.
void sim_wake_core(struct sim_core *core, uint32_t bits) {
    volatile struct amp_sim_mailbox *box = core->mailbox;
    uint32_t before = __atomic_fetch_or(&box->to_core, bits, __ATOMIC_SEQ_CST);
    if (before == 0 && __atomic_load_n(&box->core_sleeps, __ATOMIC_SEQ_CST)) {
        syscall(SYS_futex, &box->to_core, FUTEX_WAKE, 1, NULL, NULL, 0);
    }
}

static void kick(void *ctx, uint32_t notify_id) {
    sim_wake_core(ctx, UINT32_C(1) << (notify_id & 31));
}

// clang-format off
#define OPS(kick_op) \
    { \
        .kick = (kick_op), \
        .map = sim_map, \
        .set_doorbell_cb = sim_set_doorbell_cb, \
        .doorbell_ack = sim_doorbell_ack, \
        .core_prepare = sim_core_prepare, \
        .core_start = sim_core_start, \
        .core_stop = sim_core_stop, \
        .core_state = sim_core_state, \
        .core_release = sim_core_release, \
        .core_registers = sim_core_registers, \
    }
// clang-format on

static const struct amp_port_ops ops = OPS(kick);
static const struct amp_port_ops faulty_ops = OPS(sim_fault_kick);

static const struct amp_port_ops *current_ops(void) {
    return sim_fault_is_on() ? &faulty_ops : &ops;
}

// The operations of a core that could not be set up: core_stop() and core_prepare(), which
// a host calls first, try again.  Nothing else is called before these have succeeded.
static int set_up(struct sim_core *core);

static int stop_unready(void *ctx) {
    return set_up(ctx);
}

static int prepare_unready(void *ctx, bool load) {
    (void)load;
    return set_up(ctx);
}

static enum amp_core_state state_unready(void *ctx, const char **reason) {
    const struct sim_core *core = ctx;
    *reason = core->reason[0] != 0 ? core->reason : NULL;
    return AMP_CORE_STOPPED;
}

static void *map_unready(void *ctx, amp_da_t da, size_t len) {
    (void)ctx;
    (void)da;
    (void)len;
    return NULL;
}

static const struct amp_port_ops unready_ops = {
    .kick = kick,
    .map = map_unready,
    .set_doorbell_cb = sim_set_doorbell_cb,
    .core_prepare = prepare_unready,
    .core_start = sim_core_start,
    .core_stop = stop_unready,
    .core_state = state_unready,
};

static int set_up(struct sim_core *core) {
    core->reason[0] = 0;
    int error = sim_process_set_up() != 0 ? -AMP_EIO : sim_core_prepare(core, false);
    if (error != 0) {
        return error;
    }
    if (core >= sim_cores_end) {
        sim_cores_end = core + 1;
    }
    sim_signal_install();
    if (sim_fault_environment() != 0) {
        return -AMP_EIO;
    }
    core->port.ops = current_ops();
    return 0;
}

void sim_set_faulty(bool faulty) {
    for (unsigned i = 0; i < AMP_SIM_CORES; i++) {
        if (sim_cores[i].port.ops != NULL && sim_cores[i].port.ops != &unready_ops) {
            sim_cores[i].port.ops = current_ops();
        }
    }
    sim_signal_set_faulty(faulty);
}

const struct amp_port *amp_platform_port(unsigned index) {
    if (index >= AMP_SIM_CORES) {
        return NULL;
    }
    struct sim_core *core = &sim_cores[index];
    if (core->port.ops == NULL) {
        core->index = index;
        core->memory = -1;
        core->status = -1;
        core->pidfd = -1;
        core->port = (struct amp_port){
            .ops = &unready_ops,
            .ctx = core,
            .windows = windows,
            .window_count = sizeof(windows) / sizeof(windows[0]),
            .shared_da = AMP_SIM_POOL_DA,
            .shared_len = AMP_SIM_POOL_LEN,
            .buffer_size = {512, 512},
            .elf_machine = ELF_MACHINE,
            .default_table = &default_table,
            .pie = &amp_pie,
        };
        (void)set_up(core); // core_stop() tries again, and returns the error
    }
    return &core->port;
}

int amp_sim_pid(unsigned core) {
    return core < AMP_SIM_CORES ? (int)sim_cores[core].pid : 0;
}
