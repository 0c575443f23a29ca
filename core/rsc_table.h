/*
 * The resource table: check what the image asks for, choose the addresses that it
 * left open, and write the answers into the loaded table.
 *
 * Placement.  The host allocates from the port's shared region upwards, above
 * every ring, carveout, trace buffer and table that the image or the port
 * fixed inside that region: first the open carveouts in the order of the
 * table, then the open rings, then the message buffers.  The same table gets
 * the same addresses every time.
 */
#ifndef AMP_RSC_TABLE_H
#define AMP_RSC_TABLE_H

#include "core/elf.h"
#include "openamp/table.h"

enum { AMP_RSC_MAX_CARVEOUTS = 8 }; // the most carveouts with an open address in one table

struct amp_rsc {
    struct amp_elf elf; // the image, checked
    amp_da_t free_da; // the free part of the shared region begins here, at a cache line
    uint32_t carveout_count;
    int alloc_error; // what is wrong with a placement, or 0
    bool is_default; // the table is the port's default table, which the host writes
    // The state of the core after loading.  While no RPMsg device was found, its rings have
    // no descriptors.
    struct amp_rproc rproc;
    struct {
        uint32_t entry; // offset of the carveout's entry in the table
        uint32_t len;
        uint32_t da;
    } carveout[AMP_RSC_MAX_CARVEOUTS];
#if AMP_CONFIG_TABLE_MARK
    struct amp_image in_place; // the own table of firmware in place; ctx NULL: there is none
#endif
};

// If firmware in place has a table mark near its entry, which was checked, make amp_rsc_check()
// use that table instead of the port's default table.  Needs AMP_CONFIG_TABLE_MARK.
void amp_rsc_find_in_place(struct amp_rsc *rsc);

// Write a word of a table, which may lie at any address.
static inline void amp_rsc_put(uint8_t *at, uint32_t value) {
    __builtin_memcpy(at, &value, sizeof(value));
}

// Check the table of a checked image, or the port's default table if it has
// none, and place everything.  Returns 0, or what is wrong (core/load_check.h).
int amp_rsc_check(struct amp_rsc *rsc);

// Write the answers into the table in target memory; the default table is written whole.
int amp_rsc_write(const struct amp_rsc *rsc);

#endif // AMP_RSC_TABLE_H
