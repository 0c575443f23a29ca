/* One core with a firmware of ours, driven through the C API, for tests. */
#ifndef TESTS_SIM_FIRMWARE_H
#define TESTS_SIM_FIRMWARE_H

#include <cmocka.h>

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

static inline void received(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)ept;
    (void)src;
    uint32_t number = UINT32_MAX;
    memcpy(&number, data, len < 4 ? len : 4);
    got.in_order += number == got.count;
    got.count++;
    got.len = len;
    memcpy(got.data, data, len);
}

static inline int read_image(void *ctx, uint64_t offset, void *buffer, size_t len) {
    memcpy(buffer, (const uint8_t *)ctx + offset, len);
    return 0;
}

static inline int setup(void **state) {
    (void)state;
    const struct amp_port *port = amp_platform_port(0);
    memset(&got, 0, sizeof(got));
    memset(epts, 0, sizeof(epts));
    amp_rpmsg_init(&bus, AMP_HOST, port);
    amp_rproc_init(&rproc, port, &bus);
    return 0;
}

static inline int teardown(void **state) {
    (void)state;
    return amp_rproc_shutdown(&rproc);
}

static inline void load(const char *name) {
    size_t len;
    struct amp_load_error error;
    uint8_t *file = read_file(firmware_path(name), &len);
    struct amp_image image = {.read = read_image, .ctx = file, .size = len};
    assert_int_equal(amp_rproc_load(&rproc, &image, &error), 0);
}

static inline struct amp_endpoint *endpoint(unsigned n, const char *name) {
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

static inline void boot_with(const char *image, const char *name) {
    load(image);
    endpoint(0, name);
    assert_int_equal(amp_rproc_start(&rproc), 0);
    POLL_UNTIL(amp_endpoint_is_ready(&epts[0]));
    assert_int_equal(rproc.state, AMP_RPROC_RUNNING);
}

static inline void say(struct amp_endpoint *ept, const char *text) {
    assert_int_equal(amp_endpoint_send(ept, text, strlen(text)), strlen(text));
}

static inline void expect(const char *text) {
    uint32_t before = got.count;
    POLL_UNTIL(got.count > before);
    assert_int_equal(got.len, strlen(text));
    assert_memory_equal(got.data, text, got.len);
}

static inline void expect_death(const char *reason) {
    POLL_UNTIL(rproc.state == AMP_RPROC_CRASHED);
    assert_int_equal(rproc.state, AMP_RPROC_CRASHED);
    assert_string_equal(rproc.reason, reason);
    assert_false(amp_endpoint_is_ready(&epts[0]));
}

static inline void expect_trace(const char *text) {
    char trace[AMP_SIM_TRACE_LEN];
    trace[amp_rproc_trace(&rproc, 0, trace, sizeof(trace) - 1)] = '\0';
    assert_non_null(strstr(trace, text));
}

#endif // TESTS_SIM_FIRMWARE_H
