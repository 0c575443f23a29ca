/*
 * A remote core with both sides in one process, for the tests of its life: the
 * fake core's first instruction opens the table that the host finished, and runs
 * the device's half of the link.  Each test program includes this once.
 */
#ifndef RPROC_CASE_H
#define RPROC_CASE_H

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

static inline void no_kick(void *ctx, uint32_t notify_id) {
    (void)ctx;
    (void)notify_id;
}

static inline void *remote_map(void *ctx, amp_da_t da, size_t len) {
    return fake_port_at(ctx, da, len);
}

static const struct amp_port_ops remote_ops = {.kick = no_kick, .map = remote_map};

static inline void host_cb(struct amp_endpoint *e, uint32_t src, void *data, size_t len) {
    (void)e;
    (void)src;
    (void)data;
    (void)len;
    ++received;
    if (in_callback != NULL) {
        in_callback();
    }
}

static inline void remote_cb(struct amp_endpoint *e, uint32_t src, void *data, size_t len) {
    (void)src;
    assert_int_equal(amp_endpoint_send(e, data, len), (int)len);
}

static inline void remote_main(struct fake_port *f) {
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

static inline int setup(void **state) {
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

static inline int teardown(void **state) {
    (void)state;
    fake_port_free(&fake);
    return 0;
}

static inline int load(void) {
    return amp_rproc_load(&rproc, &image.source, &error);
}

static inline void load_and_start(void) {
    assert_int_equal(load(), 0);
    assert_int_equal(amp_rproc_start(&rproc), 0);
    assert_int_equal(rproc.state, AMP_RPROC_RUNNING);
}

// Until the name service has bound the endpoint.
static inline void bind(void) {
    for (int i = 0; i < 4; ++i) {
        assert_true(amp_rproc_poll(&rproc) >= 0);
        assert_true(amp_rpmsg_poll(&remote) >= 0);
    }
    assert_true(amp_endpoint_is_ready(&ept));
}

// `count` messages that wait in ring 0.
static inline void remote_sends(int count) {
    for (int i = 0; i < count; ++i) {
        assert_int_equal(amp_rpmsg_send(&remote, 50, ept.addr, "x", 1), 1);
    }
}

static inline void expect_log(const char *log) {
    assert_string_equal(fake.log, log);
    memset(fake.log, 0, sizeof(fake.log));
    fake.log_len = 0;
}

#endif // RPROC_CASE_H
