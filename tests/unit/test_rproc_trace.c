/* The trace of a remote core: one buffer, and several. */
#include "rproc_case.h"

static void test_trace(void **state) {
    (void)state;
    char text[200];
    assert_int_equal(amp_rproc_trace(&rproc, 0, text, sizeof(text)), 0);
    load_and_start();
    char *trace = fake_port_at(&fake, FAKE_DATA_DA + 0x400, 128);
    memset(trace, 'a', 128);
    trace[128] = 'z';
    fake.invalidate_count = 0;
    assert_int_equal(amp_rproc_trace(&rproc, 0, text, sizeof(text)), 128);
    assert_int_equal(fake.invalidate_count, 1); // what our cache has of it is old
    assert_int_equal(amp_rproc_trace(&rproc, 127, text, sizeof(text)), 1);
    assert_int_equal(amp_rproc_trace(&rproc, 128, text, sizeof(text)), 0);
    assert_int_equal(amp_rproc_trace(&rproc, SIZE_MAX, text, SIZE_MAX), 0);
    strcpy(trace, "hello");
    text[3] = '!';
    assert_int_equal(amp_rproc_trace(&rproc, 0, text, 3), 3);
    assert_memory_equal(text, "hel!", 4);
    assert_int_equal(amp_rproc_trace(&rproc, 3, text, sizeof(text)), 2);
    assert_memory_equal(text, "lo", 2);
    assert_int_equal(amp_rproc_trace(&rproc, 5, text, sizeof(text)), 0);
    // The last words of a core are read after it died, and after stop().
    fake.state = AMP_CORE_FAULTED;
    assert_int_equal(amp_rproc_poll(&rproc), -AMP_EPIPE);
    assert_int_equal(amp_rproc_trace(&rproc, 0, text, sizeof(text)), 5);
    assert_int_equal(amp_rproc_stop(&rproc), 0);
    assert_int_equal(amp_rproc_trace(&rproc, 0, text, sizeof(text)), 5);
    fake.map_count = 0;
    fake.map_fail_at = 1;
    assert_int_equal(amp_rproc_trace(&rproc, 0, text, sizeof(text)), 0);
}

static void test_shortest_trace(void **state) {
    (void)state;
    char text[4];
    table_begin(&table, 1);
    table_add_trace(&table, FAKE_DATA_DA + 0x400, 1);
    image_build(&image, IMAGE_LAST_CLASS, &table);
    assert_int_equal(load(), 0);
    *(char *)fake_port_at(&fake, FAKE_DATA_DA + 0x400, 1) = 'x';
    assert_int_equal(amp_rproc_trace(&rproc, 0, text, sizeof(text)), 1);
    assert_int_equal(text[0], 'x');
}

// Of several trace buffers the texts follow each other; of more than are remembered the rest
// is not read.
static void test_traces(void **state) {
    (void)state;
    enum { MORE = AMP_RPROC_MAX_TRACES + 1, APART = 0x40 };
    const amp_da_t first = FAKE_DATA_DA + 0x800;
    char text[200];
    table_begin(&table, MORE);
    for (unsigned i = 0; i < MORE; ++i) {
        table_add_trace(&table, (uint32_t)(first + i * APART), 8);
    }
    image_build(&image, IMAGE_LAST_CLASS, &table);
    assert_int_equal(load(), 0);
    for (unsigned i = 0; i < MORE; ++i) {
        char *trace = fake_port_at(&fake, first + i * APART, APART);
        memset(trace, 'z', APART);
        memcpy(trace, "0-trace", i == 1 ? 8 : 7); // one ends with a NUL, the others are full
        trace[0] = (char)('0' + i);
        trace[7] = i == 1 ? '\0' : '+';
    }
    *(char *)fake_port_at(&fake, first + 2 * APART, 1) = '\0'; // and one is empty
    size_t got = 0;
    size_t count;
    do {
        count = amp_rproc_trace(&rproc, got, text + got, 5);
        got += count;
    } while (count != 0);
    assert_int_equal(got, 23);
    assert_memory_equal(text, "0-trace+1-trace3-trace+", 23);
    assert_int_equal(amp_rproc_trace(&rproc, 15, text, sizeof(text)), 8);
    assert_memory_equal(text, "3-trace+", 8);
    assert_int_equal(amp_rproc_trace(&rproc, 0, text, 0), 0);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_trace), TEST(test_shortest_trace), TEST(test_traces)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
