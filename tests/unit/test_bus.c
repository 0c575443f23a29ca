/* The bus (openamp/bus.h) over our rings, of a host: two cores of sim at once. */
#include "openamp/bus.h"
#include "core/bus_virtio.h"
#include "sim_board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

// Nothing but the operations is used.

struct remote {
    struct amp_bus *bus;
    struct amp_endpoint ept;
    unsigned received;
    uint8_t last[64];
    size_t last_len;
    unsigned services;
    char service[AMP_NAME_SIZE];
    uint32_t service_src;
    volatile bool notified;
};
static struct remote remotes[2];

static void received(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    struct remote *remote = (void *)((char *)ept - offsetof(struct remote, ept));
    (void)src;
    ++remote->received;
    remote->last_len = len;
    memcpy(remote->last, data, len < sizeof(remote->last) ? len : sizeof(remote->last));
}

static void service(struct amp_bus *bus, uint32_t src, const char *name) {
    struct remote *remote = bus->user;
    ++remote->services;
    remote->service_src = src;
    strcpy(remote->service, name);
}
static const struct amp_bus_events events = {.service = service};

static void notified(void *arg) {
    ((struct remote *)arg)->notified = true;
}

static int read_image(void *ctx, uint64_t offset, void *buffer, size_t len) {
    memcpy(buffer, (uint8_t *)ctx + offset, len);
    return 0;
}

// Poll both until `done`.
static void run_until(bool (*done)(void)) {
    while (!done()) {
        int more = 0;
        for (int i = 0; i < 2; ++i) {
            more |= remotes[i].bus->ops->poll(remotes[i].bus) > 0;
        }
        if (!more && !done()) {
            amp_sim_wait(-1);
        }
    }
}

static bool ready(void) {
    return remotes[0].bus->ops->is_ready(&remotes[0].ept)
        && remotes[1].bus->ops->is_ready(&remotes[1].ept);
}
static bool first_ready(void) {
    return remotes[0].bus->ops->is_ready(&remotes[0].ept);
}
static bool answered(void) {
    return remotes[0].received == 1 && remotes[1].received == 1;
}
static bool told(void) {
    return remotes[1].services == 1;
}

static void boot_remote(struct remote *remote, unsigned core) {
    size_t len;
    struct amp_load_error why;
    const struct amp_image image = {
        .ctx = read_file(firmware_path("virtual_uart.elf"), &len), .size = len, .read = read_image};
    struct amp_bus *bus = amp_platform_bus(core);
    assert_non_null(bus);
    assert_ptr_equal(amp_platform_bus(core), bus);
    remote->bus = bus;
    assert_int_equal(bus->ops->open(bus), 0);
    bus->user = remote;
    bus->ops->set_doorbell_cb(bus, notified, remote);
    assert_int_equal(bus->ops->state(bus), AMP_RPROC_OFFLINE);
    assert_int_equal(bus->ops->start(bus, &why), -AMP_EINVAL); // nothing is loaded
    assert_int_equal(bus->ops->load(bus, &image, &why), 0);
    assert_int_equal(bus->ops->state(bus), AMP_RPROC_LOADED);
    assert_false(bus->ops->is_up(bus));
    assert_int_equal(bus->ops->create(bus, &remote->ept, "vuart-channel", AMP_ADDR_ANY,
                         AMP_ADDR_ANY, received, AMP_ENDPOINT_ANNOUNCE),
        0);
    assert_int_equal(bus->ops->start(bus, &why), 0);
    assert_int_equal(bus->ops->state(bus), AMP_RPROC_RUNNING);
    assert_int_equal(bus->ops->load(bus, &image, &why), -AMP_EBUSY);
}

// Pieces of a core dump, the second of which is refused.
static size_t dumped;
static int write_dump(void *ctx, const void *data, size_t len) {
    int *left = ctx;
    (void)data;
    dumped += len;
    return --*left == 0 ? -AMP_EIO : 0;
}

