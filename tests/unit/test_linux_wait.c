/* Sleeping for buses over Linux' files (ports/linux/wait.c), of which each has an epoll set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "ports/linux/host_wait.c"
#include "ports/linux/wait.c"

enum { BUSES = 2, NEVER_MS = 60000 };

static struct linux_bus buses[BUSES];
static struct linux_buffer place;
static int files[BUSES]; // one of each bus, an eventfd
static unsigned rung[BUSES];

struct linux_bus *linux_open_buses;

uint64_t linux_now_ms(void) {
    return 0;
}

static void ring(void *arg) {
    ++*(unsigned *)arg;
}

static void watch(const struct linux_bus *bus, int file, void *who) {
    struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = who}};
    assert_int_equal(epoll_ctl(bus->epoll, EPOLL_CTL_ADD, file, &event), 0);
}

static void open_buses(unsigned count) {
    assert_true(amp_linux_interrupts() >= 0);
    amp_linux_interrupted();
    for (unsigned i = count; i-- > 0;) {
        struct linux_bus *bus = &buses[i];
        *bus = (struct linux_bus){.number = i, .is_open = true, .rx_free = &place};
        bus->next_open = linux_open_buses;
        linux_open_buses = bus;
        bus->look_at = UINT64_MAX;
        bus->doorbell = ring;
        bus->doorbell_arg = &rung[i];
        bus->epoll = epoll_create1(EPOLL_CLOEXEC);
        files[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        watch(bus, files[i], &files[i]);
        watch(bus, linux_interrupts, &linux_interrupts);
        rung[i] = 0;
    }
}

static void close_buses(void) {
    for (unsigned i = 0; i < BUSES; ++i) {
        if (buses[i].is_open) {
            close(files[i]);
            close(buses[i].epoll);
            buses[i].is_open = false;
        }
    }
    linux_open_buses = NULL;
}

static void have_event(unsigned bus) {
    assert_int_equal(write(files[bus], &(uint64_t){1}, sizeof(uint64_t)), sizeof(uint64_t));
}

static void take_event(unsigned bus) {
    assert_int_equal(read(files[bus], &(uint64_t){0}, sizeof(uint64_t)), sizeof(uint64_t));
}

// An interrupt ends one sleep, however many buses hear of it, and none after that.
static void test_interrupt_ends_one_sleep(void **state) {
    (void)state;
    for (unsigned count = 0; count <= BUSES; ++count) {
        open_buses(count);
        amp_linux_interrupt();
        amp_platform_wait(NEVER_MS);
        assert_false(amp_linux_interrupted());
        assert_int_equal(amp_platform_wait(0), 0);
        close_buses();
    }
}

static void test_event_of_one_of_two(void **state) {
    (void)state;
    open_buses(2);
    have_event(1);
    assert_int_equal(amp_platform_wait(NEVER_MS), 1);
    assert_int_equal(rung[0], 0);
    assert_int_equal(rung[1], 1);
    take_event(1);
    assert_int_equal(amp_platform_wait(0), 0);
    close_buses();
}

// Whoever looks while it computes hears an interrupt once, and no bus is polled for it.
static void test_interrupt_is_no_event(void **state) {
    (void)state;
    open_buses(2);
    amp_linux_interrupt();
    assert_false(amp_linux_ring(NULL, 0));
    assert_false(buses[0].has_looked); // the next poll looks for what comes until then
    assert_false(buses[1].has_looked);
    assert_false(amp_linux_interrupted());
    amp_linux_interrupt();
    have_event(0);
    assert_true(amp_linux_ring(NULL, 0));
    assert_int_equal(rung[0], 1);
    assert_int_equal(rung[1], 0);
    assert_true(buses[0].has_looked);
    close_buses();
}

// What a look has seen is old once another sleep begins, which may see other events.
static void test_look_is_old_after_a_sleep(void **state) {
    (void)state;
    open_buses(2);
    have_event(0);
    assert_true(amp_linux_ring(NULL, 0));
    assert_true(buses[0].has_looked);
    have_event(1);
    assert_int_equal(amp_platform_wait(NEVER_MS), 1);
    assert_false(buses[0].has_looked);
    close_buses();
}

// A callback sleeps: the bus that it is of is left out.
static void test_bus_that_polls(void **state) {
    (void)state;
    open_buses(2);
    have_event(0);
    have_event(1);
    buses[0].is_polling = true;
    assert_int_equal(amp_platform_wait(NEVER_MS), 1);
    assert_int_equal(rung[0], 0);
    assert_int_equal(rung[1], 1);
    close_buses();
}

// A bus that cannot take anything is not slept for; an interrupt ends that sleep, too.
static void test_bus_without_room(void **state) {
    (void)state;
    open_buses(1);
    have_event(0);
    buses[0].rx_free = NULL;
    assert_int_equal(amp_platform_wait(0), 0);
    amp_linux_interrupt();
    assert_int_equal(amp_platform_wait(NEVER_MS), 0);
    buses[0].rx_free = &place;
    assert_int_equal(amp_platform_wait(NEVER_MS), 1);
    close_buses();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interrupt_ends_one_sleep),
        cmocka_unit_test(test_event_of_one_of_two),
        cmocka_unit_test(test_interrupt_is_no_event),
        cmocka_unit_test(test_look_is_old_after_a_sleep),
        cmocka_unit_test(test_bus_that_polls),
        cmocka_unit_test(test_bus_without_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
