/*
 * The life of a remote core: what is called meanwhile, by callbacks and others, and
 * firmware that is out of the ordinary.
 */
#include "rproc_case.h"

// ---- The doorbell ----

static bool doorbell;

// The core writes and rings at the last moment before the acknowledgement takes
// effect, and again between that and the question.
static void write_then_acknowledge(struct fake_port *f) {
    (void)f;
    remote_sends(1);
    doorbell = false;
}
static void write_and_ring(struct fake_port *f) {
    (void)f;
    assert_false(doorbell);
    remote_sends(1);
    doorbell = true;
}

static void test_acknowledged_before_the_look(void **state) {
    (void)state;
    load_and_start();
    bind();
    received = 0;
    doorbell = true;
    fake.on_ack = write_then_acknowledge;
    fake.on_state = write_and_ring;
    fake.ack_count = 0;
    assert_int_equal(amp_rproc_poll(&rproc), 2); // all that was written before the look
    assert_int_equal(received, 2);
    assert_int_equal(fake.ack_count, 1);
    assert_true(doorbell); // the later one is told anew
    fake.on_ack = NULL;
    fake.on_state = NULL;
    assert_int_equal(amp_rproc_poll(&rproc), 0);
    assert_int_equal(fake.ack_count, 2);
    // Of a core that does not run there is nothing to acknowledge.
    assert_int_equal(amp_rproc_stop(&rproc), 0);
    assert_int_equal(amp_rproc_poll(&rproc), 0);
    assert_int_equal(fake.ack_count, 2);
}

// ---- Messages of a core that dies ----

static struct amp_rx kept[2];
static unsigned kept_count;
static bool was_left;
static void leave_or_keep(struct amp_endpoint *e, uint32_t src, void *data, size_t len) {
    (void)src;
    was_left = amp_rx_leave(e->link);
    if (!was_left) {
        kept[kept_count] = (struct amp_rx){.data = data, .len = len};
        amp_rx_hold(e->link, &kept[kept_count++]);
    }
}

// What was left in the ring comes when the core is dead, and can be read until its memory
// is used again: by stop(), or when the next image is loaded.
static void test_left_by_the_dead(void **state) {
    (void)state;
    for (int i = 0; i < 2; ++i) {
        load_and_start();
        bind();
        ept.cb = ept.bound_cb = leave_or_keep;
        kept_count = 0;
        remote_sends(2);
        assert_int_equal(amp_rproc_poll(&rproc), 0);
        assert_true(was_left);
        fake.state = AMP_CORE_FAULTED;
        assert_int_equal(amp_rproc_poll(&rproc), -AMP_EPIPE);
        assert_int_equal(kept_count, 2);
        for (int k = 0; k < 2; ++k) {
            assert_true(amp_rx_is_held(&kept[k]));
            assert_memory_equal(kept[k].data, "x", 1);
        }
        fake.state = AMP_CORE_RUNNING;
        assert_int_equal(i == 0 ? amp_rproc_stop(&rproc) : load(), 0);
        assert_false(amp_rx_is_held(&kept[0]) || amp_rx_is_held(&kept[1]));
        ept.bound_cb = host_cb;
    }
}

// ---- Calls from a callback ----

static void stop_it(void) {
    assert_int_equal(amp_rproc_stop(&rproc), 0);
}
static void restart_it(void) {
    in_callback = NULL;
    stop_it();
    load_and_start();
}
static void restart_and_kill_it(void) {
    restart_it();
    fake.state = AMP_CORE_FAULTED;
}
static void poll_it(void) {
    fake.state = AMP_CORE_FAULTED;
    assert_int_equal(amp_rproc_poll(&rproc), -AMP_EPIPE);
    assert_int_equal(rproc.state, AMP_RPROC_CRASHED);
}
static void shut_it_down(void) {
    assert_int_equal(amp_rproc_shutdown(&rproc), 0);
}

