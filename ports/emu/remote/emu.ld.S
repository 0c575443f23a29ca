/*
 * Where firmware lies on the emulated board.  Run through the preprocessor,
 * so that the addresses are those of board.h:
 *   an image to load (default): text in code RAM, the rest in data RAM
 *   AMP_LINK_IN_FLASH: text in flash; the reset code copies the data, the host
 *   copies the resource table
 */
#define AMP_EMU_LINKER_SCRIPT
#define AMP_LINKER_SCRIPT
#include "../board.h"
#include "openamp/table_mark.h"

#ifdef AMP_LINK_IN_FLASH
#define TEXT flash
#define TABLE table AT > flash :table
#else
#define TEXT code
#define TABLE data :data
#endif

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

SECTIONS
{
    /* The reset code first: a flash image is entered at its first byte. */
    .text : ALIGN(16)
    {
        KEEP(*(.start))
#ifdef AMP_LINK_IN_FLASH
        AMP_TABLE_MARK
#endif
        *(.text .text.*)
        *(.rodata .rodata.* .srodata .srodata.*)
        . = ALIGN(16);
    } > TEXT :text

    /* A section of its own: a loader finds it by its name. */
    .resource_table : ALIGN(16) { KEEP(*(.resource_table)) } > TABLE

    .data : ALIGN(16)
    {
        __data_begin = .;
        *(.data .data.* .sdata .sdata.*)
        . = ALIGN(16);
        __data_end = .;
#ifdef AMP_LINK_IN_FLASH
    } > data AT > flash :data
#else
    } > data :data
#endif
    __data_load = LOADADDR(.data);

    .bss (NOLOAD) : ALIGN(16)
    {
        __bss_begin = .;
        *(.bss .bss.* .sbss .sbss.*)
        *(COMMON)
        . = ALIGN(16);
        __bss_end = .;
    } > data :data

    __stack_top = AMP_EMU_DATA_DA + AMP_EMU_DATA_LEN;

    /DISCARD/ : { *(.eh_frame*) *(.note*) *(.gnu.*) *(.interp) *(.dyn*) }
}
