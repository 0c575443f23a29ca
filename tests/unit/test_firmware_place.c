/*
 * Firmware that waits for its table to be finished, wherever that is: a host
 * that comes later, and firmware in flash, started by its address.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <unistd.h>

#include "openamp/table_mark.h"
#include "sim_firmware.h"
#include "tests/boards/common/moved_port.h"

// ---- A host that releases the core first and is ready later, as Linux is ----

// Until the core's process sleeps: it waits for the doorbell, and does not spin.
static void await_sleep(void) {
    char path[64];
    char now = 0;
    snprintf(path, sizeof(path), "/proc/%d/stat", amp_sim_pid(0));
    for (int ms = 0; ms < 10000 && now != 'S'; ms++) {
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        assert_int_equal(fscanf(file, "%*d (%*[^)]) %c", &now), 1);
        fclose(file);
        usleep(1000);
    }
    assert_int_equal(now, 'S');
}

static int started_already(void *ctx, amp_da_t entry) {
    (void)ctx;
    (void)entry;
    return 0;
}

// Loaded, with a table that nobody has finished.
static void be_late(const char *name) {
    const struct amp_port *port = rproc.port;
    struct amp_port_ops late_ops = *port->ops;
    struct amp_port late = *port;
    char trace = 0;
    late_ops.core_start = started_already;
    late.ops = &late_ops;
    endpoint(0, name);
    assert_int_equal(port->ops->core_start(port->ctx, rproc.entry), 0);
    for (int i = 0; i < 10; i++) {
        await_sleep();
        port->ops->kick(port->ctx, 0); // which may be for nothing
    }
    await_sleep();
    memcpy(&trace, port->ops->map(port->ctx, AMP_SIM_TRACE_DA, 1), 1);
    assert_int_equal(trace, 0); // no link, and no complaint
    rproc.port = &late;
    assert_int_equal(amp_rproc_start(&rproc), 0);
    rproc.port = port;
    POLL_UNTIL(amp_endpoint_is_ready(&epts[0]));
    say(&epts[0], "hello");
    expect("hello");
}

static void test_late_host(void **state) {
    (void)state;
    load("virtual_uart.elf");
    be_late("vuart-channel");
}

static void test_late_host_without_table(void **state) {
    (void)state;
    load("test_notable.elf");
    be_late("test-notable");
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
    // The host has found the firmware's own table: the default one has no trace.
    char text[32];
    assert_int_equal(rproc.trace[0].len, AMP_SIM_TRACE_LEN);
    assert_int_equal(amp_rproc_trace(&rproc, 0, text, 7), 7);
    assert_memory_equal(text, "link up", 7);
}

static void test_late_host_of_flash(void **state) {
    (void)state;
    struct amp_load_error error;
    flash("virtual_uart.flash.bin");
    assert_int_equal(amp_rproc_load_address(&rproc, AMP_SIM_FLASH_DA, &error), 0);
    be_late("vuart-channel");
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

enum { TABLE_ROOM = 1024 }; // of the port's firmware: AMP_CONFIG_TABLE_ROOM

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
    assert_int_equal(mark.len, TABLE_ROOM);

    mark = find_mark("test_notable.flash.bin", &len);
    assert_int_equal(mark.len, 0);

    mark = find_mark("virtual_uart.elf", &len);
    load("virtual_uart.elf");
    assert_int_equal(
        mark.table_da, rproc.vdev.da - (amp_da_t)offsetof(struct amp_table_rpmsg, vdev));
    assert_int_equal(mark.contents_da, mark.table_da);
    assert_int_equal(mark.len, TABLE_ROOM);
}

// ---- Position-independent images ----

// One image in many places, each for a life.
static void test_position_independent(void **state) {
    (void)state;
    const struct amp_port *port = rproc.port;
    static const size_t places[] = {0, 0x1000, 0x12000, AMP_SIM_CODE_LEN - 0x20000};
    for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        rproc.port = moved_port(port, places[i]);
        load("virtual_uart.pie.elf");
        assert_int_equal(rproc.entry, AMP_SIM_CODE_DA + places[i]);
        assert_in_range(rproc.vdev.da, rproc.entry, rproc.entry + 0x10000);
        if (i == 0) {
            endpoint(0, "vuart-channel");
        }
        assert_int_equal(amp_rproc_start(&rproc), 0);
        POLL_UNTIL(amp_endpoint_is_ready(&epts[0]));
        for (int j = 0; j < 200; j++) {
            say(&epts[0], "hello");
            expect("hello");
        }
        expect_trace("echoing on vuart-channel");
        assert_int_equal(amp_rproc_stop(&rproc), 0);
    }
    rproc.port = port;
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_late_host),
        TEST(test_late_host_without_table),
        TEST(test_late_host_of_flash),
        TEST(test_notable_in_flash),
        TEST(test_virtual_uart_in_flash),
        TEST(test_table_mark),
        TEST(test_position_independent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
