/* What host programs in C on core 0 share, beside tests/boards/common/host.h. */
#ifndef TESTS_RP2_RP2_H
#define TESTS_RP2_RP2_H

#include "ports/rp2/host.h"
#include "tests/boards/common/host.h"

// More images, behind those of tests/boards/common/host.h.
enum { IMAGE_RP2 = 3, IMAGE_PIE };

#endif // TESTS_RP2_RP2_H
