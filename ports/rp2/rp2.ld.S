/*
 * Where a program lies in memory.  This script goes through the preprocessor, so that the
 * addresses are those of board.h:
 *   firmware of core 1 (default): all in the window
 *   AMP_LINK_HOST: a host program in C, all in the RAM below the window
 *   AMP_LINK_PIE: a position-independent image, for a window of any size
 */
#define AMP_RP2_LINKER_SCRIPT
#include "board.h"

#ifdef AMP_LINK_PIE
#define FIRST .vectors
#define LINE 8
#define PIE_LEN (AMP_RP2_SHARED_DA - AMP_RP2_WINDOW_DA)
#include "../common/pie.ld.S"
#else

#if defined(AMP_LINK_HOST)
#define RAM_DA 0x20000000
#define RAM_END AMP_RP2_WINDOW_DA
#define ENTRY_POINT rp2_host_reset
#else
#define RAM_DA AMP_RP2_WINDOW_DA
#define RAM_END AMP_RP2_SHARED_DA
#define ENTRY_POINT amp_rp2_reset
#endif

#define TEXT ram
#define DATA ram
#define DATA_LOAD
#define TABLE ram :data
#define FIRST .vectors
#define MARK
#define LINE 8
#define STACK_TOP RAM_END
#define MORE

ENTRY(ENTRY_POINT)

MEMORY
{
    ram : ORIGIN = RAM_DA, LENGTH = RAM_END - RAM_DA
}

PHDRS
{
    text PT_LOAD FLAGS(5);
    data PT_LOAD FLAGS(6);
}

#include "../common/sections.ld.S"

#endif
