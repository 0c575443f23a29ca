/*
 * One load of an image into the fake machine of the unit tests, and what must
 * hold afterwards, whatever the image is: a refused one has written nothing; an
 * accepted one has written its segments, the host's fields of its table and
 * nothing else, and what the host placed is the host's alone.
 */
#ifndef FUZZ_LOAD_H
#define FUZZ_LOAD_H

#include "fuzz.h"
#include "image.h"

// How the machine and the image source behave.
struct load_script {
    uint8_t read_fails; // this read of the image, counted from 1
    uint8_t map_fails; // this call of map()
    uint8_t flags; // LOAD_*
};
enum {
    LOAD_DEFAULT_TABLE = 1, // the port has one
    LOAD_SMALL = 2, // little shared memory
    LOAD_WIDE = 4, // fuzz_rsc_table: ELF64
    LOAD_NOT_SHARED = 8, // no image may be loaded into the shared window
    LOAD_PIE_SHARED = 16, // the window for position-independent images is the shared one
    LOAD_MACHINE = 32, // times 0 to 3: Arm, RISC-V, x86-64, AArch64
};

// `image->bytes` and `size` are the image.
void load_check(struct image *image, struct load_script script);

// The same for the table of firmware in place; where it is read is script.read_fails.
void load_check_in_place(const uint8_t *bytes, size_t len, struct load_script script);

#endif // FUZZ_LOAD_H
