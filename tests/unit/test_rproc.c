/*
 * The life cycle of a remote core, with both sides in one process: the fake
 * core's first instruction opens the table that the host finished, and runs
 * the device's half of the link.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/wire/virtq_layout.h"
#include "fake_port.h"
#include "image.h"
#include "openamp/openamp.h"

static struct fake_port fake;
static struct image image;
static struct table table;
static struct amp_load_error error;
static struct amp_rpmsg link;
static struct amp_rproc rproc;

// The device's side.
static struct amp_port remote_port;
static struct amp_rpmsg remote;
static struct amp_endpoint remote_ept;
static int remote_open; // what amp_vdev_open() returned
static amp_da_t remote_table;
static size_t remote_table_len;
static uint8_t seen_status;
static uint32_t seen_gfeatures;

// The host's side.
static struct amp_endpoint ept;
static unsigned received;
static void (*in_callback)(void);

static void no_kick(void *ctx, uint32_t notify_id) {
    (void)ctx;
    (void)notify_id;
}

static void *remote_map(void *ctx, amp_da_t da, size_t len) {
    return fake_port_at(ctx, da, len);
}

static const struct amp_port_ops remote_ops = {.kick = no_kick, .map = remote_map};

static void host_cb(struct amp_endpoint *e, uint32_t src, void *data, size_t len) {
    (void)e;
    (void)src;
    (void)data;
    (void)len;
    ++received;
    if (in_callback != NULL) {
        in_callback();
    }
}

static void remote_cb(struct amp_endpoint *e, uint32_t src, void *data, size_t len) {
    (void)src;
    assert_int_equal(amp_endpoint_send(e, data, len), (int)len);
}

static void remote_main(struct fake_port *f) {
    struct amp_rpmsg_layout layout;
    uint8_t *bytes = fake_port_at(f, remote_table, remote_table_len);
    uint8_t *vdev = bytes + table_get(bytes, sizeof(struct amp_rsc_header));
    seen_status = vdev[offsetof(struct amp_rsc_vdev, status)];
    seen_gfeatures = table_get(vdev, offsetof(struct amp_rsc_vdev, gfeatures));
    remote_open = amp_vdev_open(&remote_port, bytes, remote_table_len, &layout);
    if (remote_open == 0) {
        amp_rpmsg_init(&remote, AMP_DEVICE, &remote_port);
        assert_int_equal(amp_rpmsg_up(&remote, &layout), 0);
        memset(&remote_ept, 0, sizeof(remote_ept));
        assert_int_equal(
            amp_endpoint_create(&remote, &remote_ept, "echo", 50, AMP_ADDR_ANY, remote_cb), 0);
    }
}

static int setup(void **state) {
    (void)state;
    fake_port_init(&fake);
    fake.on_start = remote_main;
    remote_port = (struct amp_port){.ops = &remote_ops, .ctx = &fake};
    table_standard(&table, 8);
    image_build(&image, false, &table);
    remote_table = FAKE_DATA_DA;
    remote_table_len = table.len;
    remote_open = 1;
    received = 0;
    in_callback = NULL;
    memset(&ept, 0, sizeof(ept));
    amp_rpmsg_init(&link, AMP_HOST, &fake.port);
    amp_rproc_init(&rproc, &fake.port, &link);
    assert_int_equal(
        amp_endpoint_create(&link, &ept, "echo", AMP_ADDR_ANY, AMP_ADDR_ANY, host_cb), 0);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fake_port_free(&fake);
    return 0;
}

static int load(void) {
    return amp_rproc_load(&rproc, &image.source, &error);
}

static void load_and_start(void) {
    assert_int_equal(load(), 0);
    assert_int_equal(amp_rproc_start(&rproc), 0);
    assert_int_equal(rproc.state, AMP_RPROC_RUNNING);
}

// Until the name service has bound the endpoint.
static void bind(void) {
    for (int i = 0; i < 4; ++i) {
        assert_true(amp_rproc_poll(&rproc) >= 0);
        assert_true(amp_rpmsg_poll(&remote) >= 0);
    }
    assert_true(amp_endpoint_is_ready(&ept));
}

// `count` messages that wait in ring 0.
static void remote_sends(int count) {
    for (int i = 0; i < count; ++i) {
        assert_int_equal(amp_rpmsg_send(&remote, 50, ept.addr, "x", 1), 1);
    }
}

static void expect_log(const char *log) {
    assert_string_equal(fake.log, log);
    memset(fake.log, 0, sizeof(fake.log));
    fake.log_len = 0;
}

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
        assert_true(load() < 0 || rproc.trace_len == 0);
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
    assert_string_equal(rproc.reason, "used ring: not its buffer");
}

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

// ---- Trace ----

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
        TEST(test_table_leaves_the_cache),
        TEST(test_core_does_not_start),
        TEST(test_stop_in_every_state),
        TEST(test_restart_cycles),
        TEST(test_death_is_noticed_after_the_last_message),
        TEST(test_the_dead_that_go_on_sending),
        TEST(test_dead_on_arrival),
        TEST(test_protocol_error),
        TEST(test_protocol_error_found_by_a_send),
        TEST(test_acknowledged_before_the_look),
        TEST(test_calls_from_a_callback),
        TEST(test_trace),
        TEST(test_table_spoiled_after_load),
        TEST(test_no_device),
        TEST(test_no_device_does_not_start),
        TEST(test_address_without_default_table),
        TEST(test_sizes_of_the_image),
        TEST(test_sizes_that_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
