/*
 * Where a program in C lies.  Run through the preprocessor, so that the
 * addresses are those of board.h:
 *   firmware to load (default): text in code RAM, the rest in data RAM
 *   AMP_LINK_IN_FLASH: firmware in flash; the reset code copies the data, the
 *   host copies the resource table
 *   AMP_LINK_HOST: a host program, all in SSRAM1
 */
#define AMP_AN521_LINKER_SCRIPT
#define AMP_LINKER_SCRIPT
#include "board.h"
#include "openamp/table_mark.h"

#if defined(AMP_LINK_HOST)
#define TEXT host
#define DATA host
#define TABLE host :data
#define DATA_END (AMP_AN521_HOST_DA + AMP_AN521_HOST_LEN)
#elif defined(AMP_LINK_IN_FLASH)
#define TEXT flash
#define DATA data
#define TABLE table AT > flash :table
#define DATA_END (AMP_AN521_DATA_DA + AMP_AN521_DATA_LEN)
#else
#define TEXT code
#define DATA data
#define TABLE data :data
#define DATA_END (AMP_AN521_DATA_DA + AMP_AN521_DATA_LEN)
#endif

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

SECTIONS
{
    /* The vector table first: the port looks for it there. */
    .text : ALIGN(16)
    {
        KEEP(*(.vectors))
#ifndef AMP_LINK_HOST
        AMP_TABLE_MARK
#endif
        *(.text .text.*)
        *(.rodata .rodata.*)
        . = ALIGN(16);
    } > TEXT :text

    /* A section of its own: a loader finds it by its name. */
    .resource_table : ALIGN(16) { KEEP(*(.resource_table)) } > TABLE

    .data : ALIGN(16)
    {
        __data_begin = .;
        *(.data .data.*)
        . = ALIGN(16);
        __data_end = .;
#ifdef AMP_LINK_IN_FLASH
    } > data AT > flash :data
#else
    } > DATA :data
#endif
    __data_load = LOADADDR(.data);

    .bss (NOLOAD) : ALIGN(16)
    {
        __bss_begin = .;
        *(.bss .bss.*)
        *(COMMON)
        . = ALIGN(16);
        __bss_end = .;
    } > DATA :data

    __stack_top = DATA_END;
    __stack_limit = DATA_END - 0x4000;

    /DISCARD/ : { *(.eh_frame*) *(.note*) *(.ARM.exidx*) *(.ARM.extab*) }
}
