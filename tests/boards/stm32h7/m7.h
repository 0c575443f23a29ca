/* What host programs in C on the M7 share, beside tests/boards/common/host.h. */
#ifndef TESTS_STM32H7_M7_H
#define TESTS_STM32H7_M7_H

#include <stdbool.h>
#include <stdint.h>

#include "ports/stm32h7/board.h"
#include "ports/stm32h7/stm32h7.h"
#include "tests/boards/common/host.h"

// More images, behind those of tests/boards/common/host.h.
enum { IMAGE_FIELD = 3, IMAGE_FLASH, IMAGE_WAKE };

// How many resets of the system there were since power-on.
uint32_t m7_resets(void);

#endif // TESTS_STM32H7_M7_H
