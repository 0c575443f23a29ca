/* The bus (openamp/bus.h) over our rings, of a device. */
#include "openamp/bus.h"
#include "openamp/table.h"
#include "pair.h"

#include <string.h>

static struct pair pair;
static struct amp_table_rpmsg table;
static struct amp_bus_device device;
static struct amp_bus *bus;
static struct amp_endpoint ept;
static struct amp_endpoint at_host;

static amp_doorbell_cb doorbell_cb;
static void note_set_doorbell_cb(void *ctx, amp_doorbell_cb function, void *arg) {
    (void)ctx;
    (void)arg;
    doorbell_cb = function;
}
static void notified(void *arg) {
    (void)arg;
}

static unsigned device_released;
static void released(struct amp_bus *of, struct amp_endpoint *self) {
    assert_ptr_equal(of, bus);
    assert_null(self->link);
    ++device_released;
}
static const struct amp_bus_events device_events = {.released = released};

// What is filled and read in place.
static struct amp_rx held;
static bool holds;
static void hold_or_leave(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)self;
    (void)src;
    held = (struct amp_rx){.data = data, .len = len};
    if (holds) {
        bus->ops->hold(bus, &held);
        assert_true(amp_rx_is_held(&held));
    } else {
        assert_true(bus->ops->leave(bus));
    }
}

static void check_zero_copy(void) {
    struct amp_tx tx;
    assert_int_equal(bus->ops->depth(bus), 8);
    assert_int_equal(bus->ops->claim(bus, &tx), 0);
    bus->ops->cancel(bus, &tx);
    assert_false(amp_tx_is_claimed(&tx));
    assert_int_equal(bus->ops->claim(bus, &tx), 0);
    assert_int_equal(bus->ops->commit(bus, &tx, ept.addr, ept.dest, 0), 0);
    assert_int_equal(amp_rpmsg_poll(at_host.link), 1);
    ept.cb = hold_or_leave;
    assert_int_equal(amp_endpoint_send(&at_host, "a", 1), 1);
    for (int i = 0; i < 2; ++i) {
        holds = i == 1;
        assert_int_equal(bus->ops->poll(bus), 0);
    }
    assert_memory_equal(held.data, "a", 1);
    bus->ops->release(bus, &held);
    assert_false(amp_rx_is_held(&held));
    ept.cb = pair_note;
}

// Opened before its host is ready; then both have an endpoint "x", and know the other's.
static int begin(void **state) {
    (void)state;
    memset(&device, 0, sizeof(device));
    memset(&ept, 0, sizeof(ept));
    memset(&at_host, 0, sizeof(at_host));
    pair_init(&pair, (struct pair_shape){.num = {8, 8}, .align = 64});
    static struct amp_port_ops ops;
    ops = *pair.device.port.ops;
    ops.set_doorbell_cb = note_set_doorbell_cb;
    pair.device.port.ops = &ops;
    table = (struct amp_table_rpmsg)AMP_TABLE_RPMSG(8, 0, 0);
    for (int i = 0; i < 2; ++i) {
        table.vring[i].da = pair_da(&pair, pair.ring[i]);
        table.vring[i].align = 64;
        table.vring[i].notifyid = i == 0 ? PAIR_NOTIFY_0 : PAIR_NOTIFY_1;
    }
    table.vdev.gfeatures = 1 << VIRTIO_RPMSG_F_NS;
    bus = amp_bus_device_init(&device, &pair.device.port, &table, sizeof(table));
    assert_int_equal(bus->ops->open(bus), 0);
    assert_int_equal(
        bus->ops->create(bus, &ept, "x", 3000, AMP_ADDR_ANY, pair_note, AMP_ENDPOINT_ANNOUNCE), 0);
    assert_int_equal(bus->ops->poll(bus), 0); // the host is not ready
    assert_false(bus->ops->is_up(bus));
    assert_int_equal(amp_rpmsg_up(&pair.host.link, &pair.host.layout), 0);
    table.vdev.status = 7;
    assert_int_equal(bus->ops->poll(bus), 0);
    assert_true(bus->ops->is_up(bus));
    assert_int_equal(
        amp_endpoint_create(&pair.host.link, &at_host, "x", 2000, AMP_ADDR_ANY, pair_note), 0);
    assert_int_equal(amp_rpmsg_poll(&pair.host.link), 1); // its announcement
    assert_int_equal(bus->ops->poll(bus), 0); // one message: the host's
    assert_true(bus->ops->is_ready(&ept));
    return 0;
}

static int end(void **state) {
    (void)state;
    pair_free(&pair);
    return 0;
}

static void test_messages(void **state) {
    (void)state;
    // It has no life of another core to offer.
    assert_true(bus->ops->load == NULL && bus->ops->start == NULL && bus->ops->state == NULL);
    check_zero_copy();
    // A whole ring: more may be due.
    for (int i = 0; i < 8; ++i) {
        assert_int_equal(amp_endpoint_send(&at_host, "", 0), 0);
    }
    assert_int_equal(bus->ops->poll(bus), 1);
    // Whoever uses the bus next finds the link as it is, without a callback.
    bus->ops->set_doorbell_cb(bus, notified, NULL);
    assert_ptr_equal(doorbell_cb, notified);
    bus->ops->close(bus);
    assert_null(doorbell_cb);
    assert_int_equal(bus->ops->open(bus), 0);
    assert_true(bus->ops->is_up(bus));
}

static void test_sessions(void **state) {
    (void)state;
    // An endpoint whose withdrawal waits for room is given back when the session ends.
    bus->ops->set_events(bus, &device_events);
    uint32_t sent = bus->ops->stats(bus)->sent;
    while (bus->ops->send(&ept, "", 0) == 0) {
        ++sent;
    }
    assert_int_equal(bus->ops->stats(bus)->sent, sent);
    assert_int_equal(bus->ops->destroy(&ept), -AMP_EAGAIN);
    assert_int_equal(device_released, 0);
    // A host that leaves, and comes back: a session begins.
    table.vdev.status = 0;
    amp_rpmsg_down(&pair.host.link);
    assert_int_equal(bus->ops->poll(bus), 0);
    assert_int_equal(device_released, 1);
    assert_false(bus->ops->is_up(bus));
    assert_int_equal(bus->ops->create(bus, &ept, "x", 3000, AMP_ADDR_ANY, pair_note, 0), 0);
    assert_int_equal(amp_rpmsg_up(&pair.host.link, &pair.host.layout), 0);
    table.vdev.status = 7;
    assert_int_equal(bus->ops->poll(bus), 0);
    assert_true(bus->ops->is_up(bus));
    assert_int_equal(amp_rpmsg_send(&pair.host.link, 2000, 3000, "", 0), 0);
    assert_int_equal(bus->ops->poll(bus), 0);
    // One that did so while nobody looked.
    amp_rpmsg_down(&pair.host.link);
    assert_int_equal(amp_rpmsg_up(&pair.host.link, &pair.host.layout), 0);
    assert_int_equal(bus->ops->poll(bus), 1); // the new session's messages are not taken yet
    assert_int_equal(bus->ops->poll(bus), 0);
    // A host that breaks the protocol.
    pair_avail(&pair, 1)->idx = 999;
    assert_int_equal(bus->ops->poll(bus), -AMP_EPROTO);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {TEST(test_messages), TEST(test_sessions)};
    return cmocka_run_group_tests_name("bus of a device", tests, NULL, NULL);
}
