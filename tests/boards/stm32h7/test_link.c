/*
 * Many messages, of all lengths, each answered by the same one: in order, each
 * once, no byte wrong.  Arguments: how many, and the number of the image, or 5
 * for firmware that is in the flash already.
 */
#include "m7.h"

#include <string.h>

enum { SIZES = 497, IN_PLACE = 5, FIRMWARE = 0x081E0000 };

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

// What the program wrote to the M4's memory before must not come out of the
// cache later, over the M4's stack.
static void scribble(void) {
    enum { STACK = 4096, BEGIN = AMP_STM32H7_D2_DA + AMP_STM32H7_D2_LEN - STACK };
    volatile uint32_t *stack = (volatile uint32_t *)(uintptr_t)BEGIN;
    for (int i = 0; i < STACK / 4; i++) {
        stack[i] = 0xDEADBEEF;
    }
}

static int load(uint32_t image) {
    struct amp_load_error why;
    return image == IN_PLACE ? amp_rproc_load_address(&host_rproc, FIRMWARE, &why)
                             : host_load(image, &why);
}

int main(void) {
    uint32_t count = m7_argument(0);
    uint32_t sent = 0;
    host_init("vuart-channel");
    host_callback = check_message;
    CHECK(load(m7_argument(1)) == 0);
    scribble();
    CHECK(amp_rproc_start(&host_rproc) == 0);
    CHECK(host_until(host_is_ready, 5000));
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
    return 0;
}
