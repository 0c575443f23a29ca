/* What can be asked of a core: its memory; and a core that runs already, which is attached to. */
#include "openamp/bus.h"
#include "rproc_case.h"

// ---- Memory ----

static void test_map(void **state) {
    (void)state;
    assert_ptr_equal(
        amp_rproc_map(&rproc, FAKE_ROM_DA, 16, false), fake_port_at(&fake, FAKE_ROM_DA, 16));
    assert_null(amp_rproc_map(&rproc, FAKE_ROM_DA, 16, true)); // nothing may be written there
    assert_non_null(amp_rproc_map(&rproc, FAKE_SHARED_DA, 16, true));
    assert_null(amp_rproc_map(&rproc, FAKE_ROM_DA + FAKE_ROM_LEN - 8, 16, false));
    fake.ops.cache_invalidate = NULL; // a machine without a cache
    assert_non_null(amp_rproc_map(&rproc, FAKE_CODE_DA, 16, true));
}

// What the core wrote is looked for in memory, and not in our cache.
static const void *invalidated;
static size_t invalidated_len;
static void note_invalidated(void *ctx, const void *va, size_t len) {
    (void)ctx;
    invalidated = va;
    invalidated_len = len;
}
static void test_map_cached(void **state) {
    (void)state;
    fake.ops.cache_invalidate = note_invalidated;
    assert_ptr_equal(amp_rproc_map(&rproc, FAKE_CODE_DA + 4, 16, false),
        fake_port_at(&fake, FAKE_CODE_DA + 4, 16));
    assert_ptr_equal(invalidated, fake_port_at(&fake, FAKE_CODE_DA + 4, 16));
    assert_int_equal(invalidated_len, 16);
}

// ---- A core that runs already ----

static int attach_error;
static amp_da_t attach_entry;
static int attach_to(void *ctx, amp_da_t *entry) {
    (void)ctx;
    *entry = attach_entry;
    return attach_error;
}

static void test_attach(void **state) {
    (void)state;
    amp_da_t entry = 0;
    assert_int_equal(amp_rproc_attach(&rproc, &entry, &error), -AMP_ENODEV);
    assert_non_null(error.what);

    fake.ops.core_attach = attach_to;
    fake.reason = "nobody waits";
    attach_error = -AMP_ENODEV;
    assert_int_equal(amp_rproc_attach(&rproc, &entry, &error), -AMP_ENODEV);
    assert_string_equal(error.what, "nobody waits");
    assert_int_equal(rproc.state, AMP_RPROC_OFFLINE);

    // It says that it runs where nothing can.
    attach_error = 0;
    fake.on_start = NULL;
    attach_entry = FAKE_DATA_DA | 1;
    assert_int_equal(amp_rproc_attach(&rproc, &entry, &error), -AMP_ENOEXEC);
    assert_int_equal(rproc.state, AMP_RPROC_OFFLINE);

    attach_entry = FAKE_CODE_DA | 1;
    fake.start_error = -AMP_EIO;
    assert_int_equal(amp_rproc_attach(&rproc, &entry, &error), -AMP_EIO);
    assert_string_equal(error.what, "nobody waits");
    fake.start_error = 0;
    assert_int_equal(amp_rproc_attach(&rproc, &entry, &error), 0);
    assert_int_equal(rproc.state, AMP_RPROC_RUNNING);
    assert_int_equal(entry, FAKE_CODE_DA | 1);
    assert_int_equal(amp_rproc_attach(&rproc, &entry, &error), -AMP_EBUSY);
}

// A bus whose core cannot be had says why.
static void test_open_refused(void **state) {
    (void)state;
    static struct amp_bus_host host;
    const char *reason;
    fake.stop_error = -AMP_EIO;
    fake.reason = "held by somebody";
    struct amp_bus *bus = amp_bus_host_init(&host, &fake.port);
    assert_int_equal(bus->ops->open(bus), -AMP_EIO);
    reason = bus->ops->reason(bus);
    assert_non_null(reason);
    assert_string_equal(reason, "held by somebody");
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_map),
        TEST(test_map_cached),
        TEST(test_attach),
        TEST(test_open_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
