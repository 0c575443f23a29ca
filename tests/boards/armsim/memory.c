/* The memories, where each core sees them, and accesses in a core's name. */
#include "tests/boards/armsim/armsim.h"

#include <string.h>
#include <sys/mman.h>

// RAM holds noise at power-on, the same in every run; flash is erased.
static void fill(uint8_t *bytes, const struct memory *memory, unsigned number) {
    uint32_t noise = 0x2545F491u + number;
    for (uint32_t at = 0; memory->first == NOISE && at < memory->size; at++) {
        noise = noise * 1664525u + 1013904223u;
        bytes[at] = (uint8_t)(noise >> 24);
    }
    if (memory->first == ERASED) {
        memset(bytes, 0xFF, memory->size);
    }
}

bool memory_init(struct machine *m) {
    for (unsigned i = 0; i < MEMORIES; i++) {
        m->memory[i] = mmap(NULL, chip_memories[i].size, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (m->memory[i] == MAP_FAILED) {
            return false;
        }
        fill(m->memory[i], &chip_memories[i], i);
    }
    return true;
}

const struct view *memory_view(int core, uint32_t address, uint32_t len) {
    for (unsigned i = 0; i < chip_view_count; i++) {
        const struct view *view = &chip_views[i];
        if (view->core == core && address >= view->base && address - view->base < view->size
            && len <= view->size - (address - view->base)) {
            return view;
        }
    }
    return NULL;
}

uint8_t *memory_raw(struct machine *m, const struct view *view, uint32_t address) {
    return m->memory[view->memory] + (address - view->base);
}

uc_err memory_hook(struct core *core, const struct view *view, int types, void *callback) {
    uc_hook hook;
    uint64_t last = view->base + (uint64_t)view->size - 1;
    return uc_hook_add(core->uc, &hook, types, callback, core, (uint64_t)view->base, last);
}

// ---- For what is done to memory in a core's name ----

static bool access_of(struct core *core, uint32_t address, void *bytes, uint32_t len, bool write) {
    const struct view *view = memory_view(core->id, address, len);
    if (view == NULL || !(view->access & (write ? UC_PROT_WRITE : UC_PROT_READ))
        || !chip_may_access(core, address)) {
        return false;
    }
    if (view->cached) {
        chip_cached_access(core, address, bytes, len, write);
    } else if (write) {
        chip_before_write(core, address, len);
        memcpy(memory_raw(core->m, view, address), bytes, len);
    } else {
        memcpy(bytes, memory_raw(core->m, view, address), len);
    }
    return true;
}

bool memory_load(struct core *core, uint32_t address, void *bytes, uint32_t len) {
    return access_of(core, address, bytes, len, false);
}

bool memory_store(struct core *core, uint32_t address, const void *bytes, uint32_t len) {
    uint8_t copy[256];
    for (uint32_t done = 0; done < len;) {
        uint32_t part = len - done < sizeof(copy) ? len - done : (uint32_t)sizeof(copy);
        memcpy(copy, (const uint8_t *)bytes + done, part);
        if (!access_of(core, address + done, copy, part, true)) {
            return false;
        }
        done += part;
    }
    return true;
}