// A name is found in the image that is loaded, and in no other.
static void check_image(struct amp_bus *bus) {
    size_t len;
    uint8_t *bytes = read_file(firmware_path("virtual_uart.elf"), &len);
    struct amp_image image = {.ctx = bytes, .size = len, .read = read_image};
    amp_da_t da = 0;
    assert_int_equal(bus->ops->symbol(bus, &image, "firmware_table", &da), 0);
    const uint32_t *table = bus->ops->map(bus, da, sizeof(struct amp_table_rpmsg), false);
    assert_non_null(table);
    assert_int_equal(table[0], 1);
    assert_int_equal(bus->ops->symbol(bus, &image, "firmware_tab", &da), -AMP_ENOENT);
    image.size = 1000;
    assert_int_equal(bus->ops->symbol(bus, &image, "firmware_table", &da), -AMP_ESTALE);
    image.size = 10;
    assert_int_equal(bus->ops->symbol(bus, &image, "firmware_table", &da), -AMP_ENOEXEC);
    int pieces = 2;
    dumped = 0;
    assert_int_equal(bus->ops->coredump(bus, write_dump, &pieces), -AMP_EIO);
    assert_int_equal(dumped, 64 + 56); // the file's header, and the first of the others
    pieces = -1;
    assert_int_equal(bus->ops->coredump(bus, write_dump, &pieces), 0);
    assert_true(dumped > 4096);
}

// What a program can be shown: of the link, and of the core's memory.
static void check_view(struct amp_bus *bus) {
    uint32_t addr = 0;
    uint16_t taken = 0;
    char text[8];
    amp_da_t entry;
    struct amp_load_error why;
    assert_int_equal(bus->ops->mtu(bus), 496);
    assert_null(bus->ops->reason(bus));
    assert_string_equal(bus->ops->service(bus, 0, &addr), "vuart-channel");
    assert_true(bus->ops->unconsumed(bus, &taken) <= 1);
    // Its first instruction may be read, the flash behind it not be written.
    assert_non_null(bus->ops->map(bus, AMP_SIM_CODE_DA, 4, false));
    uint8_t *va = bus->ops->map(bus, AMP_SIM_DATA_DA + AMP_SIM_DATA_LEN - 4, 4, true);
    assert_non_null(va);
    bus->ops->written(bus, va, 4);
    assert_non_null(bus->ops->map(bus, AMP_SIM_SHARED_DA, AMP_SIM_SHARED_LEN, true));
    assert_non_null(bus->ops->map(bus, AMP_SIM_FLASH_DA, 4, false));
    assert_null(bus->ops->map(bus, AMP_SIM_FLASH_DA, 4, true));
    assert_null(bus->ops->map(bus, AMP_SIM_DATA_DA + AMP_SIM_DATA_LEN - 4, 5, false));
    assert_null(bus->ops->map(bus, AMP_SIM_DATA_DA - 1, 1, false));
    assert_int_equal(bus->ops->trace(bus, 0, text, sizeof(text)), sizeof(text));
    assert_memory_equal(text, "link up\n", sizeof(text));
    assert_int_equal(bus->ops->attach(bus, &entry, &why), -AMP_EBUSY);
    check_image(bus);
}

