/*
 * How a host finds the resource table of firmware that it did not load, which
 * is all that RemoteProc(address) knows of it.
 *
 * The firmware has a mark near its entry, made by its linker script.  The mark
 * names two places.  `contents_da` is where the table is, as it was linked; in
 * flash, as a rule.  `table_da` is where the firmware will read it.  Before it
 * releases the core, the host copies the table from the one to the other, and
 * writes its answers there.  A host that does not know the mark writes its
 * default table (struct amp_port) instead.  So firmware for the flash is linked
 * to read its table at the address of the default table: there it finds the one
 * or the other, and has nothing to choose.  Whoever reads a table at that address
 * counts the addresses of buffers from the default table's `buffer_base`, whichever
 * of the two it is.
 *
 * The start-up code of such firmware does not copy the table: by then the host
 * has written it.
 *
 * A linker script that goes through the preprocessor includes this file, with
 * AMP_LINKER_SCRIPT defined, and has AMP_TABLE_MARK behind the vector table.
 */
#ifndef OPENAMP_TABLE_MARK_H
#define OPENAMP_TABLE_MARK_H

#define AMP_TABLE_MARK_0 0x6E65706F // "open"
#define AMP_TABLE_MARK_1 0x31706D61 // "amp1"

// The mark is at a multiple of 4, and ends within so many bytes of the entry,
// or, where the entry has bit 0 set (Thumb code), of its vector table.
#define AMP_TABLE_MARK_REACH 4096

#ifdef AMP_LINKER_SCRIPT

// The output section .resource_table is there, if only as an empty one.
// clang-format off
#define AMP_TABLE_MARK \
    . = ALIGN(4); \
    LONG(AMP_TABLE_MARK_0) \
    LONG(AMP_TABLE_MARK_1) \
    LONG(ADDR(.resource_table)) \
    LONG(LOADADDR(.resource_table)) \
    LONG(SIZEOF(.resource_table)) \
    LONG(0 - (AMP_TABLE_MARK_0 + AMP_TABLE_MARK_1 + ADDR(.resource_table) \
        + LOADADDR(.resource_table) + SIZEOF(.resource_table)))
// clang-format on

#else

#include <stdint.h>

struct amp_table_mark {
    uint32_t magic[2]; // AMP_TABLE_MARK_0, AMP_TABLE_MARK_1
    uint32_t table_da; // where the firmware reads its table
    uint32_t contents_da; // where the table is until the host has copied it
    uint32_t len; // bytes; 0: it brings no table
    uint32_t check; // makes the sum of all words 0
};

#endif // AMP_LINKER_SCRIPT

#endif // OPENAMP_TABLE_MARK_H
