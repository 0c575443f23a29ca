/* The memory that MicroPython itself uses: no image may be loaded there. */
#ifndef OPENAMP_AREAS_H
#define OPENAMP_AREAS_H

#include <stddef.h>

typedef struct _openamp_area_t {
    const void *begin;
    const void *end;
    const char *user; // text that can follow "overlaps memory in use: "
} openamp_area_t;

// The areas, *count of them, besides the heap and the stack of the running thread.  A
// platform defines this if an image could be loaded over its variables or over buffers of
// its peripherals.
const openamp_area_t *openamp_areas(size_t *count);

#endif // OPENAMP_AREAS_H