static void test_two_cores(void **state) {
    (void)state;
    for (unsigned i = 0; i < 2; ++i) {
        boot_remote(&remotes[i], i == 0 ? 0 : 5);
    }
    // The first announcement rings, as nobody has looked for it yet: a poll before would take
    // it without a doorbell.
    while (!remotes[0].notified || !remotes[1].notified) {
        amp_sim_wait(-1);
    }
    run_until(ready);
    for (int i = 0; i < 2; ++i) {
        struct amp_bus *bus = remotes[i].bus;
        const char *text = i == 0 ? "zero" : "five";
        assert_true(bus->ops->is_up(bus));
        assert_false(bus->ops->is_polling(bus));
        assert_true(bus->ops->peer_can_send(bus));
        assert_int_equal(bus->ops->room_timeout(bus, 0), 0);
        assert_int_equal(bus->ops->message_timeout(bus, 0), AMP_FOREVER);
        if (i == 0) {
            assert_int_equal(bus->ops->send(&remotes[i].ept, text, 4), 4);
        } else {
            const struct amp_endpoint *ept = &remotes[i].ept;
            assert_int_equal(bus->ops->send_to(bus, ept->addr, ept->dest, text, 4), 4);
        }
    }
    run_until(answered);
    assert_memory_equal(remotes[0].last, "zero", 4);
    assert_memory_equal(remotes[1].last, "five", 4);

    check_view(remotes[0].bus);

    // A larger table of endpoints, and the small one again.
    static struct amp_endpoint *buckets[64];
    remotes[0].bus->ops->set_buckets(remotes[0].bus, buckets, 64);
    remotes[0].bus->ops->set_buckets(remotes[0].bus, NULL, 0);

    // The services of one core are told to that core's user; what came before too.
    struct amp_bus *bus = remotes[1].bus;
    assert_int_equal(bus->ops->destroy(&remotes[1].ept), 0);
    bus->ops->set_events(bus, &events);
    assert_int_equal(bus->ops->stop(bus), 0);
    struct amp_load_error why;
    size_t len;
    const struct amp_image image = {
        .ctx = read_file(firmware_path("virtual_uart.elf"), &len), .size = len, .read = read_image};
    assert_int_equal(bus->ops->load(bus, &image, &why), 0);
    assert_int_equal(bus->ops->start(bus, &why), 0);
    run_until(told);
    assert_string_equal(remotes[1].service, "vuart-channel");
    assert_int_equal(remotes[0].services, 0);

    // The end of one is not the other's.
    bus->ops->close(bus);
    bus->ops->set_events(bus, NULL);
    assert_int_equal(bus->ops->state(bus), AMP_RPROC_OFFLINE);
    assert_int_equal(remotes[0].bus->ops->state(remotes[0].bus), AMP_RPROC_RUNNING);
    assert_int_equal(remotes[0].bus->ops->report_crash(remotes[0].bus, "it hangs"), 0);
    assert_int_equal(remotes[0].bus->ops->state(remotes[0].bus), AMP_RPROC_CRASHED);
    assert_string_equal(remotes[0].bus->ops->reason(remotes[0].bus), "it hangs");
    assert_int_equal(remotes[0].bus->ops->shutdown(remotes[0].bus), 0);
    remotes[0].bus->ops->abandon(&remotes[0].ept);
    assert_null(remotes[0].ept.link);
    remotes[0].bus->ops->close(remotes[0].bus);
}

// Boot core 0 and claim a buffer of its link.
static struct amp_tx claim_after_boot(void) {
    struct amp_tx tx;
    memset(&remotes[0], 0, sizeof(remotes[0]));
    boot_remote(&remotes[0], 0);
    run_until(first_ready);
    assert_int_equal(amp_tx_claim(amp_bus_link(remotes[0].bus), &tx), 0);
    return tx;
}

// A token of whoever had the bus before is of no buffer of now, whatever its numbers are.
static void test_token_of_former_user(void **state) {
    (void)state;
    struct amp_tx former = claim_after_boot();
    remotes[0].bus->ops->close(remotes[0].bus);
    struct amp_tx tx = claim_after_boot();
    struct amp_bus *bus = remotes[0].bus;
    struct amp_rpmsg *link = amp_bus_link(bus);
    const struct amp_endpoint *ept = &remotes[0].ept;
    former.token.desc_state = tx.token.desc_state; // had it been the same buffer
    assert_int_equal(amp_tx_commit(link, &former, ept->addr, ept->dest, 4), -AMP_EPIPE);
    assert_true(amp_tx_commit(link, &tx, ept->addr, ept->dest, 4) >= 0);
    bus->ops->close(bus);
}

// What a refused image missed is among the windows that the bus tells of.
static void test_windows(void **state) {
    (void)state;
    struct amp_bus *bus = amp_platform_bus(0);
    struct amp_load_error why;
    size_t count = 0;
    assert_int_equal(bus->ops->open(bus), 0);
    assert_int_equal(bus->ops->load_address(bus, 0x123, &why), -AMP_ENOEXEC);
    assert_non_null(why.what);
    amp_da_t entry;
    assert_int_equal(bus->ops->attach(bus, &entry, &why), -AMP_ENODEV); // nobody else starts it
    assert_non_null(why.what);
    const struct amp_window *windows = bus->ops->windows(bus, &count);
    assert_true(count != 0 && windows[0].len != 0);
    bus->ops->close(bus);
}

static void test_no_such_core(void **state) {
    (void)state;
    assert_null(amp_platform_bus(AMP_CONFIG_CORES));
    assert_null(amp_platform_bus(UINT32_MAX));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_cores),
        cmocka_unit_test(test_token_of_former_user),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_no_such_core),
    };
    return cmocka_run_group_tests_name("bus", tests, NULL, NULL);
}
