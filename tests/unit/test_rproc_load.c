/* The life of a remote core: loading, and what is placed for it. */
#include "rproc_case.h"

// ---- Loading ----

static void test_load_and_start(void **state) {
    (void)state;
    for (int wide = 0; wide <= IMAGE_LAST_CLASS; ++wide) {
        image_build(&image, wide != 0, &table);
        assert_int_equal(load(), 0);
        expect_log("p");
        assert_int_equal(rproc.state, AMP_RPROC_LOADED);
        assert_int_equal(rproc.entry, FAKE_CODE_DA + 9);
        fake.kick_count = 0;
        assert_int_equal(amp_rproc_start(&rproc), 0);
        assert_int_equal(fake.entry, FAKE_CODE_DA + 9);
        assert_int_equal(remote_open, 0);
        assert_int_equal(seen_status, 7);
        assert_int_equal(seen_gfeatures, 1);
        // The last kick is "ready", on ring 0, after the core runs.
        assert_int_equal(fake.log[fake.log_len - 1], 'n');
        assert_int_equal(fake.log[fake.log_len - 2], 's');
        assert_int_equal(fake.kicked[fake.kick_count - 1], 10);
        bind();
        assert_int_equal(amp_endpoint_send(&ept, "hello", 5), 5);
        assert_int_equal(amp_rpmsg_poll(&remote), 1);
        received = 0;
        assert_int_equal(amp_rproc_poll(&rproc), 1);
        assert_int_equal(received, 1);
        assert_int_equal(amp_rproc_stop(&rproc), 0);
        assert_int_equal(rproc.state, AMP_RPROC_OFFLINE);
        assert_false(amp_endpoint_is_ready(&ept));
        memset(fake.log, 0, sizeof(fake.log));
        fake.log_len = 0;
    }
}

static void test_refused_image_touches_nothing(void **state) {
    (void)state;
    fake_port_snapshot(&fake);
    for (size_t size = 0; size < image.size; ++size) {
        image.source.size = size;
        assert_int_equal(load(), -AMP_ENOEXEC);
        assert_non_null(error.what);
    }
    image.source.size = image.size;
    // A good image with a table that is no good.
    table_set(&table, 0, 2);
    image_build(&image, false, &table);
    assert_int_equal(load(), -AMP_ENOEXEC);
    assert_true(fake_port_unchanged(&fake));
    assert_int_equal(fake.log_len, 0);
    assert_int_equal(rproc.state, AMP_RPROC_OFFLINE);
    assert_int_equal(amp_rproc_start(&rproc), -AMP_EINVAL);
}

static void test_refused_image_leaves_the_loaded_one(void **state) {
    (void)state;
    assert_int_equal(load(), 0);
    image.source.size = 3;
    fake_port_snapshot(&fake);
    assert_int_equal(load(), -AMP_ENOEXEC);
    assert_true(fake_port_unchanged(&fake));
    assert_int_equal(rproc.state, AMP_RPROC_LOADED);
    assert_int_equal(amp_rproc_start(&rproc), 0);
    assert_int_equal(load(), -AMP_EBUSY);
    assert_int_equal(amp_rproc_load_address(&rproc, FAKE_ROM_DA, &error), -AMP_EBUSY);
    assert_int_equal(amp_rproc_start(&rproc), -AMP_EBUSY);
}

// A build without AMP_CONFIG_CACHE has nothing for a port with a cache.
static void test_cached_rings_not_built(void **state) {
    (void)state;
    assert_int_equal(load(), 0);
    fake.port.cache_line = AMP_CONFIG_CACHE ? 0 : 32;
    assert_int_equal(amp_rproc_start(&rproc), AMP_CONFIG_CACHE ? 0 : -AMP_EINVAL);
    fake.port.cache_line = 0;
    assert_int_equal(rproc.state, AMP_CONFIG_CACHE ? AMP_RPROC_RUNNING : AMP_RPROC_LOADED);
}

