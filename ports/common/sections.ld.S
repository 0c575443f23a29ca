/*
 * The sections of a program in C, on either core.  A port's linker script has ENTRY,
 * MEMORY and PHDRS (text, data, and table if TABLE names it), defines these macros,
 * and includes this file at its end:
 *   TEXT, DATA   memories
 *   DATA_LOAD    "AT > memory" for data that the reset code copies, or nothing
 *   TABLE        where the resource table goes
 *   FIRST        the input section that comes first: vectors, or reset code
 *   MARK         AMP_TABLE_MARK, or nothing
 *   LINE         what sections are aligned to
 *   STACK_TOP    an address; the 16 KiB below it are the stack's
 *   MORE         more sections, or nothing
 */
SECTIONS
{
    .text : ALIGN(LINE)
    {
        KEEP(*(FIRST))
        MARK
        *(.text .text.*)
        *(.rodata .rodata.* .srodata .srodata.*)
        . = ALIGN(LINE);
    } > TEXT :text

    MORE

    /* A section of its own: a loader finds it by its name. */
    .resource_table : ALIGN(LINE) { KEEP(*(.resource_table)) } > TABLE

    .data : ALIGN(LINE)
    {
        __data_begin = .;
        *(.data .data.* .sdata .sdata.*)
        . = ALIGN(LINE);
        __data_end = .;
    } > DATA DATA_LOAD :data
#ifdef AMP_LINK_PIE
    __data_load = __data_begin; /* LOADADDR() would not move with the image */
#else
    __data_load = LOADADDR(.data);
#endif

    .bss (NOLOAD) : ALIGN(LINE)
    {
        __bss_begin = .;
        *(.bss .bss.* .sbss .sbss.*)
        *(COMMON)
        . = ALIGN(LINE);
        __bss_end = .;
    } > DATA :data

#ifdef AMP_LINK_PIE
    /* In the image, as it does not know where its memory ends. */
    .stack (NOLOAD) : ALIGN(LINE) { . += 0x4000; __stack_end = .; } > DATA :data
#endif

    __stack_top = STACK_TOP;
    __stack_limit = STACK_TOP - 0x4000;
    ASSERT(__bss_end <= __stack_limit, "no room for 16 KiB of stack")

    /DISCARD/ : { *(.eh_frame*) *(.note*) *(.gnu.*) *(.interp) *(.dyn*) *(.hash) *(.ARM.exidx*) *(.ARM.extab*) }
}
