/*
 * Where firmware lies on the emulated board.  Run through the preprocessor,
 * so that the addresses are those of board.h:
 *   an image to load (default): text in code RAM, the rest in data RAM
 *   AMP_LINK_IN_FLASH: text in flash; the reset code copies the data, the host
 *   copies the resource table
 *   AMP_LINK_PIE: a position-independent image, for code RAM
 */
#define AMP_EMU_LINKER_SCRIPT
#define AMP_LINKER_SCRIPT
#include "../board.h"
#include "openamp/table_mark.h"

#ifdef AMP_LINK_PIE
#define FIRST .start
#define LINE 16
#define PIE_LEN AMP_EMU_CODE_LEN
#include "../../common/pie.ld.S"
#else

#ifdef AMP_LINK_IN_FLASH
#define TEXT flash
#define DATA_LOAD AT > flash
#define MARK AMP_TABLE_MARK
#define TABLE table AT > flash :table
#else
#define TEXT code
#define DATA_LOAD
#define MARK
#define TABLE data :data
#endif

/* The reset code first: a flash image is entered at its first byte. */
#define FIRST .start
#define DATA data
#define LINE 16
#define STACK_TOP (AMP_EMU_DATA_DA + AMP_EMU_DATA_LEN)
#define MORE

ENTRY(_start)

MEMORY
{
    flash : ORIGIN = AMP_EMU_FLASH_DA, LENGTH = AMP_EMU_FLASH_LEN
    code : ORIGIN = AMP_EMU_CODE_DA, LENGTH = AMP_EMU_CODE_LEN
    data : ORIGIN = AMP_EMU_DATA_DA, LENGTH = AMP_EMU_DATA_LEN
    table : ORIGIN = AMP_EMU_TABLE_DA, LENGTH = AMP_EMU_TABLE_LEN
}

PHDRS
{
    text PT_LOAD FLAGS(5);
#ifdef AMP_LINK_IN_FLASH
    table PT_LOAD FLAGS(6);
#endif
    data PT_LOAD FLAGS(6);
    stack PT_GNU_STACK FLAGS(6);
}

#include "../../common/sections.ld.S"

#endif