static void test_calls_from_a_callback(void **state) {
    (void)state;
    static const struct {
        void (*call)(void);
        enum amp_core_state before;
        int after;
    } cases[] = {
        {stop_it, AMP_CORE_RUNNING, AMP_RPROC_OFFLINE},
        {stop_it, AMP_CORE_FAULTED, AMP_RPROC_OFFLINE},
        {restart_it, AMP_CORE_RUNNING, AMP_RPROC_RUNNING},
        {restart_it, AMP_CORE_FAULTED, AMP_RPROC_RUNNING},
        {restart_and_kill_it, AMP_CORE_EXITED, AMP_RPROC_RUNNING},
        {shut_it_down, AMP_CORE_RUNNING, AMP_RPROC_OFFLINE},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        in_callback = NULL;
        load_and_start();
        bind();
        remote_sends(3);
        received = 0;
        in_callback = cases[i].call;
        fake.state = cases[i].before;
        assert_int_equal(amp_rproc_poll(&rproc), 1);
        assert_int_equal(received, 1);
        assert_int_equal(rproc.state, cases[i].after);
        in_callback = NULL;
        if (cases[i].call == restart_and_kill_it) {
            assert_int_equal(amp_rproc_poll(&rproc), -AMP_EPIPE);
        } else if (rproc.state == AMP_RPROC_RUNNING) {
            bind();
        }
        assert_int_equal(amp_rproc_stop(&rproc), 0);
        fake.log_len = 0;
    }
    load_and_start();
    bind();
    remote_sends(1);
    in_callback = poll_it;
    assert_int_equal(amp_rproc_poll(&rproc), 1);
    assert_int_equal(rproc.state, AMP_RPROC_CRASHED);
    assert_int_equal(amp_rproc_poll(&rproc), 0); // the callback was told
}

// After start the table is the firmware's to spoil: the host does not look.
static void test_table_spoiled_after_load(void **state) {
    (void)state;
    assert_int_equal(load(), 0);
    memset(fake_port_at(&fake, FAKE_DATA_DA, table.len), 0xFF, table.len);
    fake.on_start = NULL;
    assert_int_equal(amp_rproc_start(&rproc), 0);
    assert_int_equal(amp_rproc_poll(&rproc), 0);
    assert_int_equal(amp_rproc_stop(&rproc), 0);
}

// ---- Without a link ----

// Firmware without an RPMsg device, or without any table on a board that has no
// default: life and trace are all there is.
static void expect_life_without_link(bool has_trace) {
    char text[8];
    fake.kick_count = 0;
    for (int i = 0; i < 3; ++i) {
        expect_log("");
        if (i == 0) {
            assert_int_equal(amp_rproc_start(&rproc), 0);
        } else {
            load_and_start();
        }
        assert_false(amp_rproc_has_link(&rproc));
        assert_int_equal(rproc.state, AMP_RPROC_RUNNING);
        assert_int_equal(fake.kick_count, 0); // nobody has asked for a doorbell
        assert_false(amp_rpmsg_is_up(&link));
        assert_false(amp_endpoint_is_ready(&ept));
        assert_int_equal(amp_endpoint_send(&ept, "x", 1), -AMP_ENOTCONN);
        assert_int_equal(amp_rpmsg_send(&link, 1024, 50, "x", 1), -AMP_EPIPE);
        assert_int_equal(amp_rproc_poll(&rproc), 0);
        assert_int_equal(amp_rproc_start(&rproc), -AMP_EBUSY);
        size_t len = amp_rproc_trace(&rproc, 0, text, sizeof(text));
        assert_int_equal(len, has_trace ? 5 : 0);
        if (i != 0) {
            fake.state = i == 1 ? AMP_CORE_FAULTED : AMP_CORE_EXITED;
            fake.reason = "it died";
            assert_int_equal(amp_rproc_poll(&rproc), -AMP_EPIPE);
            assert_int_equal(rproc.state, AMP_RPROC_CRASHED);
            assert_string_equal(rproc.reason, "it died");
            assert_int_equal(amp_rproc_trace(&rproc, 0, text, sizeof(text)), len);
            fake.reason = NULL;
        }
        assert_int_equal(amp_rproc_stop(&rproc), 0);
        assert_int_equal(rproc.state, AMP_RPROC_OFFLINE);
        fake.log_len = 0;
        memset(fake.log, 0, sizeof(fake.log));
    }
}

static void say_hello(struct fake_port *f) {
    strcpy(fake_port_at(f, FAKE_DATA_DA + 0x400, 16), "hello");
}

static void test_no_device(void **state) {
    (void)state;
    fake.on_start = say_hello;
    table_begin(&table, 1);
    table_add_trace(&table, FAKE_DATA_DA + 0x400, 128);
    image_build(&image, false, &table);
    assert_int_equal(load(), 0);
    expect_log("p");
    expect_life_without_link(true);
    // Its table is as it came: nobody drives a device there.
    assert_memory_equal(fake_port_at(&fake, FAKE_DATA_DA, table.len), table.bytes, table.len);
    image_build(&image, false, NULL);
    assert_int_equal(load(), 0);
    expect_log("p");
    expect_life_without_link(false);
    // The next one has a link again.
    fake.on_start = remote_main;
    table_standard(&table, 8);
    image_build(&image, false, &table);
    load_and_start();
    bind();
}

