/* The memory that MicroPython itself uses, which no image may be loaded over. */
#ifndef OPENAMP_AREAS_H
#define OPENAMP_AREAS_H

#include <stddef.h>

typedef struct _openamp_area_t {
    const void *begin;
    const void *end;
    const char *user; // as it follows "overlaps memory in use: "
} openamp_area_t;

// What there is besides the heap and the stack of the thread that runs: a platform where
// an image could reach its variables, or buffers of its peripherals, defines this, and
// sets *count.
const openamp_area_t *openamp_areas(size_t *count);

#endif // OPENAMP_AREAS_H
