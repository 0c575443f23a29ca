#include "../common/config.h"

#define MICROPY_HW_BOARD_NAME "STM32H7-SIM"

// On boards of others a part of the heap lies in memory that images are loaded to.
#define MICROPY_GC_SPLIT_HEAP (1)
