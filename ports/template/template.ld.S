/*
 * Where firmware lies in memory; this script goes through the preprocessor.  The
 * addresses are those of board.h.
 *   firmware to load (default): text in code RAM, the rest in data RAM
 *   AMP_LINK_IN_FLASH: firmware in flash; the reset code copies the data, the
 *   host copies the resource table
 */
#define AMP_LINKER_SCRIPT
#include "board.h"
#include "openamp/table_mark.h"

#ifdef AMP_LINK_IN_FLASH
#define TEXT flash
#define DATA_LOAD AT > flash
#define TABLE table AT > flash :table
#else
#define TEXT code
#define DATA_LOAD
#define TABLE data :data
#endif
#define DATA data
#define MARK AMP_TABLE_MARK
#define FIRST .vectors
#define LINE 16
#define STACK_TOP (ORIGIN(data) + LENGTH(data))
#define MORE

ENTRY(template_reset)

MEMORY
{
    flash : ORIGIN = AMP_TEMPLATE_FLASH_DA, LENGTH = AMP_TEMPLATE_FLASH_LEN
    code : ORIGIN = AMP_TEMPLATE_CODE_DA, LENGTH = AMP_TEMPLATE_CODE_LEN
    data : ORIGIN = AMP_TEMPLATE_DATA_DA, LENGTH = AMP_TEMPLATE_DATA_LEN
    table : ORIGIN = AMP_TEMPLATE_SHARED_DA, LENGTH = AMP_TEMPLATE_TABLE_LEN
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
