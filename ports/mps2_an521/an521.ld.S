/*
 * Where a program in C lies in memory.  This script goes through the preprocessor, so
 * that the addresses are those of board.h:
 *   firmware to load (default): text in code RAM, the rest in data RAM
 *   AMP_LINK_IN_FLASH: firmware in flash; the reset code copies the data, the
 *   host copies the resource table
 *   AMP_LINK_HOST: a host program, all in SSRAM1
 *   AMP_LINK_PIE: a position-independent image, for code RAM
 */
#define AMP_AN521_LINKER_SCRIPT
#define AMP_LINKER_SCRIPT
#include "board.h"
#include "openamp/table_mark.h"

#ifdef AMP_LINK_PIE
#define FIRST .vectors
#define LINE 16
#define PIE_LEN AMP_AN521_CODE_LEN
#include "../common/pie.ld.S"
#else

#if defined(AMP_LINK_HOST)
#define TEXT host
#define DATA_LOAD
#define MARK
#define DATA host
#define TABLE host :data
#define DATA_END (AMP_AN521_HOST_DA + AMP_AN521_HOST_LEN)
#elif defined(AMP_LINK_IN_FLASH)
#define TEXT flash
#define DATA_LOAD AT > flash
#define MARK AMP_TABLE_MARK
#define DATA data
#define TABLE table AT > flash :table
#define DATA_END (AMP_AN521_DATA_DA + AMP_AN521_DATA_LEN)
#else
#define TEXT code
#define DATA_LOAD
#define MARK AMP_TABLE_MARK
#define DATA data
#define TABLE data :data
#define DATA_END (AMP_AN521_DATA_DA + AMP_AN521_DATA_LEN)
#endif

/* The vector table first: the port looks for it there. */
#define FIRST .vectors
#define LINE 16
#define STACK_TOP DATA_END
#define MORE

ENTRY(amp_an521_reset)

MEMORY
{
    host : ORIGIN = AMP_AN521_HOST_DA, LENGTH = AMP_AN521_HOST_LEN
    flash : ORIGIN = AMP_AN521_FLASH_DA, LENGTH = AMP_AN521_FLASH_LEN
    code : ORIGIN = AMP_AN521_CODE_DA, LENGTH = AMP_AN521_CODE_LEN
    data : ORIGIN = AMP_AN521_DATA_DA, LENGTH = AMP_AN521_DATA_LEN
    table : ORIGIN = AMP_AN521_TABLE_DA, LENGTH = AMP_AN521_TABLE_LEN
}

PHDRS
{
    text PT_LOAD FLAGS(5);
#ifdef AMP_LINK_IN_FLASH
    table PT_LOAD FLAGS(6);
#endif
    data PT_LOAD FLAGS(6);
}

#include "../common/sections.ld.S"

#endif
