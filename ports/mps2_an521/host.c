/*
 * The host half, on core 0: the port of core 1.
 *
 * monitor.c    the program of core 1 while it runs no firmware
 * host_life.c  start, stop, notice death
 * host_wait.c  sleep
 */
#include "host.h"

#include "openamp/error.h"

#include "regs.h"

struct an521_core an521_core;

// Nothing is loaded into shared RAM, because the host places rings there.
static const struct amp_window windows[] = {
    {AMP_AN521_CODE_DA, AMP_AN521_CODE_LEN, AMP_WINDOW_LOAD | AMP_WINDOW_RUN},
    {AMP_AN521_DATA_DA, AMP_AN521_DATA_LEN, AMP_WINDOW_LOAD | AMP_WINDOW_SHARED},
    {AMP_AN521_SHARED_DA, AMP_AN521_SHARED_LEN, AMP_WINDOW_SHARED},
    {AMP_AN521_FLASH_DA, AMP_AN521_FLASH_LEN, AMP_WINDOW_RUN},
};

static const struct amp_default_table default_table = {
    .table_da = AMP_AN521_TABLE_DA,
    .vring_da = {AMP_AN521_VRING0_DA, AMP_AN521_VRING1_DA},
    .vring_align = AMP_AN521_VRING_ALIGN,
    .vring_num = AMP_AN521_VRING_NUM,
};

// ---- Doorbells ----

static void kick(void *ctx, uint32_t notify_id) {
    (void)ctx;
    (void)notify_id; // one bit for all vrings
    wait_for_stores();
    MHU_SET(MHU0, 1) = 1;
}

// Acknowledge first, so that the next kick of the other core interrupts again.
void amp_an521_interrupt(void) {
    struct an521_core *core = &an521_core;
    MHU_CLR(MHU0, 0) = 15;
    MHU_CLR(MHU1, 0) = 15;
    wait_for_stores();
    core->event = true;
    doorbell_call(&core->doorbell);
}

static void set_doorbell_cb(void *ctx, amp_doorbell_cb callback, void *arg) {
    struct an521_core *core = ctx;
    doorbell_set_cb(&core->doorbell, callback, arg, NULL);
}

// ---- Memory ----

static void *map(void *ctx, amp_da_t da, size_t len) {
    (void)ctx;
    return amp_port_allows(&an521_port, da, len, 0) ? (void *)da : NULL;
}

// ---- The port ----

static const struct amp_port_ops ops = {
    .kick = kick,
    .map = map,
    .set_doorbell_cb = set_doorbell_cb,
    .core_start = an521_core_start,
    .core_stop = an521_core_stop,
    .core_state = an521_core_state,
    .core_registers = an521_core_registers,
};

const struct amp_port an521_port = {
    .ops = &ops,
    .ctx = &an521_core,
    .windows = windows,
    .window_count = sizeof(windows) / sizeof(windows[0]),
    .shared_da = AMP_AN521_POOL_DA,
    .shared_len = AMP_AN521_POOL_LEN,
    .buffer_size = {512, 512},
    .elf_machine = AMP_EM_ARM,
    .default_table = &default_table,
};

const struct amp_port *amp_platform_port(unsigned index) {
    if (index != 0) {
        return NULL;
    }
    if (CPUWAIT != 0) {
        NVIC_ISER(0) = NVIC_BIT(IRQ_MHU0) | NVIC_BIT(IRQ_MHU1);
        an521_release();
    }
    return &an521_port;
}
