/*
 * The resource table of firmware that is already in place, found by the mark that
 * its linker script placed near its entry (openamp/table_mark.h).
 *
 * The table is treated as an image of its own that lies in memory: it is read
 * once, entry by entry, and checked as any other (rsc_table.c); then it is copied
 * to the address at which the firmware reads it, and the answers are written there.
 * The core can write the mark, so the mark is copied and then checked.  A mark that cannot
 * be right is ignored, and the firmware gets the port's default table.
 */
#include <string.h>

#include "core/rsc_table.h"
#include "openamp/table_mark.h"

#if AMP_CONFIG_HOST && AMP_CONFIG_TABLE_MARK

static int read_memory(void *ctx, uint64_t offset, void *buffer, size_t len) {
    memcpy(buffer, (const uint8_t *)ctx + offset, len);
    return 0;
}

static bool is_mark(const struct amp_table_mark *mark) {
    return mark->magic[0] == AMP_TABLE_MARK_0 && mark->magic[1] == AMP_TABLE_MARK_1
        && mark->magic[0] + mark->magic[1] + mark->table_da + mark->contents_da + mark->len
            + mark->check
        == 0;
}

static bool find_mark(struct amp_elf *elf, struct amp_table_mark *mark) {
    const uint8_t *va = amp_load_map(&elf->check, elf->entry, AMP_TABLE_MARK_REACH, AMP_WINDOW_RUN);
    size_t offset = 0;
    if (va == NULL || elf->entry % 4 != 0) {
        return false;
    }
    do {
        memcpy(mark, va + offset, sizeof(*mark));
        offset += 4;
    } while (!is_mark(mark) && offset <= AMP_TABLE_MARK_REACH - sizeof(*mark));
    return is_mark(mark);
}

// May the host write the table to [da, da + len)?  In the shared region the table must lie
// in the first half; rings and buffers are placed behind it (elf->check.reserved).
static bool reserve_table(struct amp_elf *elf, amp_da_t da, size_t len) {
    const struct amp_port *port = elf->check.port;
    size_t end = da + len - port->shared_da;
    const void *va = amp_load_map(&elf->check, da, len, AMP_WINDOW_SHARED);
    if (va == NULL) {
        va = amp_load_map(&elf->check, da, len, AMP_WINDOW_LOAD);
    }
    if (amp_load_check_user(&elf->check, va) != 0) {
        return false;
    }
    if (!amp_ranges_overlap(da, len, port->shared_da, port->shared_len)) {
        return true;
    }
    elf->check.reserved = end;
    return end <= port->shared_len / 2;
}

void amp_rsc_find_in_place(struct amp_rsc *rsc) {
    struct amp_elf *elf = &rsc->elf;
    const struct amp_default_table *table = elf->check.port->default_table;
    struct amp_table_mark mark;
    if (!find_mark(elf, &mark) || mark.len == 0) {
        return;
    }
    void *contents = amp_load_map(&elf->check, mark.contents_da, mark.len, 0);
    if (contents == NULL || !reserve_table(elf, mark.table_da, mark.len)) {
        elf->check.reserved = 0;
        return;
    }
    rsc->in_place = (struct amp_image){.read = read_memory, .ctx = contents, .size = mark.len};
    elf->image = &rsc->in_place;
    elf->size = mark.len;
    elf->table_da = mark.table_da;
    elf->table_len = mark.len;
    if (table != NULL && table->table_da == mark.table_da) {
        rsc->rproc.buffer_base = table->buffer_base; // as with the default table itself
    }
}

#endif
