/* The functions of remote.c that start.c uses. */
#ifndef AMP_STM32H7_REMOTE_START_H
#define AMP_STM32H7_REMOTE_START_H

#include <stdint.h>

// Handlers of the interrupts.
void amp_stm32h7_doorbell_interrupt(void); // 126
void amp_stm32h7_tick_interrupt(void); // SysTick

// Prepare doorbell, clock and control block, before main().
void amp_stm32h7_begin(void);

// Report the fault to the host, and stop.
__attribute__((noreturn)) void amp_stm32h7_faulted(
    const uint32_t *frame, uint32_t exception, uint32_t exc_return);

#endif // AMP_STM32H7_REMOTE_START_H
