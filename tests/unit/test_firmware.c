/* Each firmware of firmware/ on a simulated core, driven through the C API. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include "openamp/table_mark.h"
#include "sim_board.h"

static struct amp_rpmsg bus;
static struct amp_rproc rproc;
static struct amp_endpoint epts[5];

// What came: the last message, and how many.
static struct {
    uint8_t data[512];
    size_t len;
    uint32_t count;
    uint32_t in_order;
} got;

static void received(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)ept;
    (void)src;
    uint32_t number = UINT32_MAX;
    memcpy(&number, data, len < 4 ? len : 4);
    got.in_order += number == got.count;
    got.count++;
    got.len = len;
    memcpy(got.data, data, len);
}

static int read_image(void *ctx, uint64_t offset, void *buffer, size_t len) {
    memcpy(buffer, (const uint8_t *)ctx + offset, len);
    return 0;
}

static int setup(void **state) {
    (void)state;
    const struct amp_port *port = amp_platform_port(0);
    memset(&got, 0, sizeof(got));
    memset(epts, 0, sizeof(epts));
    amp_rpmsg_init(&bus, AMP_HOST, port);
    amp_rproc_init(&rproc, port, &bus);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    return amp_rproc_shutdown(&rproc);
}

static void load(const char *name) {
    size_t len;
    struct amp_load_error error;
    uint8_t *file = read_file(firmware_path(name), &len);
    struct amp_image image = {.read = read_image, .ctx = file, .size = len};
    assert_int_equal(amp_rproc_load(&rproc, &image, &error), 0);
}

static struct amp_endpoint *endpoint(unsigned n, const char *name) {
    assert_int_equal(
        amp_endpoint_create(&bus, &epts[n], name, AMP_ADDR_ANY, AMP_ADDR_ANY, received), 0);
    return &epts[n];
}

// Poll, asleep in between, until the condition holds or the core is gone.
#define POLL_UNTIL(condition) \
    do { \
        int taken = 0; \
        while (taken >= 0 && !(condition)) { \
            taken = amp_rproc_poll(&rproc); \
            if (taken == 0 && !(condition)) { \
                amp_sim_wait(-1); \
            } \
        } \
    } while (0)

static void boot_with(const char *image, const char *name) {
    load(image);
    endpoint(0, name);
    assert_int_equal(amp_rproc_start(&rproc), 0);
    POLL_UNTIL(amp_endpoint_is_ready(&epts[0]));
    assert_int_equal(rproc.state, AMP_RPROC_RUNNING);
}

static void say(struct amp_endpoint *ept, const char *text) {
    assert_int_equal(amp_endpoint_send(ept, text, strlen(text)), strlen(text));
}

static void expect(const char *text) {
    uint32_t before = got.count;
    POLL_UNTIL(got.count > before);
    assert_int_equal(got.len, strlen(text));
    assert_memory_equal(got.data, text, got.len);
}

static void expect_death(const char *reason) {
    POLL_UNTIL(rproc.state == AMP_RPROC_CRASHED);
    assert_int_equal(rproc.state, AMP_RPROC_CRASHED);
    assert_string_equal(rproc.reason, reason);
    assert_false(amp_endpoint_is_ready(&epts[0]));
}

static void expect_trace(const char *text) {
    char trace[AMP_SIM_TRACE_LEN];
    trace[amp_rproc_trace(&rproc, 0, trace, sizeof(trace) - 1)] = '\0';
    assert_non_null(strstr(trace, text));
}

// More messages than the rings hold, of every length.
static void test_virtual_uart(void **state) {
    (void)state;
    boot_with("virtual_uart.elf", "vuart-channel");
    uint8_t message[496] = {0};
    uint32_t sent = 0;
    while (got.count < 5000) {
        while (sent < 5000) {
            memcpy(message, &sent, sizeof(sent));
            if (amp_endpoint_send(&epts[0], message, 4 + sent % 493) < 0) {
                break;
            }
            sent++;
        }
        int taken = amp_rproc_poll(&rproc);
        assert_true(taken >= 0);
        if (taken == 0 && !(sent < 5000 && amp_rpmsg_want_room(&bus))) {
            amp_sim_wait(-1);
        }
    }
    assert_int_equal(got.in_order, 5000);
    assert_int_equal(got.len, 4 + 4999 % 493);
    expect_trace("virtual_uart");
}

static void test_restarts(void **state) {
    (void)state;
    boot_with("virtual_uart.elf", "vuart-channel");
    for (int i = 0; i < 100; i++) {
        say(&epts[0], "hello");
        expect("hello");
        assert_int_equal(amp_rproc_stop(&rproc), 0);
        load("virtual_uart.elf");
        assert_int_equal(amp_rproc_start(&rproc), 0);
        POLL_UNTIL(amp_endpoint_is_ready(&epts[0]));
    }
}

static void test_crash_on_command(void **state) {
    (void)state;
    static const char *const deaths[][2] = {
        {"segv", "SIGSEGV"},
        {"ill", "SIGILL"},
        {"exit 5", "exit 5"},
    };
    for (unsigned i = 0; i < 3; i++) {
        setup(NULL);
        boot_with("test_crash.elf", "test-crash");
        say(&epts[0], "hello");
        expect("hello");
        say(&epts[0], deaths[i][0]);
        expect_death(deaths[i][1]);
        expect_trace("test_crash");
        assert_int_equal(amp_rproc_shutdown(&rproc), 0);
    }
    setup(NULL);
    boot_with("test_crash.elf", "test-crash");
    say(&epts[0], "spin");
    assert_int_equal(amp_rproc_stop(&rproc), 0);
}

static void test_crash_early(void **state) {
    (void)state;
    static const char *const images[] = {"test_crash_reset.elf", "test_crash_ready.elf"};
    for (unsigned i = 0; i < 2; i++) {
        setup(NULL);
        load(images[i]);
        endpoint(0, "test-crash");
        assert_int_equal(amp_rproc_start(&rproc), 0);
        expect_death("SIGSEGV");
        assert_int_equal(amp_rproc_shutdown(&rproc), 0);
    }
}

static void test_silent(void **state) {
    (void)state;
    load("test_silent.elf");
    endpoint(0, "test-silent");
    assert_int_equal(amp_rproc_start(&rproc), 0);
    while (amp_sim_wait(20)) {
        assert_int_equal(amp_rproc_poll(&rproc), 0);
    }
    assert_false(amp_endpoint_is_ready(&epts[0]));
    assert_int_equal(rproc.state, AMP_RPROC_RUNNING);
}

static void test_sandbox(void **state) {
    (void)state;
    static const char *const attempts[] = {
        "open", "kill", "ptrace", "mmap", "execve", "socket", "fork", "write"};
    for (unsigned i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
        setup(NULL);
        boot_with("test_sandbox.elf", "test-sandbox");
        say(&epts[0], "nothing");
        expect("alive");
        say(&epts[0], attempts[i]);
        expect_death("sandbox violation (SIGSYS)");
        expect_trace(attempts[i]);
        assert_int_equal(amp_rproc_shutdown(&rproc), 0);
    }
}

static void test_flood(void **state) {
    (void)state;
    boot_with("test_flood.elf", "test-flood");
    say(&epts[0], "some bytes");
    say(&epts[0], "flood 3000");
    POLL_UNTIL(got.count >= 3000);
    assert_int_equal(got.in_order, 3000);
    const uint32_t totals[2] = {1, 10};
    say(&epts[0], "count");
    POLL_UNTIL(got.count > 3000);
    assert_memory_equal(got.data, totals, sizeof(totals));
}

static void test_notable(void **state) {
    (void)state;
    boot_with("test_notable.elf", "test-notable");
    say(&epts[0], "hello");
    expect("hello");
}

// ---- Firmware in flash, by its address ----

// The flash is filled when the board's power is switched on.
static void flash(const char *name) {
    const struct amp_port *port = rproc.port;
    setenv("OPENAMP_SIM_FLASH", firmware_path(name), 1);
    port->ops->core_release(port->ctx);
    assert_int_equal(port->ops->core_prepare(port->ctx, false), 0);
}

// Several lives, none of which believes what the one before has left in memory.
static void live_in_flash(void) {
    for (int life = 0; life < 3; life++) {
        struct amp_load_error error;
        assert_int_equal(amp_rproc_load_address(&rproc, AMP_SIM_FLASH_DA, &error), 0);
        assert_int_equal(amp_rproc_start(&rproc), 0);
        POLL_UNTIL(amp_endpoint_is_ready(&epts[0]));
        assert_int_equal(rproc.state, AMP_RPROC_RUNNING);
        for (int i = 0; i < 200; i++) {
            say(&epts[0], "hello");
            expect("hello");
        }
        if (life == 1) {
            assert_int_equal(amp_sim_kill(0), 0);
            expect_death("SIGKILL");
        } else {
            assert_int_equal(amp_rproc_stop(&rproc), 0);
        }
    }
}

static void test_notable_in_flash(void **state) {
    (void)state;
    flash("test_notable.flash.bin");
    endpoint(0, "test-notable");
    live_in_flash();
}

static void test_virtual_uart_in_flash(void **state) {
    (void)state;
    flash("virtual_uart.flash.bin");
    endpoint(0, "vuart-channel");
    char *trace = rproc.port->ops->map(rproc.port->ctx, AMP_SIM_TRACE_DA, AMP_SIM_TRACE_LEN);
    memset(trace, 'x', AMP_SIM_TRACE_LEN);
    live_in_flash();
    assert_string_equal(trace, "link up\nvirtual_uart: echoing on vuart-channel\n");
}

// The mark of an image or a binary: the only one.
static struct amp_table_mark find_mark(const char *name, size_t *len) {
    static const uint32_t magic[2] = {AMP_TABLE_MARK_0, AMP_TABLE_MARK_1};
    const uint8_t *file = read_file(firmware_path(name), len);
    const uint8_t *at = memmem(file, *len, magic, sizeof(magic));
    struct amp_table_mark mark;
    assert_non_null(at);
    memcpy(&mark, at, sizeof(mark));
    size_t behind = (size_t)(at - file) + 1;
    assert_null(memmem(file + behind, *len - behind, magic, sizeof(magic)));
    assert_int_equal(
        mark.magic[0] + mark.magic[1] + mark.table_da + mark.contents_da + mark.len + mark.check,
        0);
    return mark;
}

// What a host that has only an address finds of a table.
static void test_table_mark(void **state) {
    (void)state;
    size_t len;
    struct amp_table_mark mark = find_mark("virtual_uart.flash.bin", &len);
    assert_in_range(len, 1, 0x10000); // and not all that lies between flash and RAM
    const uint8_t *file = read_file(firmware_path("virtual_uart.flash.bin"), &len);
    assert_memory_equal(file + (mark.contents_da - AMP_SIM_FLASH_DA),
        ((struct amp_rsc_header[]){{.ver = 1, .num = 2}}), sizeof(struct amp_rsc_header));
    assert_int_equal(mark.table_da, AMP_SIM_TABLE_DA);
    assert_int_equal(mark.len, sizeof(struct amp_table_rpmsg));

    mark = find_mark("test_notable.flash.bin", &len);
    assert_int_equal(mark.len, 0);

    mark = find_mark("virtual_uart.elf", &len);
    load("virtual_uart.elf");
    assert_int_equal(
        mark.table_da, rproc.vdev.da - (amp_da_t)offsetof(struct amp_table_rpmsg, vdev));
    assert_int_equal(mark.contents_da, mark.table_da);
    assert_int_equal(mark.len, sizeof(struct amp_table_rpmsg));
}

static void test_services(void **state) {
    (void)state;
    static const char *const names[] = {"svc-0", "svc-1", "svc-2", "svc-3"};
    for (unsigned i = 0; i < 4; i++) {
        endpoint(1 + i, names[i]);
    }
    boot_with("test_services.elf", "test-services");
    for (unsigned i = 0; i < 4; i++) {
        char text[] = "0hello";
        POLL_UNTIL(amp_endpoint_is_ready(&epts[1 + i]));
        say(&epts[1 + i], "hello");
        text[0] = (char)('0' + i);
        expect(text);
    }
    say(&epts[0], "withdraw 2");
    expect("done");
    assert_false(amp_endpoint_is_ready(&epts[3]));
    say(&epts[0], "announce 2");
    expect("done");
    assert_true(amp_endpoint_is_ready(&epts[3]));
    say(&epts[3], "again");
    expect("2again");
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_virtual_uart),
        TEST(test_restarts),
        TEST(test_crash_on_command),
        TEST(test_crash_early),
        TEST(test_silent),
        TEST(test_sandbox),
        TEST(test_flood),
        TEST(test_notable),
        TEST(test_notable_in_flash),
        TEST(test_virtual_uart_in_flash),
        TEST(test_table_mark),
        TEST(test_services),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
