/*
 * What the fuzz targets share.  Each is a file fuzz_NAME.c with libFuzzer's
 * entry point; oracles are CHECK()s.  replay.c runs a target over files without
 * libFuzzer, for coverage and for other compilers.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: ", __FILE__, __LINE__); \
            oracle_failed(#condition); \
        } \
    } while (0)

__attribute__((noreturn)) static inline void oracle_failed(const char *what) {
    fprintf(stderr, "oracle: %s\n", what);
    abort();
}

// An input is a stream of small numbers; after its end there are zeros.
struct input {
    const uint8_t *next;
    size_t left;
};

static inline uint8_t input_8(struct input *in) {
    if (in->left == 0) {
        return 0;
    }
    --in->left;
    return *in->next++;
}

static inline uint16_t input_16(struct input *in) {
    uint8_t low = input_8(in);
    return (uint16_t)(low | input_8(in) << 8);
}

static inline uint32_t input_32(struct input *in) {
    uint16_t low = input_16(in);
    return low | (uint32_t)input_16(in) << 16;
}

#endif // FUZZ_H
