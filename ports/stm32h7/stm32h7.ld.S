/*
 * Where the M4's firmware lies.  Run through the preprocessor, so that the
 * addresses are those of board.h:
 *   to load (default): all in D2 SRAM
 *   AMP_LINK_IN_FLASH=address: text there, a multiple of 64 KiB; the reset
 *   code copies the data, the host copies the resource table
 */
#define AMP_STM32H7_LINKER_SCRIPT
#define AMP_LINKER_SCRIPT
#include "board.h"
#include "openamp/table_mark.h"

#if defined(AMP_LINK_IN_FLASH)
#define TEXT flash
#define TABLE table AT > flash :table
#define TABLE_HEADER table PT_LOAD FLAGS(6);
#else
#define TEXT ram
#define TABLE ram :data
#define TABLE_HEADER
#define AMP_LINK_IN_FLASH AMP_STM32H7_FLASH_DA
#endif

ENTRY(amp_stm32h7_reset)

MEMORY
{
    flash : ORIGIN = AMP_LINK_IN_FLASH, LENGTH = 128K
    ram : ORIGIN = AMP_STM32H7_D2_DA, LENGTH = AMP_STM32H7_D2_LEN
    table : ORIGIN = AMP_STM32H7_TABLE_DA, LENGTH = AMP_STM32H7_TABLE_LEN
}

PHDRS
{
    text PT_LOAD FLAGS(5);
    TABLE_HEADER
    data PT_LOAD FLAGS(6);
}

SECTIONS
{
    /* The vector table first: the core begins there. */
    .text : ALIGN(32)
    {
        KEEP(*(.vectors))
        AMP_TABLE_MARK
        *(.text .text.*)
        *(.rodata .rodata.*)
        . = ALIGN(32);
    } > TEXT :text

    /* A section of its own: a loader finds it by its name. */
    .resource_table : ALIGN(32) { KEEP(*(.resource_table)) } > TABLE

    .data : ALIGN(32)
    {
        __data_begin = .;
        *(.data .data.*)
        . = ALIGN(32);
        __data_end = .;
    } > ram AT > TEXT :data
    __data_load = LOADADDR(.data);

    .bss (NOLOAD) : ALIGN(32)
    {
        __bss_begin = .;
        *(.bss .bss.*)
        *(COMMON)
        . = ALIGN(32);
        __bss_end = .;
    } > ram :data

    __stack_top = ORIGIN(ram) + LENGTH(ram);
    ASSERT(__bss_end + 0x4000 <= __stack_top, "no room for 16 KiB of stack")

    /DISCARD/ : { *(.eh_frame*) *(.note*) *(.ARM.exidx*) *(.ARM.extab*) }
}
