/*
 * Where firmware lies in memory; this script goes through the preprocessor.  Take the
 * addresses from the chip's memory map.
 *   firmware to load (default): text in code RAM, the rest in data RAM
 *   AMP_LINK_IN_FLASH: firmware in flash; the reset code copies the data, the
 *   host copies the resource table
 */
#define AMP_LINKER_SCRIPT
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
    flash : ORIGIN = 0x08100000, LENGTH = 0x100000
    code : ORIGIN = 0x10000000, LENGTH = 0x20000
    data : ORIGIN = 0x10020000, LENGTH = 0x20000
    table : ORIGIN = 0x20000000, LENGTH = 0x1000
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
