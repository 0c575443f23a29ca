/* Position-independent firmware on emulated cores, in several places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "openamp/openamp.h"
#include "openamp/platform.h"
#include "ports/emu/board.h"
#include "tests/boards/common/moved_port.h"

static struct amp_rpmsg bus;
static struct amp_rproc rproc;
static struct amp_endpoint ept;
static unsigned count;

static void received(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)self;
    (void)src;
    assert_int_equal(len, 5);
    assert_memory_equal(data, "hello", len);
    count++;
}

static int read_file(void *ctx, uint64_t offset, void *buffer, size_t len) {
    return fseek(ctx, (long)offset, SEEK_SET) == 0 && fread(buffer, 1, len, ctx) == len ? 0 : -5;
}

static void poll_once(void) {
    int taken = amp_rproc_poll(&rproc);
    assert_true(taken >= 0);
    if (taken == 0) {
        assert_true(amp_platform_wait(30000));
    }
}

// 32 bits: the trace buffer is in the image, and its address in the table is relocated.
static void expect_trace(amp_da_t base, size_t len) {
    char text[256] = {0};
    assert_in_range(rproc.trace[0].da, base, base + len);
    amp_rproc_trace(&rproc, 0, text, sizeof(text) - 1);
    assert_non_null(strstr(text, "echoing on vuart-channel"));
}

static void test_position_independent(void **state) {
    (void)state;
    static const size_t places[] = {0, 0x1000, 0x12000, AMP_EMU_CODE_LEN - 0x20000};
    const struct amp_port *port = amp_platform_port(0);
    FILE *file = fopen(AMP_TEST_EMU_FIRMWARE "/virtual_uart.pie.elf", "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    struct amp_image image = {.read = read_file, .ctx = file, .size = (uint64_t)ftell(file)};
    amp_rpmsg_init(&bus, AMP_HOST, port);
    amp_rproc_init(&rproc, port, &bus);
    assert_int_equal(
        amp_endpoint_create(&bus, &ept, "vuart-channel", AMP_ADDR_ANY, AMP_ADDR_ANY, received), 0);
    for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        struct amp_load_error error;
        amp_da_t symbol = 0;
        rproc.port = moved_port(port, places[i]);
        assert_int_equal(amp_rproc_load(&rproc, &image, &error), 0);
        assert_int_equal(rproc.entry, AMP_EMU_CODE_DA + places[i]);
        assert_int_equal(amp_rproc_start(&rproc), 0);
        while (!amp_endpoint_is_ready(&ept)) {
            poll_once();
        }
        for (count = 0; count < 200;) {
            unsigned before = count;
            assert_int_equal(amp_endpoint_send(&ept, "hello", 5), 5);
            while (count == before) {
                poll_once();
            }
        }
        expect_trace(rproc.entry, 0x10000);
        assert_int_equal(amp_rproc_symbol(&rproc, &image, "amp_remote_trace_text", &symbol), 0);
        assert_int_equal(symbol, rproc.trace[0].da);
        assert_int_equal(amp_rproc_stop(&rproc), 0);
    }
    fclose(file);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_position_independent)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
