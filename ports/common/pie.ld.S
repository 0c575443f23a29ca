/*
 * The whole linker script of a position-independent image: all in one piece, linked from
 * address 0 on, with its stack.  A port's script includes this file instead of its own
 * contents where AMP_LINK_PIE is defined, after these macros:
 *   FIRST        the input section that comes first: vectors, or reset code
 *   LINE         what sections are aligned to
 *   PIE_LEN      the length of the window for such images
 * The entry is the first byte: the reset code, or the vector table.
 */
#define TEXT image
#define DATA image
#define DATA_LOAD
#define MARK
#define TABLE image :data
#define STACK_TOP __stack_end

/* What the host needs to move the image; and addresses that the code reads. */
#define MORE \
    .dynamic : ALIGN(LINE) { *(.dynamic) } > image :data :dynamic \
    .rel.dyn : { *(.rel.*) } > image :data \
    .rela.dyn : { *(.rela.*) } > image :data \
    .got : { *(.got .got.*) } > image :data

ENTRY(__text_begin)
__text_begin = ADDR(.text);

MEMORY
{
    image : ORIGIN = 0, LENGTH = PIE_LEN
}

PHDRS
{
    text PT_LOAD FLAGS(5);
    data PT_LOAD FLAGS(6);
    dynamic PT_DYNAMIC FLAGS(6);
    stack PT_GNU_STACK FLAGS(6);
}

#include "sections.ld.S"
