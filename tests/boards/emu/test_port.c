/*
 * The emu port: life and death of a core, what firmware asks of its machine,
 * doorbells, slices, harm on demand.  The firmware here is a few instructions
 * each; tests/micropython has real ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "openamp/error.h"
#include "ports/emu/board.h"
#include "ports/emu/emu.h"

static const struct amp_port *port;
static int told;

static void notified(void *arg) {
    (void)arg;
    told++;
}

enum {
    ECALL = 0x00000073,
    FOREVER = 0x0000006F, // jal x0, 0
    SHARED = 0x300005B7, // lui a1, 0x30000
};

#define LOAD_IMMEDIATE(rd, value) ((uint32_t)(value) << 20 | (rd) << 7 | 0x13)
#define A0(value) LOAD_IMMEDIATE(10, value)
#define A7(value) LOAD_IMMEDIATE(17, value)
#define CALL(number, argument) A7(number), A0(argument), ECALL

// Put a program at the start of code RAM and start it.
static void start(const uint32_t *program, size_t size) {
    assert_int_equal(port->ops->core_stop(port->ctx), 0);
    assert_int_equal(port->ops->core_prepare(port->ctx, true), 0);
    void *code = port->ops->map(port->ctx, AMP_EMU_CODE_DA, size + 4);
    assert_non_null(code);
    memset(code, 0, size + 4);
    memcpy(code, program, size);
    assert_int_equal(port->ops->core_start(port->ctx, AMP_EMU_CODE_DA), 0);
    told = 0;
}
#define START(...) \
    do { \
        static const uint32_t program[] = {__VA_ARGS__}; \
        start(program, sizeof(program)); \
    } while (0)

static enum amp_core_state core_state(const char **reason) {
    *reason = NULL;
    return port->ops->core_state(port->ctx, reason);
}

static void expect_dead(enum amp_core_state state, const char *why) {
    const char *reason;
    assert_int_equal(core_state(&reason), state);
    assert_string_equal(reason, why);
    assert_int_equal(amp_emu_run(100), AMP_EMU_ASLEEP);
}

static int set_up(void **state) {
    (void)state;
    port = amp_platform_port(0);
    assert_non_null(port);
    assert_ptr_equal(port, amp_platform_port(0));
    assert_null(amp_platform_port(AMP_EMU_CORES));
    port->ops->set_doorbell_cb(port->ctx, notified, NULL);
    return 0;
}

static struct amp_emu_view look(void) {
    struct amp_emu_view view;
    assert_int_equal(amp_emu_look(0, &view), 0);
    return view;
}

static uint32_t shared_word(void) {
    uint32_t value;
    memcpy(&value, port->ops->map(port->ctx, AMP_EMU_SHARED_DA, 4), 4);
    return value;
}

// ---- Memory ----

static void test_map(void **state) {
    (void)state;
    const struct amp_port_ops *ops = port->ops;
    for (size_t i = 0; i < port->window_count; i++) {
        const struct amp_window *window = &port->windows[i];
        assert_non_null(ops->map(port->ctx, window->da, window->len));
        assert_non_null(ops->map(port->ctx, window->da + window->len - 1, 1));
        assert_null(ops->map(port->ctx, window->da, window->len + 1));
        assert_null(ops->map(port->ctx, window->da + window->len, 1));
        assert_null(ops->map(port->ctx, window->da - 1, 2));
        assert_null(ops->map(port->ctx, window->da + 4, SIZE_MAX));
    }
    assert_null(ops->map(port->ctx, 0, 1));
}

// ---- Life ----

static void test_exit(void **state) {
    (void)state;
    START(CALL(AMP_EMU_EXIT, 3));
    assert_int_equal(port->ops->core_start(port->ctx, AMP_EMU_CODE_DA), -AMP_EBUSY);
    amp_emu_run(100);
    assert_int_equal(told, 1);
    expect_dead(AMP_CORE_EXITED, "exit 3");
    assert_int_equal(port->ops->core_stop(port->ctx), 0);
    const char *reason;
    assert_int_equal(core_state(&reason), AMP_CORE_STOPPED);
    assert_null(reason);
    START(CALL(AMP_EMU_EXIT, 0xFFF)); // -1
    amp_emu_run(100);
    expect_dead(AMP_CORE_EXITED, "exit -1");
}

static void test_faults(void **state) {
    (void)state;
    START(LOAD_IMMEDIATE(5, 1), 0xFFFFFFFF);
    amp_emu_run(100);
    assert_int_equal(told, 1);
    expect_dead(AMP_CORE_FAULTED, "illegal instruction 0xffffffff at pc 0x10000004");
    START(0x00000001); // c.nop, then 0x0000
    amp_emu_run(100);
    expect_dead(AMP_CORE_FAULTED, "illegal instruction 0x0000 at pc 0x10000002");
    START(0x00100073);
    amp_emu_run(100);
    expect_dead(AMP_CORE_FAULTED, "breakpoint at pc 0x10000000");
    START(0x700005B7, 0x00A5A023); // lui a1, 0x70000; sw a0, 0(a1)
    amp_emu_run(100);
    expect_dead(
        AMP_CORE_FAULTED, "bad store to 0x70000000, outside the core's memory, at pc 0x10000004");
    START(0x700005B7, 0x0045A503); // lw a0, 4(a1)
    amp_emu_run(100);
    expect_dead(
        AMP_CORE_FAULTED, "bad load from 0x70000004, outside the core's memory, at pc 0x10000004");
    START(SHARED, 0x0015A503); // lw a0, 1(a1)
    amp_emu_run(100);
    expect_dead(AMP_CORE_FAULTED, "misaligned load from 0x30000001, at pc 0x10000004");
    START(SHARED, 0x00058067); // jalr x0, 0(a1): no code there
    amp_emu_run(100);
    expect_dead(AMP_CORE_FAULTED, "jump to 0x30000000, no code is there, at pc 0x10000004");
    // To the last instruction of the code RAM, a c.nop, and on.
    START(0x101005B7, LOAD_IMMEDIATE(10, 1), 0xFEA59F23, 0xFFE58067); // lui a1; sh; jalr
    amp_emu_run(100);
    expect_dead(AMP_CORE_FAULTED, "ran into 0x10100000, no code is there");
    START(CALL(99, 0));
    amp_emu_run(100);
    expect_dead(AMP_CORE_FAULTED, "illegal instruction 0x00000073 at pc 0x10000008");
    START(FOREVER);
    assert_int_equal(amp_emu_run(100), 0);
    assert_int_equal(amp_emu_kill(0, 0), 0);
    assert_int_equal(told, 1);
    expect_dead(AMP_CORE_FAULTED, "killed from outside at pc 0x10000000");
    assert_int_equal(amp_emu_kill(0, 0), -AMP_ENODEV);
    assert_int_equal(amp_emu_kill(AMP_EMU_CORES, 0), -AMP_ENODEV);
}

// It can be told to die later, and then goes on until then.
static void test_kill_later(void **state) {
    (void)state;
    START(A0(0), SHARED, 0x00150513, 0x00A5A023, 0xFF9FF06F);
    assert_int_equal(amp_emu_kill(0, 7), 0);
    amp_emu_run(3);
    assert_int_equal(told, 0);
    assert_true(look().dying);
    amp_emu_run(100);
    assert_int_equal(told, 1);
    assert_false(look().dying);
    assert_int_equal(look().instructions, 7);
    expect_dead(AMP_CORE_FAULTED, "killed from outside at pc 0x10000010");
    START(FOREVER); // what it was told is over with that life
    amp_emu_run(100);
    assert_int_equal(told, 0);
}

// A core can be stopped after any instruction, and runs no more of them.
static void test_stop_anywhere(void **state) {
    (void)state;
    for (uint32_t count = 0; count < 12; count++) {
        // a1 = shared; loop: a0 += 1; sw a0, 0(a1)
        START(A0(0), SHARED, 0x00150513, 0x00A5A023, 0xFF9FF06F);
        memset(port->ops->map(port->ctx, AMP_EMU_SHARED_DA, 4), 0, 4);
        for (uint32_t i = 0; i < count; i++) {
            amp_emu_run(1);
        }
        assert_int_equal(look().instructions, count);
        uint32_t before = shared_word();
        assert_int_equal(before, count < 4 ? 0 : (count - 1) / 3);
        assert_int_equal(port->ops->core_stop(port->ctx), 0);
        assert_int_equal(amp_emu_run(100), AMP_EMU_ASLEEP);
        assert_int_equal(shared_word(), before);
        assert_int_equal(look().activity, AMP_EMU_OFF);
    }
}

static void test_release(void **state) {
    (void)state;
    START(FOREVER);
    uint8_t *code = port->ops->map(port->ctx, AMP_EMU_CODE_DA, 4);
    assert_int_equal(port->ops->core_stop(port->ctx), 0);
    port->ops->core_release(port->ctx);
    assert_ptr_equal(code, port->ops->map(port->ctx, AMP_EMU_CODE_DA, 4));
    assert_int_equal(code[0], 0);
    assert_int_equal(port->ops->core_start(port->ctx, AMP_EMU_CODE_DA), -AMP_EIO);
    assert_int_equal(port->ops->core_prepare(port->ctx, true), 0);
}

// ---- Doorbells and time ----

static void test_doorbells(void **state) {
    (void)state;
    // Wait for ever, note what a0 says, ring; again.
    START(CALL(AMP_EMU_WAIT, 0xFFF), SHARED, 0x00A5A023, CALL(AMP_EMU_KICK, 0), 0xFE1FF06F);
    assert_int_equal(amp_emu_run(1000), AMP_EMU_ASLEEP);
    assert_int_equal(look().activity, AMP_EMU_WAITS);
    assert_int_equal(told, 0);
    uint32_t events = amp_emu_events();
    for (int i = 1; i < 4; i++) {
        memset(port->ops->map(port->ctx, AMP_EMU_SHARED_DA, 4), 0, 4);
        port->ops->kick(port->ctx, 0);
        port->ops->kick(port->ctx, 1); // two before it looks are one
        assert_int_equal(amp_emu_run(1000), 0); // it ends when the host has something to do
        assert_int_equal(told, i);
        assert_int_equal(shared_word(), 1);
        assert_int_equal(amp_emu_run(1000), AMP_EMU_ASLEEP);
    }
    assert_int_equal(amp_emu_events(), events + 3);

    amp_emu_lose_kicks(0, true, 1);
    port->ops->kick(port->ctx, 0);
    assert_int_equal(amp_emu_run(1000), AMP_EMU_ASLEEP);
    assert_int_equal(told, 3);
    amp_emu_lose_kicks(0, false, 1);
    port->ops->kick(port->ctx, 0);
    amp_emu_run(1000);
    assert_int_equal(told, 3);
    assert_int_equal(look().lost, 2);
    port->ops->kick(port->ctx, 0);
    amp_emu_run(2000);
    amp_emu_run(2000);
    assert_int_equal(told, 4);
    port->ops->set_doorbell_cb(port->ctx, NULL, NULL);
    port->ops->kick(port->ctx, 0);
    amp_emu_run(1000);
    assert_int_equal(told, 4);
    port->ops->set_doorbell_cb(port->ctx, notified, NULL);
}

// A doorbell that rang before the wait ends it at once; a limit ends it without.
static void test_waits(void **state) {
    (void)state;
    START(CALL(AMP_EMU_WAIT, 0), SHARED, 0x00A5A023, FOREVER);
    amp_emu_run(1000);
    assert_int_equal(shared_word(), 0);
    START(CALL(AMP_EMU_WAIT, 0), SHARED, 0x00A5A023, FOREVER);
    port->ops->kick(port->ctx, 0);
    amp_emu_run(1000);
    assert_int_equal(shared_word(), 1);
    // The clock before and after a wait of 1000 us; a1 is overwritten, so a2 has it.
    START(CALL(AMP_EMU_TIME, 0), 0x00050613, CALL(AMP_EMU_WAIT, 1000), CALL(AMP_EMU_TIME, 0),
        0x40C50533, SHARED, 0x00A5A023, CALL(AMP_EMU_EXIT, 0));
    uint64_t idle = amp_emu_run(1000);
    assert_true(idle <= 1000);
    while (amp_emu_run(1000) != AMP_EMU_ASLEEP) {
        amp_platform_wait(1);
    }
    assert_true(shared_word() >= 1000);
    assert_true(shared_word() < 10000000);
}

static void test_platform_wait(void **state) {
    (void)state;
    while (amp_platform_wait(0) != 0) { // what earlier tests left
    }
    START(CALL(AMP_EMU_WAIT, 0xFFF), CALL(AMP_EMU_KICK, 0), 0xFE9FF06F);
    assert_int_equal(amp_platform_wait(1), 0);
    port->ops->kick(port->ctx, 0);
    assert_int_equal(amp_platform_wait(-1), 1);
    assert_int_equal(told, 1);
    assert_int_equal(amp_platform_wait(0), 0);
    START(CALL(AMP_EMU_EXIT, 0));
    assert_int_equal(amp_platform_wait(-1), 1);
}

static void test_freeze(void **state) {
    (void)state;
    START(SHARED, 0x00150513, 0x00A5A023, 0xFF9FF06F);
    amp_emu_run(100);
    assert_int_equal(amp_emu_freeze(0, true), 0);
    assert_int_equal(look().activity, AMP_EMU_FROZEN);
    uint32_t before = shared_word();
    assert_int_equal(amp_emu_run(100), AMP_EMU_ASLEEP);
    assert_int_equal(shared_word(), before);
    const char *reason;
    assert_int_equal(core_state(&reason), AMP_CORE_RUNNING);
    assert_int_equal(amp_emu_freeze(0, false), 0);
    amp_emu_run(100);
    assert_int_not_equal(shared_word(), before);
    assert_int_equal(port->ops->core_stop(port->ctx), 0);
    assert_int_equal(amp_emu_freeze(0, true), -AMP_ENODEV);
}

// Two cores share nothing.
static void test_two_cores(void **state) {
    (void)state;
    const struct amp_port *other = amp_platform_port(1);
    assert_non_null(other);
    assert_ptr_not_equal(other->ops->map(other->ctx, AMP_EMU_SHARED_DA, 4),
        port->ops->map(port->ctx, AMP_EMU_SHARED_DA, 4));
    START(SHARED, A0(7), 0x00A5A023, FOREVER);
    static const uint32_t program[] = {SHARED, A0(9), 0x00A5A023, FOREVER};
    memcpy(other->ops->map(other->ctx, AMP_EMU_CODE_DA, sizeof(program)), program, sizeof(program));
    assert_int_equal(other->ops->core_start(other->ctx, AMP_EMU_CODE_DA), 0);
    amp_emu_run(100);
    uint32_t value;
    memcpy(&value, other->ops->map(other->ctx, AMP_EMU_SHARED_DA, 4), 4);
    assert_int_equal(value, 9);
    assert_int_equal(shared_word(), 7);
    assert_int_equal(amp_emu_kill(1, 0), 0);
    const char *reason;
    assert_int_equal(core_state(&reason), AMP_CORE_RUNNING);
    assert_int_equal(other->ops->core_stop(other->ctx), 0);
}

// ---- One step at a time ----

static struct amp_emu_step steps[16];
static unsigned step_count;

static void watch(unsigned core, const struct amp_emu_step *step) {
    assert_int_equal(core, 0);
    assert_int_equal(amp_emu_run(10), 0); // nothing runs while somebody looks
    if (step_count < sizeof(steps) / sizeof(steps[0])) {
        steps[step_count++] = *step;
    }
}

static void test_watch(void **state) {
    (void)state;
    START(SHARED, 0x00A5A223, CALL(AMP_EMU_KICK, 0), CALL(AMP_EMU_WAIT, 0xFFF), FOREVER);
    step_count = 0;
    amp_emu_watch(watch);
    assert_true(amp_emu_is_watched());
    amp_emu_run(100);
    amp_emu_run(100);
    port->ops->kick(port->ctx, 0);
    uint8_t *shared = port->ops->map(port->ctx, AMP_EMU_SHARED_DA, 64);
    amp_emu_host_stored(shared + 8, 2);
    amp_emu_host_stored(&told, 4); // not in the core's memory
    amp_emu_run(100);
    amp_emu_watch(NULL);
    amp_emu_run(100);
    static const struct amp_emu_step expected[] = {
        {false, AMP_EMU_STORED, AMP_EMU_SHARED_DA + 4, 4},
        {false, AMP_EMU_RANG, 0, 0},
        {false, AMP_EMU_SLEEPS, 0, 0},
        {true, AMP_EMU_RANG, 0, 0},
        {true, AMP_EMU_STORED, AMP_EMU_SHARED_DA + 8, 2},
        {false, AMP_EMU_WOKE, 0, 0},
    };
    assert_int_equal(step_count, sizeof(expected) / sizeof(expected[0]));
    for (unsigned i = 0; i < step_count; i++) {
        assert_int_equal(steps[i].by_host, expected[i].by_host);
        assert_int_equal(steps[i].act, expected[i].act);
        assert_int_equal(steps[i].address, expected[i].address);
        assert_int_equal(steps[i].len, expected[i].len);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_map),
        cmocka_unit_test(test_exit),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_kill_later),
        cmocka_unit_test(test_stop_anywhere),
        cmocka_unit_test(test_release),
        cmocka_unit_test(test_doorbells),
        cmocka_unit_test(test_waits),
        cmocka_unit_test(test_platform_wait),
        cmocka_unit_test(test_freeze),
        cmocka_unit_test(test_two_cores),
        cmocka_unit_test(test_watch),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
