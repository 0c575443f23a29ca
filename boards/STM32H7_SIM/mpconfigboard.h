#include "../common/config.h"

#define MICROPY_HW_BOARD_NAME "STM32H7-SIM"

// On some boards a part of the heap lies in memory to which images are loaded.
#define MICROPY_GC_SPLIT_HEAP (1)
