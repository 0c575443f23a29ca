/* The life of a remote core: starting, stopping, running and dying. */
#include "rproc_case.h"

#include "core/wire/rpmsg_layout.h"

// ---- Starting and stopping ----

// What the host writes to the table is in memory, and not in a cache, when the
// core may look: the loaded table, its answers, and each status.
static const uint8_t *memory; // where the table is
static uint8_t in_memory[256]; // what the core would see of it

static void clean_to_memory(void *ctx, const void *va, size_t len) {
    (void)ctx;
    for (size_t i = 0; i < len; ++i) {
        size_t offset = (size_t)((const uint8_t *)va + i - memory);
        if (offset < table.len) {
            in_memory[offset] = memory[offset];
        }
    }
}

static void test_table_leaves_the_cache(void **state) {
    (void)state;
    memory = fake_port_at(&fake, FAKE_DATA_DA, table.len);
    assert_true(table.len <= sizeof(in_memory));
    fake.ops.cache_clean = clean_to_memory;
    for (int i = 0; i < 2; ++i) {
        assert_int_equal(load(), 0);
        assert_memory_equal(in_memory, memory, table.len);
        fake.start_error = i == 0 ? -AMP_EIO : 0;
        assert_int_equal(amp_rproc_start(&rproc), fake.start_error);
        assert_memory_equal(in_memory, memory, table.len);
        assert_int_equal(seen_status, 7);
    }
    assert_int_equal(amp_rproc_stop(&rproc), 0);
    assert_memory_equal(in_memory, memory, table.len);
}

static void test_core_does_not_start(void **state) {
    (void)state;
    assert_int_equal(load(), 0);
    fake.start_error = -AMP_EIO;
    fake.on_start = NULL;
    assert_int_equal(amp_rproc_start(&rproc), -AMP_EIO);
    assert_int_equal(rproc.state, AMP_RPROC_LOADED);
    assert_false(amp_rpmsg_is_up(&link));
    size_t status = table_get(table.bytes, 16) + offsetof(struct amp_rsc_vdev, status);
    const uint8_t *loaded = fake_port_at(&fake, FAKE_DATA_DA, table.len);
    assert_int_equal(loaded[status], 0);
    fake.start_error = 0;
    fake.on_start = remote_main;
    assert_int_equal(amp_rproc_start(&rproc), 0);
    bind();
}

static void test_stop_in_every_state(void **state) {
    (void)state;
    assert_int_equal(amp_rproc_stop(&rproc), 0);
    expect_log("x"); // a port stops what runs, whatever we believe
    assert_int_equal(load(), 0);
    assert_int_equal(amp_rproc_stop(&rproc), 0);
    expect_log("px");
    assert_int_equal(amp_rproc_start(&rproc), -AMP_EINVAL);
    load_and_start();
    fake.stop_error = -AMP_EIO;
    assert_int_equal(amp_rproc_stop(&rproc), -AMP_EIO);
    assert_int_equal(rproc.state, AMP_RPROC_RUNNING);
    assert_true(amp_rpmsg_is_up(&link));
    assert_int_equal(amp_rproc_shutdown(&rproc), -AMP_EIO);
    assert_null(strchr(fake.log, 'r'));
    fake.stop_error = 0;
    assert_int_equal(amp_rproc_shutdown(&rproc), 0);
    assert_int_equal(fake.log[fake.log_len - 1], 'r');
    assert_int_equal(amp_rproc_poll(&rproc), 0);
}

static void test_restart_cycles(void **state) {
    (void)state;
    for (int i = 0; i < 200; ++i) {
        load_and_start();
        bind();
        // Leave what is under way behind; the next life does not see it.
        remote_sends(i % 5);
        for (int j = 0; j < i % 7; ++j) {
            assert_int_equal(amp_endpoint_send(&ept, "y", 1), 1);
        }
        received = 0;
        if (i % 3 == 0) {
            fake.state = AMP_CORE_FAULTED;
            assert_int_equal(amp_rproc_poll(&rproc), -AMP_EPIPE);
            assert_int_equal(received, i % 5);
        }
        received = 0;
        if (i % 2 == 0) {
            assert_int_equal(amp_rproc_stop(&rproc), 0);
        } else if (rproc.state == AMP_RPROC_RUNNING) {
            assert_int_equal(load(), -AMP_EBUSY);
            assert_int_equal(amp_rproc_stop(&rproc), 0);
        }
        assert_int_equal(received, 0);
        // Written by the firmware, and loaded again.
        memset(fake_port_at(&fake, FAKE_DATA_DA, 0x200), 0xEE, 0x200);
        memset(fake_port_at(&fake, FAKE_HEAP_DA, FAKE_HEAP_LEN), 0xEE, FAKE_HEAP_LEN);
        fake.log_len = 0;
    }
}