// The core does not start: as before, and the status of no table is written.
static void test_no_device_does_not_start(void **state) {
    (void)state;
    image_build(&image, false, NULL);
    fake.on_start = NULL;
    fake.start_error = -AMP_EIO;
    assert_int_equal(load(), 0);
    fake_port_snapshot(&fake);
    assert_int_equal(amp_rproc_start(&rproc), -AMP_EIO);
    assert_int_equal(rproc.state, AMP_RPROC_LOADED);
    assert_true(fake_port_unchanged(&fake));
    fake.start_error = 0;
    assert_int_equal(amp_rproc_start(&rproc), 0);
}

static void test_address_without_default_table(void **state) {
    (void)state;
    fake.on_start = NULL;
    fake_port_snapshot(&fake);
    assert_int_equal(amp_rproc_load_address(&rproc, FAKE_ROM_DA + 1, &error), 0);
    assert_int_equal(amp_rproc_start(&rproc), 0);
    assert_int_equal(fake.entry, FAKE_ROM_DA + 1);
    assert_int_equal(amp_rproc_poll(&rproc), 0);
    assert_int_equal(amp_rproc_stop(&rproc), 0);
    assert_true(fake_port_unchanged(&fake));
}

// ---- Buffers of the image's own choice ----

static size_t longest;
static void note_length(struct amp_endpoint *e, uint32_t src, void *data, size_t len) {
    (void)e;
    (void)src;
    (void)data;
    longest = len;
}

static void test_sizes_of_the_image(void **state) {
    (void)state;
    static uint8_t data[4096];
    static const uint32_t sizes[][2] = {{64, 2048}, {4096, 64}, {1024, 1024}};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); ++i) {
        const struct amp_rsc_buffers entry = {.type = AMP_RSC_BUFFERS,
            .magic = AMP_RSC_BUFFERS_MAGIC,
            .size = {sizes[i][0], sizes[i][1]}};
        table_begin(&table, 2);
        table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 4, 16, 0);
        table_add(&table, &entry, sizeof(entry));
        image_build(&image, false, &table);
        remote_table_len = table.len;
        load_and_start();
        bind();
        // The longest message, and one byte more, in each direction.
        int down = (int)sizes[i][1] - AMP_HEADER_SIZE;
        int up = (int)sizes[i][0] - AMP_HEADER_SIZE;
        remote_ept.cb = note_length;
        assert_int_equal(amp_endpoint_send(&ept, data, (size_t)down), down);
        assert_int_equal(amp_endpoint_send(&ept, data, (size_t)down + 1), -AMP_EMSGSIZE);
        assert_int_equal(amp_rpmsg_poll(&remote), 1);
        assert_int_equal(longest, down);
        ept.cb = note_length;
        assert_int_equal(amp_endpoint_send(&remote_ept, data, (size_t)up), up);
        assert_int_equal(amp_endpoint_send(&remote_ept, data, (size_t)up + 1), -AMP_EMSGSIZE);
        assert_int_equal(amp_rproc_poll(&rproc), 1);
        assert_int_equal(longest, up);
        ept.cb = host_cb;
        assert_int_equal(amp_rproc_stop(&rproc), 0);
        fake.log_len = 0;
    }
}

static void test_sizes_that_do_not_fit(void **state) {
    (void)state;
    struct amp_rsc_buffers entry = {
        .type = AMP_RSC_BUFFERS, .magic = AMP_RSC_BUFFERS_MAGIC, .size = {65536, 64}};
    table_begin(&table, 2);
    table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 4, 16, 0);
    uint32_t offset = table_add(&table, &entry, sizeof(entry));
    image_build(&image, false, &table);
    fake_port_snapshot(&fake);
    assert_int_equal(load(), -AMP_ENOMEM);
    assert_string_equal(error.what, "shared memory too small");
    table_set(&table, offset + offsetof(struct amp_rsc_buffers, size), 63);
    image_build(&image, false, &table);
    assert_int_equal(load(), -AMP_ENOEXEC);
    assert_string_equal(error.what, "bad buffer size");
    assert_string_equal(error.unit, "entry");
    assert_int_equal(error.where, 1);
    assert_true(fake_port_unchanged(&fake));
    expect_log("");
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_acknowledged_before_the_look),
        TEST(test_left_by_the_dead),
        TEST(test_calls_from_a_callback),
        TEST(test_table_spoiled_after_load),
        TEST(test_no_device),
        TEST(test_no_device_does_not_start),
        TEST(test_address_without_default_table),
        TEST(test_sizes_of_the_image),
        TEST(test_sizes_that_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
