#include "../common/config.h"

#define MICROPY_HW_BOARD_NAME "MPS2-AN521"
