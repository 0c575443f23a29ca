/*
 * As much of the vendor's headers as the stm32 port's own headers need to be
 * read: MicroPython's source package comes without the HAL.
 */
#ifndef STM32H7XX_HAL_H
#define STM32H7XX_HAL_H

#include <stdint.h>

typedef enum {
    NonMaskableInt_IRQn = -14,
    HardFault_IRQn = -13,
    SVCall_IRQn = -5,
    PendSV_IRQn = -2,
    SysTick_IRQn = -1,
    HSEM1_IRQn = 125,
} IRQn_Type;

#define __CM7_REV 0x0101U
#define __MPU_PRESENT 1
#define __NVIC_PRIO_BITS 4
#define __FPU_PRESENT 1
#define __ICACHE_PRESENT 1
#define __DCACHE_PRESENT 1
#include "core_cm7.h"

#define NVIC_PRIORITYGROUP_4 3U
#define MPU_REGION_NUMBER8 8
#define MPU_REGION_NUMBER15 15
enum { MPU_PRIVILEGED_DEFAULT = 4 };

typedef enum { HAL_OK } HAL_StatusTypeDef;
enum { GPIO_MODE_IT_FALLING, GPIO_MODE_IT_RISING };
typedef struct {
    volatile uint32_t MODER;
    volatile uint32_t BSRR;
    volatile uint32_t IDR;
    volatile uint32_t ODR;
} GPIO_TypeDef;

#endif // STM32H7XX_HAL_H
