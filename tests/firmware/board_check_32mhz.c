/* firmware/board_check for the simulated STM32H7, whose M4 has half of the M7's clock out of reset. */
#include "firmware/board_check/main.c"

extern uint32_t amp_stm32h7_m4_hz;
uint32_t amp_stm32h7_m4_hz = 32000000;
