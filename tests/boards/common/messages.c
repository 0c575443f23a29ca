/*
 * Many messages, of all lengths, each answered by the same one: in order, each once, no byte
 * wrong.
 */
#include "host.h"

enum { SIZES = 497 };

static uint32_t came;
static uint32_t sum;
static bool wrong;

// 5 and 497 have no divisor in common: every length comes in its turn.
static size_t size_of(uint32_t n) {
    return n * 5 % SIZES;
}

static uint8_t byte_of(uint32_t n, size_t i) {
    return (uint8_t)(n + (n >> 8) * 7 + i * 3);
}

// A callback may write into its message; that must not come out of the cache
// over a later one.
static void check_message(const void *data, size_t len) {
    uint8_t *bytes = (uint8_t *)(uintptr_t)data;
    wrong |= len != size_of(came);
    for (size_t i = 0; i < len; i++) {
        wrong |= bytes[i] != byte_of(came, i);
        sum = sum * 31 + bytes[i];
        bytes[i] = (uint8_t)~bytes[i];
    }
    came++;
}

static bool send_message(uint32_t n) {
    static uint8_t bytes[SIZES];
    size_t len = size_of(n);
    for (size_t i = 0; i < len; i++) {
        bytes[i] = byte_of(n, i);
    }
    int result = amp_endpoint_send(&host_ept, bytes, len);
    CHECK(result == (int)len || result == -AMP_EAGAIN);
    return result >= 0;
}

static uint32_t before;

static bool has_moved(void) {
    return came != before || amp_rpmsg_want_room(&host_link);
}

void host_messages(uint32_t count) {
    uint32_t sent = 0;
    host_callback = check_message;
    while (came < count) {
        while (sent < count && send_message(sent)) {
            sent++;
        }
        before = came;
        CHECK(host_until(has_moved, 5000));
        CHECK(!wrong);
    }
    host_print_dec(came);
    host_print(" messages, sum ");
    host_print_dec(sum);
    host_print("\n");
}