// ---- Running ----

static void test_death_is_noticed_after_the_last_message(void **state) {
    (void)state;
    static const struct {
        enum amp_core_state state;
        const char *reason;
        const char *expected;
    } cases[] = {{AMP_CORE_EXITED, "exit 3", "exit 3"}, {AMP_CORE_FAULTED, "SIGSEGV", "SIGSEGV"},
        {AMP_CORE_STOPPED, NULL, "the core stopped"}, {AMP_CORE_FAULTED, NULL, "the core stopped"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        load_and_start();
        bind();
        remote_sends(8);
        fake.state = cases[i].state;
        fake.reason = cases[i].reason;
        received = 0;
        assert_int_equal(amp_rproc_poll(&rproc), -AMP_EPIPE);
        assert_int_equal(received, 8);
        assert_int_equal(rproc.state, AMP_RPROC_CRASHED);
        assert_string_equal(rproc.reason, cases[i].expected);
        assert_false(amp_endpoint_is_ready(&ept));
        // Once.
        assert_int_equal(amp_rproc_poll(&rproc), 0);
        assert_int_equal(amp_rproc_start(&rproc), -AMP_EINVAL);
        fake.reason = NULL;
        if (i % 2 == 0) {
            fake.log_len = 0;
            memset(fake.log, 0, sizeof(fake.log));
            fake.stop_error = -AMP_EIO;
            assert_int_equal(amp_rproc_stop(&rproc), -AMP_EIO);
            assert_int_equal(rproc.state, AMP_RPROC_CRASHED);
            fake.stop_error = 0;
            assert_int_equal(amp_rproc_stop(&rproc), 0);
            expect_log("xx");
            assert_null(rproc.reason);
        } else {
            // Loading puts it into reset first, or writes nothing.
            fake.log_len = 0;
            memset(fake.log, 0, sizeof(fake.log));
            fake.stop_error = -AMP_EIO;
            fake_port_snapshot(&fake);
            assert_int_equal(load(), -AMP_EIO);
            assert_true(fake_port_unchanged(&fake));
            assert_int_equal(rproc.state, AMP_RPROC_CRASHED);
            fake.stop_error = 0;
            assert_int_equal(load(), 0);
            expect_log("xxp");
            assert_null(rproc.reason);
            assert_int_equal(amp_rproc_stop(&rproc), 0);
        }
    }
}

// A core that is said to be dead and goes on sending: one ring of it is taken.
static void send_more(void) {
    (void)amp_rpmsg_poll(&remote);
    (void)amp_rpmsg_send(&remote, 50, ept.addr, "x", 1);
}

static void test_the_dead_that_go_on_sending(void **state) {
    (void)state;
    load_and_start();
    bind();
    remote_sends(4);
    fake.state = AMP_CORE_FAULTED;
    in_callback = send_more;
    received = 0;
    assert_int_equal(amp_rproc_poll(&rproc), -AMP_EPIPE);
    assert_in_range(received, 4, 16);
    assert_int_equal(rproc.state, AMP_RPROC_CRASHED);
}

static void test_dead_on_arrival(void **state) {
    (void)state;
    fake.on_start = NULL;
    load_and_start();
    fake.state = AMP_CORE_EXITED;
    assert_int_equal(amp_rproc_poll(&rproc), -AMP_EPIPE);
    assert_int_equal(rproc.state, AMP_RPROC_CRASHED);
}

static void forge_used_index(void) {
    struct amp_rproc_vdev vdev = rproc.vdev;
    uint32_t used = virtq_used_offset(vdev.vring[0].num, vdev.vring[0].align);
    uint16_t forged = 0x7000;
    memcpy(fake_port_at(&fake, vdev.vring[0].da + used + 2, 2), &forged, 2);
}

static void test_protocol_error(void **state) {
    (void)state;
    load_and_start();
    bind();
    forge_used_index();
    fake.log_len = 0;
    memset(fake.log, 0, sizeof(fake.log));
    assert_int_equal(amp_rproc_poll(&rproc), -AMP_EPROTO);
    expect_log("x");
    assert_int_equal(rproc.state, AMP_RPROC_CRASHED);
    assert_non_null(rproc.reason);
    assert_ptr_equal(rproc.reason, link.violation);
    assert_int_equal(amp_rproc_poll(&rproc), 0);
    assert_int_equal(amp_rproc_stop(&rproc), 0);
    load_and_start();
    bind();
}

// The link went down in a send, between two polls.
static void test_protocol_error_found_by_a_send(void **state) {
    (void)state;
    load_and_start();
    bind();
    struct amp_rproc_vdev vdev = rproc.vdev;
    uint32_t used = virtq_used_offset(vdev.vring[1].num, vdev.vring[1].align);
    uint16_t forged = 0x7000;
    memcpy(fake_port_at(&fake, vdev.vring[1].da + used + 2, 2), &forged, 2);
    int result = 0;
    for (int i = 0; i < 20 && result >= 0; ++i) {
        result = amp_endpoint_send(&ept, "x", 1);
    }
    assert_int_equal(result, -AMP_EPROTO);
    assert_int_equal(rproc.state, AMP_RPROC_RUNNING);
    assert_int_equal(amp_rproc_poll(&rproc), -AMP_EPROTO);
    assert_int_equal(rproc.state, AMP_RPROC_CRASHED);
    assert_non_null(rproc.reason);
}

static void test_reported_crash(void **state) {
    (void)state;
    static const char reason[] = "it hangs";
    assert_int_equal(amp_rproc_report_crash(&rproc, reason), -AMP_EINVAL);
    for (int resets = 0; resets < 2; ++resets) {
        load_and_start();
        bind();
        fake.port.stop_resets = resets;
        fake.log_len = 0;
        memset(fake.log, 0, sizeof(fake.log));
        assert_int_equal(amp_rproc_report_crash(&rproc, reason), 0);
        expect_log(resets ? "" : "x");
        assert_int_equal(rproc.state, AMP_RPROC_CRASHED);
        assert_ptr_equal(rproc.reason, reason);
        assert_false(amp_endpoint_is_ready(&ept));
        assert_int_equal(amp_rproc_poll(&rproc), 0);
        assert_int_equal(amp_rproc_report_crash(&rproc, "again"), -AMP_EINVAL);
        assert_ptr_equal(rproc.reason, reason);
        fake.port.stop_resets = false;
    }
    load_and_start();
    bind();
}

// What the table says is what the link has: features that are known here, and the rings' ids,
// by which their doorbells ring.
static void test_table_and_link(void **state) {
    (void)state;
    enum { NS = 1 << VIRTIO_RPMSG_F_NS, OTHER = 1 << 5 };
    static const uint32_t offers[] = {
        0, NS, UINT32_C(1) << VIRTIO_RING_F_EVENT_IDX, UINT32_MAX, OTHER};
    fake.reason = "the port's sentence"; // which is asked for only when something fails
    for (unsigned i = 0; i < sizeof(offers) / sizeof(offers[0]); ++i) {
        bool ns = offers[i] & NS;
        bool event_idx = offers[i] >> VIRTIO_RING_F_EVENT_IDX & 1;
        uint32_t vdev = table_get(table.bytes, 16);
        table_set(&table, vdev + offsetof(struct amp_rsc_vdev, dfeatures), offers[i]);
        for (uint32_t ring = 0; ring < 2; ++ring) {
            table_set(&table,
                vdev + sizeof(struct amp_rsc_vdev) + ring * sizeof(struct amp_rsc_vring)
                    + offsetof(struct amp_rsc_vring, notifyid),
                77 + ring);
        }
        image_build(&image, false, &table);
        assert_int_equal(load(), 0);
        assert_null(error.what);
        assert_int_equal(amp_rproc_start(&rproc), 0);
        assert_int_equal(link.name_service, ns);
        assert_int_equal(link.tx.event_mask, event_idx ? 0xFFFF : 0);
        assert_int_equal(link.rx.notify_id, 77);
        assert_int_equal(link.tx.notify_id, 78);
        uint8_t *status = (uint8_t *)fake_port_at(&fake, FAKE_DATA_DA, table.len) + vdev
            + offsetof(struct amp_rsc_vdev, status);
        assert_int_equal(*status, 7);
        assert_int_equal(amp_rproc_stop(&rproc), 0);
        assert_int_equal(*status, 0); // it has no driver any more
    }
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_table_leaves_the_cache),
        TEST(test_table_and_link),
        TEST(test_core_does_not_start),
        TEST(test_stop_in_every_state),
        TEST(test_restart_cycles),
        TEST(test_death_is_noticed_after_the_last_message),
        TEST(test_the_dead_that_go_on_sending),
        TEST(test_dead_on_arrival),
        TEST(test_protocol_error),
        TEST(test_reported_crash),
        TEST(test_protocol_error_found_by_a_send),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
