/* Each firmware of firmware/ on a simulated core, driven through the C API. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim_firmware.h"

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
        TEST(test_services),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
