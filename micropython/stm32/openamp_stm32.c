/*
 * The module in MicroPython's stm32 port, for a chip with two cores: the doorbell's
 * interrupt, its priority, the MPU region, a sleep, and an alarm.
 */
#include "ports/stm32h7/stm32h7.h"

#include "micropython/areas.h"
#include "micropython/modopenamp.h"
#include "ports/stm32/irq.h"
#include "ports/stm32/mpu.h"
#include "shared/runtime/softtimer.h"

// Some versions of the stm32 port have a module of their own for the other core.  Its MPU
// region is used here; its priority, IRQ_PRI_HSEM (10 of 16), is no constant.
#ifndef MPU_REGION_OPENAMP
#define MPU_REGION_OPENAMP 15
#endif

// A board with other memory for images defines MICROPY_PY_OPENAMP_STM32_CONFIG and its own
// amp_stm32h7_config.
#ifndef MICROPY_PY_OPENAMP_STM32_CONFIG
static const struct amp_window windows[] = {AMP_STM32H7_WINDOWS};

const struct amp_stm32h7_config amp_stm32h7_config = {
    .mpu_region = MPU_REGION_OPENAMP,
    .interrupt_priority = 10 << (8 - __NVIC_PRIO_BITS),
    .windows = windows,
    .window_count = MP_ARRAY_SIZE(windows),
    .shared_len = 0xFC00,
};
#endif

// From the linker script.  A board that uses more of D2 SRAM or SRAM4, for example for DMA
// buffers, lists that in MICROPY_PY_OPENAMP_STM32_AREAS.
extern char _sdata[];
extern char _ebss[];
extern char _sstack[];
extern char _estack[];
#ifndef MICROPY_PY_OPENAMP_STM32_AREAS
#define MICROPY_PY_OPENAMP_STM32_AREAS
#endif

const openamp_area_t *openamp_areas(size_t *count) {
    // clang-format off
    static const openamp_area_t areas[] = {
        {_sdata, _ebss, "MicroPython's variables"},
        {_sstack, _estack, "MicroPython's stack"},
        MICROPY_PY_OPENAMP_STM32_AREAS // {begin, end, "what it is"},
    };
    // clang-format on
    *count = MP_ARRAY_SIZE(areas);
    return areas;
}

void HSEM1_IRQHandler(void);
void HSEM1_IRQHandler(void) {
    IRQ_ENTER(HSEM1_IRQn);
    amp_stm32h7_interrupt();
    IRQ_EXIT(HSEM1_IRQn);
}

// The alarm uses a soft timer of the stm32 port, which a soft reset does not stop.
static void alarm_rang(soft_timer_entry_t *self) {
    (void)self;
    openamp_alarm();
}

void openamp_stm32_alarm(unsigned long ms) {
    static soft_timer_entry_t alarm;
    if (alarm.c_callback == NULL) {
        soft_timer_static_init(&alarm, SOFT_TIMER_MODE_ONE_SHOT, 0, alarm_rang);
    }
    soft_timer_reinsert(&alarm, (uint32_t)ms);
}

// Sleep until an interrupt: SysTick comes after a millisecond at the latest.
void openamp_stm32_wait(const volatile bool *unless) {
    mp_uint_t before = disable_irq();
    if (!*unless && MP_STATE_VM(sched_state) != MP_SCHED_PENDING
        && MP_STATE_MAIN_THREAD(mp_pending_exception) == MP_OBJ_NULL) {
        __WFI();
    }
    enable_irq(before);
}