static void test_shared_memory_too_small(void **state) {
    (void)state;
    fake.port.shared_len = 100;
    assert_int_equal(load(), -AMP_ENOMEM);
    assert_string_equal(error.what, "shared memory too small");
    assert_int_equal(rproc.state, AMP_RPROC_OFFLINE);
}

static unsigned checked; // reads before the core was prepared
static void count_checked(struct image *read) {
    if (fake.log_len == 0) {
        checked = read->reads;
    }
}

static void test_every_read_may_fail(void **state) {
    (void)state;
    image.on_read = count_checked;
    assert_int_equal(load(), 0);
    unsigned reads = image.reads;
    image.fail_error = -77;
    image.on_read = NULL;
    for (unsigned i = 1; i <= reads; ++i) {
        assert_int_equal(load(), 0);
        image.reads = 0;
        image.fail_at = i;
        assert_int_equal(load(), -77);
        assert_string_equal(error.what, "cannot be read");
        // Until all is checked nothing has changed; after it nothing is left.
        assert_int_equal(rproc.state, i <= checked ? AMP_RPROC_LOADED : AMP_RPROC_OFFLINE);
        image.fail_at = 0;
    }
}

static void test_every_map_may_fail(void **state) {
    (void)state;
    fake.map_count = 0;
    assert_int_equal(load(), 0);
    unsigned loads = fake.map_count;
    for (unsigned i = 1; i <= loads; ++i) {
        fake.map_count = 0;
        fake.map_fail_at = i;
        // A trace that cannot be reached is not read.
        assert_true(load() < 0 || rproc.trace[0].len == 0);
    }
    fake.map_fail_at = 0;
    assert_int_equal(load(), 0);
    // Two rings, the buffers, the status.
    for (unsigned i = 1; i <= 4; ++i) {
        fake.map_count = 0;
        fake.map_fail_at = i;
        assert_int_equal(amp_rproc_start(&rproc), -AMP_EIO);
        assert_int_equal(rproc.state, AMP_RPROC_LOADED);
        assert_false(amp_rpmsg_is_up(&link));
    }
    fake.map_fail_at = 0;
    assert_int_equal(amp_rproc_start(&rproc), 0);
}

static void test_prepare_fails(void **state) {
    (void)state;
    fake.prepare_error = -AMP_EIO;
    fake_port_snapshot(&fake);
    assert_int_equal(load(), -AMP_EIO);
    assert_true(fake_port_unchanged(&fake));
    assert_null(error.what);
    fake.reason = "runs already";
    fake.prepare_error = -AMP_EBUSY;
    assert_int_equal(load(), -AMP_EBUSY);
    assert_string_equal(error.what, "runs already");
    assert_null(error.unit);
    assert_true(fake_port_unchanged(&fake));
    assert_int_equal(rproc.state, AMP_RPROC_OFFLINE);
}

static void test_port_without_the_optional(void **state) {
    (void)state;
    fake.ops.doorbell_ack = NULL;
    fake.ops.core_prepare = NULL;
    fake.ops.core_release = NULL;
    fake.ops.cache_clean = NULL;
    fake.ops.cache_invalidate = NULL;
    load_and_start();
    bind();
    assert_int_equal(amp_rproc_shutdown(&rproc), 0);
}

static void test_load_address(void **state) {
    (void)state;
    fake.port.default_table = &fake.default_table;
    fake.default_table.vring_num = 16;
    fake_port_snapshot(&fake);
    static const amp_da_t bad[] = {
        0, FAKE_ROM_DA - 1, FAKE_ROM_DA + FAKE_ROM_LEN, FAKE_DATA_DA, UINTPTR_MAX};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); ++i) {
        assert_int_equal(amp_rproc_load_address(&rproc, bad[i], &error), -AMP_ENOEXEC);
        assert_string_equal(error.what, "entry outside the code");
        assert_string_equal(error.unit, "address");
        assert_int_equal(error.where, bad[i]);
    }
    assert_true(fake_port_unchanged(&fake));
    expect_log("");
    assert_int_equal(amp_rproc_load_address(&rproc, FAKE_ROM_DA + 1, &error), 0);
    // No image follows.  To look for a table its memory has to be there.
    expect_log(AMP_CONFIG_TABLE_MARK ? "aa" : "a");
    remote_table = fake.default_table.table_da;
    remote_table_len = sizeof(struct amp_table_rpmsg);
    assert_int_equal(amp_rproc_start(&rproc), 0);
    assert_int_equal(fake.entry, FAKE_ROM_DA + 1);
    assert_int_equal(remote_open, 0);
    assert_int_equal(fake.kicked[fake.kick_count - 1], 0);
    bind();
    // An image without a table gets the same.
    assert_int_equal(amp_rproc_stop(&rproc), 0);
    image_build(&image, IMAGE_LAST_CLASS, NULL);
    load_and_start();
    bind();
    assert_int_equal(amp_rproc_trace(&rproc, 0, (char[4]){0}, 4), 0);
}

