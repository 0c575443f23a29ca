/* Endpoints at given addresses: for the tests of endpoints. */
#ifndef ENDPOINT_CASE_H
#define ENDPOINT_CASE_H

#include "core/link.h"
#include "pair_named.h"

#include <stdlib.h>

static inline void make_at(struct amp_endpoint *ept, uint32_t addr, amp_endpoint_cb cb) {
    assert_int_equal(amp_endpoint_create(host, ept, NULL, addr, AMP_ADDR_ANY, cb), 0);
}

#endif // ENDPOINT_CASE_H
