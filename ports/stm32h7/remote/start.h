/* What start.c and remote.c say to each other. */
#ifndef AMP_STM32H7_REMOTE_START_H
#define AMP_STM32H7_REMOTE_START_H

#include <stdint.h>

// remote.c: the interrupts.
void amp_stm32h7_doorbell_interrupt(void); // 126
void amp_stm32h7_tick_interrupt(void); // SysTick

// remote.c: before main().
void amp_stm32h7_begin(void);

// remote.c: tell the host and stop.
__attribute__((noreturn)) void amp_stm32h7_faulted(
    const uint32_t *frame, uint32_t exception, uint32_t exc_return);

#endif // AMP_STM32H7_REMOTE_START_H
