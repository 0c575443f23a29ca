/*
 * The resource table: check what the image asks for, decide where it goes,
 * and write the answers into the loaded table.
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

enum { AMP_RSC_MAX_CARVEOUTS = 8 }; // whose address is open, in one table

struct amp_rsc {
    struct amp_elf elf; // the image, checked
    amp_da_t free_da; // the free part of the shared region begins here, at a cache line
    uint32_t carveout_count;
    int alloc_error; // what is wrong with a placement, or 0
    bool is_default; // the port's table, which the host builds
    // What the core becomes when it is loaded.  Until there is a device its rings
    // have no descriptors.
    struct amp_rproc rproc;
    struct {
        uint32_t entry; // offset of it in the table
        uint32_t len;
        uint32_t da;
    } carveout[AMP_RSC_MAX_CARVEOUTS];
#if AMP_CONFIG_TABLE_MARK
    struct amp_image in_place; // the table of firmware in place, or nothing
#endif
};

// If firmware in place, whose entry was checked, says where its table is, have that
// checked instead of the port's default table.  Needs AMP_CONFIG_TABLE_MARK.
void amp_rsc_find_in_place(struct amp_rsc *rsc);

// Write a word of a table, which may lie at any address.
static inline void amp_rsc_put(uint8_t *at, uint32_t value) {
    __builtin_memcpy(at, &value, sizeof(value));
}

// Check the table of a checked image, or the port's default table if it has
// none, and place everything.  Returns 0, or what is wrong (core/elf.h).
int amp_rsc_check(struct amp_rsc *rsc);

// Write the answers into the table, which is in target memory by now; the
// default table is written whole.
int amp_rsc_write(const struct amp_rsc *rsc);

#endif // AMP_RSC_TABLE_H
