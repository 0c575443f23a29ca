/* One column of the matrix: a test that each kind of peer is put to. */
#ifndef PEER_MATRIX_H
#define PEER_MATRIX_H

#include "world.h"

struct test {
    const char *name; // of at most 8 characters
    const char *what; // it shows
    bool (*applies)(const struct kind *kind, const struct shape *shape);
    void (*run)(struct world *w); // in a world that is open, with nobody started
};

// By topic, each ended by one without a name.
extern const struct test tests_of_messages[], tests_of_names[], tests_of_buffers[], tests_of_life[];

#endif // PEER_MATRIX_H
