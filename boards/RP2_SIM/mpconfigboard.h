#include "../common/config.h"

#define MICROPY_HW_BOARD_NAME "RP2-SIM"
