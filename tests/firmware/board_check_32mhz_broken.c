/* The same, which does wrong what it can. */
#define BOARD_CHECK_BROKEN
#include "board_check_32mhz.c"
