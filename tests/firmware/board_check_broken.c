/* firmware/board_check, which does wrong what it can. */
#define BOARD_CHECK_BROKEN
#include "firmware/board_check/main.c"
