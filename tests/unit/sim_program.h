/* A simulated core, started for each test of the sim port, and what they ask of it. */
#ifndef TESTS_SIM_PROGRAM_H
#define TESTS_SIM_PROGRAM_H

#include <cmocka.h>

#include "sim_board.h"
#include "tests/clock.h"

static const struct amp_port *port;
static amp_da_t entry;

static inline int setup(void **state) {
    (void)state;
    port = amp_platform_port(0);
    if (port->ops->core_prepare(port->ctx, true) != 0) {
        return -1;
    }
    entry = load_image(port, "test_bare.elf");
    return boot(port, entry);
}

static inline int stop_core(void **state) {
    (void)state;
    return port->ops->core_stop(port->ctx);
}

static inline void assert_state(enum amp_core_state expected, const char *text) {
    const char *reason = NULL;
    assert_int_equal(port->ops->core_state(port->ctx, &reason), expected);
    if (text != NULL) {
        assert_non_null(reason);
        assert_string_equal(reason, text);
    }
}

// The host is told that the core is dead.
static inline const char *await_death(void) {
    const char *reason = NULL;
    uint64_t end = now_ms() + 10000;
    while (port->ops->core_state(port->ctx, &reason) == AMP_CORE_RUNNING) {
        assert_true(now_ms() < end);
        amp_sim_wait(10000);
    }
    return reason;
}

static inline void assert_works(void) {
    for (int i = 0; i < 20; i++) {
        assert_int_equal(run_command(port, PING, NULL), 0);
    }
}

// It works, its death is noticed, and another one works.
static inline void assert_lives_and_dies(void) {
    assert_works();
    assert_int_equal(amp_sim_kill(0), 0);
    await_death();
    assert_int_equal(port->ops->core_stop(port->ctx), 0);
    assert_int_equal(boot(port, entry), 0);
    assert_works();
}

#endif // TESTS_SIM_PROGRAM_H
