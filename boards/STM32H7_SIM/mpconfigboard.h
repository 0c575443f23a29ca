#include "../common/config.h"

#define MICROPY_HW_BOARD_NAME "STM32H7-SIM"
