/*
 * Many lives of core 1 in one run, and many messages.  How many of each is
 * said by two words of memory that QEMU writes (run_c, SETTINGS).
 */
#include "tests/boards/common/host.h"

#include <string.h>

#include "ports/mps2_an521/regs.h"

#define SETTINGS ((const volatile uint32_t *)(uintptr_t)0x80E00000)

static void stop(void) {
    CHECK(amp_rproc_stop(&host_rproc) == 0);
    CHECK(!host_is_ready());
}

static void say(uint32_t number, const char *what) {
    host_print_dec(number);
    host_print(what);
}

// ---- Lives ----

// One that lets itself be stopped, and one that does not; five ways in turn.
static void live_twice(uint32_t i) {
    static const char *const ways[] = {
        "masked spin", "masked sleep", "handler spin", "user spin", "spin"};
    host_run(IMAGE_FAULT);
    host_echo("alive");
    stop();
    host_run(IMAGE_FAULT);
    host_send(ways[i % 5]);
    amp_platform_wait(2); // it goes there meanwhile
    stop();
}

static void test_lives(uint32_t cycles) {
    uint64_t begin = time_us();
    for (uint32_t i = 0; i < cycles / 2; i++) {
        live_twice(i);
    }
    say(cycles, " lives of core 1, half of them with firmware that does not cooperate, ms: ");
    say((uint32_t)((time_us() - begin) / 1000), "\n");
}

// ---- Messages ----

static uint32_t came;
static bool wrong;

static size_t size_of(uint32_t n) {
    return 4 + n * 7 % 493;
}

static void check_message(const void *data, size_t len) {
    uint32_t number;
    memcpy(&number, data, sizeof(number));
    wrong |= number != came || len != size_of(came)
        || ((const uint8_t *)data)[len - 1] != (uint8_t)(len == 4 ? number >> 24 : number);
    came++;
}

static bool send_number(uint32_t number) {
    static uint8_t text[496];
    size_t len = size_of(number);
    memset(text, (int)number, sizeof(text));
    memcpy(text, &number, sizeof(number));
    int result = amp_endpoint_send(&host_ept, text, len);
    CHECK(result == (int)len || result == -AMP_EAGAIN);
    return result != -AMP_EAGAIN;
}

static bool has_moved(void) {
    static uint32_t before;
    bool result = came != before || amp_rpmsg_want_room(&host_link);
    before = came;
    return result;
}

static void test_messages(uint32_t count) {
    uint64_t begin = time_us();
    uint32_t sent = 0;
    host_callback = check_message;
    host_run(IMAGE_VIRTUAL_UART);
    while (came < count) {
        while (sent < count && send_number(sent)) {
            sent++;
        }
        CHECK(host_until(has_moved, 5000));
        CHECK(!wrong);
    }
    say(count, " messages, in order, each once, ms: ");
    say((uint32_t)((time_us() - begin) / 1000), "\n");
    say(host_link.stats.kicks, " kicks of the host\n");
    stop();
}

int main(void) {
    host_init("test-fault");
    test_lives(SETTINGS[0]);
    host_init("vuart-channel");
    test_messages(SETTINGS[1]);
    host_print("OK\n");
    return 0;
}
