/*
 * The mark by which a host finds the resource table of firmware that it did not
 * load and whose entry point is all it knows (RemoteProc(address) in Python).
 *
 * The linker script of the firmware places the mark near the entry.  The mark
 * has two addresses: at `contents_da` the table was linked, usually in flash; at
 * `table_da` the firmware will read it.  Before the host releases the core, it
 * copies the table from `contents_da` to `table_da` and writes its answers there.
 * A host that does not know the mark writes its default table (struct amp_port)
 * instead.  Firmware for the flash is therefore linked with the address of the
 * default table as `table_da`, and finds one of the two tables there.  With either,
 * buffer addresses count from the default table's `buffer_base`.
 *
 * The start-up code of such firmware must not copy the table, because the host
 * has already written it.
 *
 * A linker script that goes through the preprocessor includes this file, with
 * AMP_LINKER_SCRIPT defined, and has AMP_TABLE_MARK behind the vector table.
 */
#ifndef OPENAMP_TABLE_MARK_H
#define OPENAMP_TABLE_MARK_H

#define AMP_TABLE_MARK_0 0x6E65706F // "open"
#define AMP_TABLE_MARK_1 0x31706D61 // "amp1"

// The mark lies at a multiple of 4 and ends at most this many bytes behind the address that
// the host was given: the entry, or on a Cortex-M the vector table.
#define AMP_TABLE_MARK_REACH 4096

#ifdef AMP_LINKER_SCRIPT

// The linker script must have an output section .resource_table, which may be empty.
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
    uint32_t len; // bytes; 0: the firmware has no table
    uint32_t check; // chosen so that the sum of all words is 0
};

#endif // AMP_LINKER_SCRIPT

#endif // OPENAMP_TABLE_MARK_H
