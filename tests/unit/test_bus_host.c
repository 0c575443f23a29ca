/* The bus of a host, on a port that is scripted: what the port is asked, and what is reported. */
#include "rproc_case.h"

#include "openamp/bus.h"

static struct amp_bus_host host;
static struct amp_bus *bus;
static amp_doorbell_cb doorbell_cb;
static void *doorbell_arg;

static void note_doorbell_cb(void *ctx, amp_doorbell_cb callback, void *arg) {
    (void)ctx;
    doorbell_cb = callback;
    doorbell_arg = arg;
}

static void notified(void *arg) {
    (void)arg;
}

static int begin(void **state) {
    assert_int_equal(setup(state), 0);
    fake.ops.set_doorbell_cb = note_doorbell_cb;
    memset(&host, 0, sizeof(host));
    bus = amp_bus_host_init(&host, &fake.port);
    return 0;
}

// What the port says of its core is kept when the core does not stop, and only then.
static void test_open(void **state) {
    (void)state;
    fake.reason = "it does not stop";
    fake.stop_error = -AMP_EIO;
    assert_int_equal(bus->ops->open(bus), -AMP_EIO);
    assert_string_equal(bus->ops->reason(bus), "it does not stop");
    fake.stop_error = 0;
    assert_int_equal(bus->ops->open(bus), 0);
    assert_null(bus->ops->reason(bus));
}

static void test_close_forgets_the_callback(void **state) {
    (void)state;
    assert_int_equal(bus->ops->open(bus), 0);
    bus->ops->set_doorbell_cb(bus, notified, &host);
    assert_ptr_equal(doorbell_cb, notified);
    assert_ptr_equal(doorbell_arg, &host);
    bus->ops->close(bus);
    assert_null(doorbell_cb);
    assert_null(doorbell_arg);
}

// Why the core did not start is the port's to say; of a good start nothing is said, and an
// earlier sentence does not stay.
static void test_start_says_why(void **state) {
    (void)state;
    struct amp_load_error why = {.what = "of an earlier call"};
    assert_int_equal(bus->ops->open(bus), 0);
    assert_int_equal(bus->ops->load(bus, &image.source, &error), 0);
    fake.start_error = -AMP_EIO;
    assert_int_equal(bus->ops->start(bus, &why), -AMP_EIO);
    assert_null(why.what);
    fake.reason = "no vector table";
    assert_int_equal(bus->ops->start(bus, &why), -AMP_EIO);
    assert_string_equal(why.what, "no vector table");
    fake.start_error = 0;
    assert_int_equal(bus->ops->start(bus, &why), 0);
    assert_null(why.what);
    bus->ops->close(bus);
}

// A poll of a link that is not up takes nothing, and nothing more is due.
static void test_poll_without_a_link(void **state) {
    (void)state;
    assert_int_equal(bus->ops->open(bus), 0);
    assert_int_equal(bus->ops->poll(bus), 0);
    assert_int_equal(bus->ops->load(bus, &image.source, &error), 0);
    assert_int_equal(bus->ops->poll(bus), 0);
}

static void test_buckets(void **state) {
    (void)state;
    static struct amp_endpoint *buckets[64];
    assert_int_equal(bus->ops->open(bus), 0);
    const struct amp_rpmsg *of = &host.virtio.link;
    bus->ops->set_buckets(bus, buckets, 64);
    assert_ptr_equal(of->buckets, buckets);
    assert_int_equal(of->bucket_mask, 63);
    bus->ops->set_buckets(bus, NULL, 0);
    assert_ptr_equal(of->buckets, of->own_buckets);
    assert_int_equal(of->bucket_mask, AMP_CONFIG_BUCKETS - 1);
}

// A program that looks at the core's memory sees what is there, and the core sees what it wrote.
static void test_map_and_caches(void **state) {
    (void)state;
    assert_int_equal(bus->ops->open(bus), 0);
    unsigned cleaned = fake.clean_count;
    unsigned invalidated = fake.invalidate_count;
    void *va = bus->ops->map(bus, FAKE_DATA_DA, 16, true);
    assert_ptr_equal(va, fake_port_at(&fake, FAKE_DATA_DA, 16));
    assert_int_equal(fake.clean_count, cleaned + 1); // nothing of this core is lost
    assert_int_equal(fake.invalidate_count, invalidated + 1);
    bus->ops->written(bus, va, 16);
    assert_int_equal(fake.clean_count, cleaned + 2);
}

static int core_attach(void *ctx, amp_da_t *entry) {
    (void)ctx;
    *entry = FAKE_ROM_DA + 1;
    return 0;
}

// Of a good attach nothing is said, and an earlier sentence does not stay.
static void test_attach(void **state) {
    (void)state;
    struct amp_load_error why = {.what = "of an earlier call"};
    amp_da_t entry = 0;
    fake.on_start = NULL;
    fake.ops.core_attach = core_attach;
    fake.reason = "the port's sentence";
    assert_int_equal(bus->ops->open(bus), 0);
    assert_int_equal(bus->ops->attach(bus, &entry, &why), 0);
    assert_null(why.what);
    assert_int_equal(entry, FAKE_ROM_DA + 1);
    why.what = "of an earlier call";
    assert_int_equal(bus->ops->attach(bus, &entry, &why), -AMP_EBUSY);
    assert_null(why.what);
    bus->ops->close(bus);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, teardown)
    const struct CMUnitTest tests[] = {TEST(test_open), TEST(test_close_forgets_the_callback),
        TEST(test_start_says_why), TEST(test_poll_without_a_link), TEST(test_buckets),
        TEST(test_map_and_caches), TEST(test_attach)};
    return cmocka_run_group_tests_name("bus of a host", tests, NULL, NULL);
}