static void test_buffer_base(void **state) {
    (void)state;
    fake.default_table.buffer_base = FAKE_SHARED_DA;
    fake.port.default_table = &fake.default_table;
    remote_table = fake.default_table.table_da;
    remote_table_len = sizeof(struct amp_table_rpmsg);
    struct amp_default_table own = fake.default_table;
    own.table_da = (uintptr_t)fake_port_at(&fake, remote_table, 1);
    remote_port.default_table = &own;
    assert_int_equal(amp_rproc_load_address(&rproc, FAKE_ROM_DA, &error), 0);
    assert_int_equal(amp_rproc_start(&rproc), 0);
    const struct virtq_desc *desc =
        fake_port_at(&fake, rproc.vdev.vring[0].da, sizeof(struct virtq_desc));
    assert_int_equal(desc->addr, rproc.buffers_da - FAKE_SHARED_DA);
    bind();
    // An image with its own table has its own addresses.
    assert_int_equal(amp_rproc_stop(&rproc), 0);
    remote_table = FAKE_DATA_DA;
    remote_table_len = table.len;
    load_and_start();
    desc = fake_port_at(&fake, rproc.vdev.vring[0].da, sizeof(struct virtq_desc));
    assert_int_equal(desc->addr, rproc.buffers_da);
    bind();
}

// Less room than the rings have descriptors: what is missing are transmit
// buffers, which nobody ever gets.
static void test_fewer_buffers(void **state) {
    (void)state;
    assert_int_equal(load(), 0);
    size_t rings = rproc.buffers_da - FAKE_HEAP_DA;
    assert_int_equal(rproc.buffers_len, 16 * 512);
    for (unsigned count = 9; count <= 16; ++count) {
        fake.port.shared_len = rings + count * (size_t)512 + 511;
        load_and_start();
        assert_int_equal(rproc.buffers_len, count * 512);
        bind();
        // "bind" took none of them for good.
        while (amp_rpmsg_poll(&remote) > 0) {
        }
        unsigned sent = 0;
        while (amp_endpoint_send(&ept, "hello", 5) == 5) {
            ++sent;
        }
        assert_int_equal(sent, count - 8);
        received = 0;
        while (amp_rpmsg_poll(&remote) > 0 || amp_rproc_poll(&rproc) > 0) {
        }
        assert_int_equal(received, count - 8);
        // Nor does one who fills them in place, all at the same time.
        struct amp_tx tx;
        unsigned claimed = 0;
        while (amp_tx_claim(&link, &tx) == 0) {
            size_t end = (size_t)((uint8_t *)tx.data + tx.size - link.rx.buffers);
            assert_true(end <= count * (size_t)512);
            ++claimed;
        }
        assert_int_equal(claimed, count - 8);
        assert_false(amp_rpmsg_want_room(&link));
        assert_int_equal(amp_rproc_stop(&rproc), 0);
    }
    fake.port.shared_len = rings + 9 * 512 - 1;
    assert_int_equal(load(), -AMP_ENOMEM);
    assert_string_equal(error.what, "shared memory too small");
}

