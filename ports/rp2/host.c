/*
 * The host half, on core 0: the port of core 1.
 *
 * launch.c      reset and launch
 * host_life.c   start, stop, death
 * host_wait.c   sleep, for programs without an operating system
 */
#include "host.h"

#include "openamp/table.h"

_Static_assert(IRQ_CORE0 == AMP_RP2_INTERRUPT, "one number, in the header of programs as well");

struct rp2_core rp2_core;

static const struct amp_window windows[] = {
    {AMP_RP2_WINDOW_DA, AMP_RP2_SHARED_DA - AMP_RP2_WINDOW_DA,
        AMP_WINDOW_LOAD | AMP_WINDOW_RUN | AMP_WINDOW_SHARED | AMP_WINDOW_PIE},
    {AMP_RP2_TABLE_DA, AMP_RP2_TABLE_LEN, AMP_WINDOW_SHARED},
    {AMP_RP2_POOL_DA, AMP_RP2_POOL_LEN, AMP_WINDOW_LOAD | AMP_WINDOW_SHARED},
};

static const struct amp_default_table default_table = {
    .table_da = AMP_RP2_TABLE_DA,
    .vring_da = {AMP_DA_ANY, AMP_DA_ANY},
    .vring_align = AMP_RP2_VRING_ALIGN,
    .vring_num = AMP_RP2_VRING_NUM,
};

// ---- Doorbells ----

static void kick(void *ctx, uint32_t notify_id) {
    (void)ctx;
    (void)notify_id; // one doorbell for all vrings
    doorbell_kick();
}

// Only note the kick, and leave the interrupt disabled until the next poll.
void amp_rp2_interrupt(void) {
    doorbell_off(IRQ_CORE0);
    rp2_core.event = true;
    doorbell_call(&rp2_core.doorbell);
}

static void set_doorbell_cb(void *ctx, amp_doorbell_cb callback, void *arg) {
    (void)ctx;
    doorbell_set_cb(&rp2_core.doorbell, callback, arg, NULL);
}

static void doorbell_ack(void *ctx) {
    (void)ctx;
    doorbell_acknowledge();
    doorbell_on(IRQ_CORE0);
}

// ---- The port ----

static void *map(void *ctx, amp_da_t da, size_t len) {
    (void)ctx;
    return amp_port_allows(&rp2_port, da, len, 0) ? (void *)da : NULL;
}

static const struct amp_port_ops ops = {
    .kick = kick,
    .map = map,
    .set_doorbell_cb = set_doorbell_cb,
    .doorbell_ack = doorbell_ack,
    .core_prepare = rp2_core_prepare,
    .core_start = rp2_core_start,
    .core_stop = rp2_core_stop,
    .core_state = rp2_core_state,
    .core_registers = rp2_core_registers,
};

const struct amp_port rp2_port = {
    .ops = &ops,
    .ctx = &rp2_core,
    .windows = windows,
    .window_count = sizeof(windows) / sizeof(windows[0]),
    .shared_da = AMP_RP2_POOL_DA,
    .shared_len = AMP_RP2_POOL_LEN,
    .buffer_size = {512, 512},
    .elf_machine = AMP_EM_ARM,
    .default_table = &default_table,
    .pie = &amp_pie,
    .refused = {AMP_RP2_FLASH_DA, AMP_RP2_FLASH_LEN, "flash is off while it is written: use RAM"},
};

const struct amp_port *amp_platform_port(unsigned index) {
    return index == 0 ? &rp2_port : NULL;
}
