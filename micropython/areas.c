/*
 * amp_host_memory(), by which the loader asks whether MicroPython itself uses some memory.
 * On a board whose cores share RAM with the heap or a buffer, an image that is loaded
 * there would destroy the interpreter that loads it.
 */
#include "modopenamp.h"

#if MICROPY_PY_OPENAMP_HOST

#include "areas.h"

#include "py/mpstate.h"

__attribute__((weak)) const openamp_area_t *openamp_areas(size_t *count) {
    *count = 0;
    return NULL;
}

static bool overlaps(const void *va, size_t len, const void *begin, const void *end) {
    return (uintptr_t)va < (uintptr_t)end && (uintptr_t)begin < (uintptr_t)va + len;
}

// Does it overlap an area of the heap, tables included?
static bool in_heap(const void *va, size_t len) {
    const mp_state_mem_area_t *area = &MP_STATE_MEM(area);
#if MICROPY_GC_SPLIT_HEAP
    // Every further area begins with the structure that describes it.
    for (const mp_state_mem_area_t *more = area->next; more != NULL; more = more->next) {
        if (overlaps(va, len, more, more->gc_pool_end)) {
            return true;
        }
    }
#endif
    return overlaps(va, len, area->gc_alloc_table_start, area->gc_pool_end);
}

// Does it overlap the stack: the part in use, or the part that it may still grow to?
static bool in_stack(const void *va, size_t len) {
    const char *top = MP_STATE_THREAD(stack_top);
    const char *bottom = (const char *)&top;
#if MICROPY_STACK_CHECK
    if ((size_t)(top - bottom) < MP_STATE_THREAD(stack_limit)) {
        bottom = top - MP_STATE_THREAD(stack_limit);
    }
#endif
    return overlaps(va, len, bottom, top);
}

const char *amp_host_memory(const void *va, size_t len) {
    size_t count;
    const openamp_area_t *area = openamp_areas(&count);
    for (; count-- != 0; ++area) {
        if (overlaps(va, len, area->begin, area->end)) {
            return area->user;
        }
    }
    return in_heap(va, len) ? "MicroPython's heap"
        : in_stack(va, len) ? "MicroPython's stack"
                            : NULL;
}

#endif // MICROPY_PY_OPENAMP_HOST
