/*
 * The fence of core/shm.h on this machine: of two threads that each store, fence and then read what
 * the other one stores, at least one sees it.  (The other tests of fences, test_fences.c, have
 * one of their own in its place.)
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/shm.h"

enum { ROUNDS = 1000000, TOGETHER = 10000, SPINS = 1000, APART = 64 };

// Each in a cache line of its own, as idx and event index are on two sides of a ring.
static _Alignas(APART) uint16_t stored[2][APART];
static _Alignas(APART) atomic_uint arrived;
static bool saw[2];
static bool yielded[2];
static unsigned together; // rounds in which none had to wait for the other one's processor
static unsigned missed;

// Both threads go on at the same moment, as far as they can.  True: the other one had no
// processor.
static bool meet(unsigned *count) {
    bool waited = false;
    *count += 2;
    atomic_fetch_add(&arrived, 1);
    for (unsigned i = 0; atomic_load(&arrived) < *count; ++i) {
        if (i > SPINS) {
            sched_yield();
            waited = true;
        }
    }
    return waited;
}

static void *store_and_look(void *arg) {
    int self = *(const int *)arg;
    unsigned count = 0;
    for (int round = 0; round < ROUNDS && together < TOGETHER; ++round) {
        amp_shm_store_16(stored[self], 0);
        yielded[self] = meet(&count);
        amp_shm_store_16(stored[self], 1);
        amp_shm_fence(); // partner: the other thread's
        saw[self] = amp_shm_load_16(stored[!self]) == 1;
        meet(&count);
        if (self == 0) {
            missed += !saw[0] && !saw[1];
            together += !yielded[0] && !yielded[1];
        }
        meet(&count);
    }
    return NULL;
}

static void test_one_sees(void **state) {
    (void)state;
    static const int selves[] = {0, 1};
    pthread_t other;
    assert_int_equal(
        pthread_create(&other, NULL, store_and_look, (void *)(uintptr_t)&selves[1]), 0);
    store_and_look((void *)(uintptr_t)&selves[0]);
    assert_int_equal(pthread_join(other, NULL), 0);
    assert_int_equal(missed, 0);
    if (together == 0) {
        print_message("one processor: nothing was shown\n");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_one_sees)};
    return cmocka_run_group_tests_name("shm", tests, NULL, NULL);
}
