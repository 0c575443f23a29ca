/*
 * The host half, on the Cortex-M7: the port of the Cortex-M4.
 *
 * host_life.c   boot, notice death; a stop is a reset of the system
 * host_view.c   attach, and the registers at a fault
 * host_cache.c  the M7's data cache, which is not coherent with the M4
 * host_wait.c   sleep, for programs without an operating system
 */
#include "host.h"

#include "openamp/error.h"

#include "regs.h"

struct stm32h7_core stm32h7_core;

// Images may be loaded into the part of SRAM4 that rings and buffers leave free; loading
// checks that.
static const struct amp_window windows[] = {AMP_STM32H7_WINDOWS};

__attribute__((weak)) const struct amp_stm32h7_config amp_stm32h7_config = {
    .mpu_region = 15,
    .interrupt_priority = 10 << 4,
    .windows = windows,
    .window_count = sizeof(windows) / sizeof(windows[0]),
    .shared_len = AMP_STM32H7_POOL_LEN,
    .clock_hz = 64000000,
};

static const struct amp_default_table default_table = {
    .table_da = AMP_STM32H7_TABLE_DA,
    .vring_da = {AMP_STM32H7_VRING0_DA, AMP_STM32H7_VRING1_DA},
    .vring_align = AMP_STM32H7_VRING_ALIGN,
    .vring_num = AMP_STM32H7_VRING_NUM,
    .buffer_base = AMP_STM32H7_POOL_DA,
};

// ---- Doorbells ----

static void kick(void *ctx, uint32_t notify_id) {
    (void)ctx;
    (void)notify_id; // one semaphore for all vrings
    doorbell_kick(AMP_STM32H7_KICK_M4, HSEM_ID_M7);
}

// Acknowledge first, so that the M4's next kick interrupts again.
void amp_stm32h7_interrupt(void) {
    struct stm32h7_core *core = &stm32h7_core;
    HSEM_ICR(HSEM_SET_M7) = 1u << AMP_STM32H7_KICK_M7;
    barrier();
    core->event = true;
    doorbell_call(&core->doorbell);
}

static void set_doorbell_cb(void *ctx, amp_doorbell_cb callback, void *arg) {
    struct stm32h7_core *core = ctx;
    doorbell_set_cb(&core->doorbell, callback, arg, NULL);
}

// ---- Memory ----

static void *map(void *ctx, amp_da_t da, size_t len) {
    const struct stm32h7_core *core = ctx;
    if (!amp_port_allows(&core->port, da, len, 0)) {
        return NULL;
    }
    if (da >= AMP_STM32H7_SDRAM_DA) {
        da += amp_stm32h7_config.sdram_offset;
    } else if (da - AMP_STM32H7_D2_ALIAS_DA < AMP_STM32H7_D2_LEN) {
        da += AMP_STM32H7_D2_DA - AMP_STM32H7_D2_ALIAS_DA;
    }
    return (void *)da;
}

// ---- The port ----

static const struct amp_port_ops ops = {
    .kick = kick,
    .map = map,
    .set_doorbell_cb = set_doorbell_cb,
    .core_prepare = stm32h7_core_prepare,
    .core_start = stm32h7_core_start,
    .core_stop = stm32h7_core_stop,
    .core_state = stm32h7_core_state,
    .core_attach = stm32h7_core_attach,
    .core_registers = stm32h7_core_registers,
    .cache_clean = stm32h7_cache_clean,
    .cache_invalidate = stm32h7_cache_invalidate,
};

static void set_up(struct stm32h7_core *core) {
    const struct amp_stm32h7_config *config = &amp_stm32h7_config;
    RCC_AHB2ENR |= RCC_AHB2ENR_SRAM123;
    RCC_AHB4ENR |= RCC_AHB4ENR_HSEM;
    RCC_APB4ENR |= RCC_APB4ENR_SYSCFG;
    (void)RCC_APB4ENR; // a clock runs when its bit can be read
    core->port = (struct amp_port){
        .ops = &ops,
        .ctx = core,
        .windows = config->windows,
        .window_count = config->window_count,
        .shared_da = AMP_STM32H7_POOL_DA,
        .shared_len = config->shared_len,
        .buffer_size = {512, 512},
        .elf_machine = AMP_EM_ARM,
        .default_table = &default_table,
        .stop_resets = true,
    };
    if (config->mpu_region >= 0) {
        stm32h7_cache_bypass((uint32_t)config->mpu_region);
    } else if (config->mpu_region == AMP_STM32H7_CACHED) {
        core->port.cache_line = STM32H7_LINE;
    }
    HSEM_IER(HSEM_SET_M7) |= 1u << AMP_STM32H7_KICK_M7;
    NVIC_IPR(IRQ_HSEM1) = config->interrupt_priority;
    NVIC_ISER(IRQ_HSEM1) = NVIC_BIT(IRQ_HSEM1);
}

const struct amp_port *amp_platform_port(unsigned index) {
    struct stm32h7_core *core = &stm32h7_core;
    if (index != 0) {
        return NULL;
    }
    if (core->port.ops == NULL) {
        set_up(core);
    }
    return &core->port;
}
