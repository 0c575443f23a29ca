/*
 * The host half, on the Cortex-M7: the port of the Cortex-M4.
 *
 * host_life.c   boot, attach, notice death; a stop is a reset of the system
 * host_cache.c  the cache that the M4 does not see
 * host_wait.c   sleep, for programs without a system
 */
#include "host.h"

#include "openamp/error.h"

#include "regs.h"

struct stm32h7_core stm32h7_core;

__attribute__((weak)) const struct amp_stm32h7_config amp_stm32h7_config = {
    .mpu_region = 15,
    .interrupt_priority = 10 << 4,
    .shared_len = AMP_STM32H7_POOL_LEN,
    .clock_hz = 64000000,
};

// The last one is the SDRAM.  Images may lie in what rings and buffers leave of
// SRAM4; the core checks that.
static const struct amp_window windows[STM32H7_WINDOWS - 1] = {
    {AMP_STM32H7_FLASH_DA, AMP_STM32H7_FLASH_LEN, AMP_WINDOW_RUN},
    {AMP_STM32H7_D2_DA, AMP_STM32H7_D2_LEN, AMP_WINDOW_LOAD | AMP_WINDOW_RUN},
    {AMP_STM32H7_D2_ALIAS_DA, AMP_STM32H7_D2_LEN, AMP_WINDOW_LOAD | AMP_WINDOW_RUN},
    {AMP_STM32H7_TABLE_DA, AMP_STM32H7_TABLE_LEN, AMP_WINDOW_LOAD | AMP_WINDOW_SHARED},
    {AMP_STM32H7_POOL_DA, AMP_STM32H7_POOL_LEN, AMP_WINDOW_LOAD | AMP_WINDOW_SHARED},
};

static const struct amp_default_table default_table = {
    .table_da = AMP_STM32H7_TABLE_DA,
    .vring_da = {AMP_STM32H7_VRING0_DA, AMP_STM32H7_VRING1_DA},
    .vring_align = AMP_STM32H7_VRING_ALIGN,
    .vring_num = AMP_STM32H7_VRING_NUM,
    .buffer_base = AMP_STM32H7_POOL_DA,
};

// ---- Doorbells ----

static void notify(void *ctx, uint32_t notify_id) {
    (void)ctx;
    (void)notify_id; // one semaphore for all
    doorbell_ring(AMP_STM32H7_RING_M4, HSEM_ID_M7);
}

// What the M4 rings for from here on interrupts anew.
void amp_stm32h7_interrupt(void) {
    struct stm32h7_core *core = &stm32h7_core;
    HSEM_ICR(HSEM_SET_M7) = 1u << AMP_STM32H7_RING_M7;
    barrier();
    core->event = true;
    if (core->notified != NULL) {
        core->notified(core->arg);
    }
}

static void listen(void *ctx, amp_notified_t notified, void *arg) {
    struct stm32h7_core *core = ctx;
    uint32_t before = interrupts_off();
    core->notified = notified;
    core->arg = arg;
    interrupts_restore(before);
}

// ---- Memory ----

static void *map(void *ctx, amp_da_t da, size_t len) {
    struct stm32h7_core *core = ctx;
    const struct amp_window *sdram = &core->windows[STM32H7_WINDOWS - 1];
    if (!amp_port_allows(&core->port, da, len, 0)) {
        return NULL;
    }
    if (da - AMP_STM32H7_D2_ALIAS_DA < AMP_STM32H7_D2_LEN) {
        da += AMP_STM32H7_D2_DA - AMP_STM32H7_D2_ALIAS_DA;
    } else if (da - sdram->da < sdram->len) {
        da += (amp_da_t)amp_stm32h7_config.sdram - sdram->da;
    }
    return (void *)da;
}

// ---- The port ----

static const struct amp_port_ops ops = {
    .notify = notify,
    .map = map,
    .listen = listen,
    .core_prepare = stm32h7_core_prepare,
    .core_start = stm32h7_core_start,
    .core_stop = stm32h7_core_stop,
    .core_state = stm32h7_core_state,
    .cache_clean = stm32h7_cache_clean,
    .cache_invalidate = stm32h7_cache_invalidate,
};

static void describe(struct stm32h7_core *core) {
    const struct amp_stm32h7_config *config = &amp_stm32h7_config;
    core->port.ops = &ops;
    core->port.ctx = core;
    core->port.shared_da = AMP_STM32H7_POOL_DA;
    core->port.shared_len = config->shared_len;
    core->port.default_table = &default_table;
    core->port.windows = core->windows;
    core->port.window_count = STM32H7_WINDOWS;
    core->port.buffer_size = 512;
    core->port.elf_machine = 40; // EM_ARM
    core->port.stop_resets = true;
    core->port.cache_line = config->mpu_region == AMP_STM32H7_CACHED ? STM32H7_LINE : 0;
    for (unsigned i = 0; i < STM32H7_WINDOWS - 1; ++i) {
        core->windows[i] = windows[i];
    }
    core->windows[STM32H7_WINDOWS - 1] =
        (struct amp_window){config->sdram_da, config->sdram_len, AMP_WINDOW_LOAD | AMP_WINDOW_RUN};
}

static void set_up(const struct amp_stm32h7_config *config) {
    RCC_AHB2ENR |= RCC_AHB2ENR_SRAM123;
    RCC_AHB4ENR |= RCC_AHB4ENR_HSEM;
    RCC_APB4ENR |= RCC_APB4ENR_SYSCFG;
    (void)RCC_APB4ENR; // a clock runs when its bit can be read
    if (config->mpu_region >= 0) {
        stm32h7_cache_bypass((uint32_t)config->mpu_region);
    }
    HSEM_ICR(HSEM_SET_M7) = 1u << AMP_STM32H7_RING_M7;
    HSEM_IER(HSEM_SET_M7) |= 1u << AMP_STM32H7_RING_M7;
    NVIC_IPR(IRQ_HSEM1) = config->interrupt_priority;
    NVIC_ISER(IRQ_HSEM1) = NVIC_BIT(IRQ_HSEM1);
}

const struct amp_port *amp_platform_port(unsigned index) {
    struct stm32h7_core *core = &stm32h7_core;
    if (index != 0) {
        return NULL;
    }
    if (core->port.ops == NULL) {
        describe(core);
        set_up(&amp_stm32h7_config);
    }
    return &core->port;
}