// What a device gives back that it never had is no buffer.
static void test_missing_buffer_given_back(void **state) {
    (void)state;
    assert_int_equal(load(), 0);
    fake.port.shared_len = rproc.buffers_da - FAKE_HEAP_DA + 12 * 512;
    load_and_start();
    bind();
    while (amp_endpoint_send(&ept, "hello", 5) == 5) {
    }
    const struct amp_rsc_vring *ring = &rproc.vdev.vring[1];
    uint8_t *va = fake_port_at(&fake, ring->da, virtq_size(ring->num, ring->align));
    struct virtq_used *used = (void *)(va + virtq_used_offset(ring->num, ring->align));
    used->ring[used->idx % ring->num].id = 4; // of 0 to 3
    used->idx++;
    assert_int_equal(amp_endpoint_send(&ept, "hello", 5), -AMP_EPROTO);
    assert_int_equal(amp_rproc_poll(&rproc), -AMP_EPROTO);
    assert_string_equal(rproc.reason, "bad ring id");
}

// Memory that there is, and that the core must not use: whatever asks for it is refused with
// the port's own reason.
static void test_refused_memory(void **state) {
    (void)state;
    static const char reason[] = "the ROM is being mended";
    static struct amp_window windows[FAKE_WINDOWS];
    memcpy(windows, fake.port.windows, sizeof(windows));
    assert_int_equal(windows[3].da, FAKE_ROM_DA);
    windows[3].len = 0;
    fake.port.windows = windows;
    fake.port.refused = (struct amp_refused){FAKE_ROM_DA, FAKE_ROM_LEN, reason};
    fake_port_snapshot(&fake);
    for (int wide = 0; wide <= IMAGE_LAST_CLASS; ++wide) {
        image_build(&image, wide != 0, &table);
        image_set(&image, P_PADDR, IMAGE_DATA, FAKE_ROM_DA);
        assert_int_equal(load(), -AMP_ENOEXEC);
        assert_string_equal(error.what, reason);
        assert_string_equal(error.unit, "segment");
        assert_int_equal(error.da, FAKE_ROM_DA);
        assert_true(amp_load_missed(&error, &windows[0]));
    }
    assert_int_equal(amp_rproc_load_address(&rproc, FAKE_ROM_DA + 8, &error), -AMP_ENOEXEC);
    assert_string_equal(error.what, reason);
    // What an entry of the table asks for, whatever it would do there.
    const struct amp_rsc_devmem devmem = {
        .type = AMP_RSC_DEVMEM, .da = FAKE_ROM_DA, .pa = FAKE_ROM_DA, .len = 4};
    for (int is_devmem = 0; is_devmem < 2; ++is_devmem) {
        table_standard(&table, 8);
        if (is_devmem) {
            table_add(&table, &devmem, sizeof(devmem));
        } else {
            table_add_carveout(&table, FAKE_ROM_DA, 4);
        }
        image_build(&image, false, &table);
        assert_int_equal(load(), -AMP_ENOEXEC);
        assert_string_equal(error.what, reason);
    }
    assert_null(amp_rproc_map(&rproc, FAKE_ROM_DA, 4, false));
    assert_true(fake_port_unchanged(&fake));
    // Beside it all is as ever.
    const amp_da_t beside[] = {FAKE_ROM_DA - 1, FAKE_ROM_DA + FAKE_ROM_LEN};
    for (int i = 0; i < 2; ++i) {
        assert_int_equal(amp_rproc_load_address(&rproc, beside[i], &error), -AMP_ENOEXEC);
        assert_string_equal(error.what, "entry outside the code");
    }
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_load_and_start),
        TEST(test_refused_image_touches_nothing),
        TEST(test_refused_image_leaves_the_loaded_one),
        TEST(test_cached_rings_not_built),
        TEST(test_shared_memory_too_small),
        TEST(test_every_read_may_fail),
        TEST(test_every_map_may_fail),
        TEST(test_prepare_fails),
        TEST(test_port_without_the_optional),
        TEST(test_load_address),
        TEST(test_buffer_base),
        TEST(test_fewer_buffers),
        TEST(test_missing_buffer_given_back),
        TEST(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
