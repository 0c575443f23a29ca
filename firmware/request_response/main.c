/*
 * request_response: the service "calculator" answers each request once, with a result or
 * an error.
 *
 * A request is 8 bytes and its arguments, little-endian:
 *
 *     0   number of the request, which the answer repeats
 *     4   operation (enum operation below)
 *     8   32-bit numbers
 *
 * An answer has the number of the request, a status (0, or a negative errno), and 32-bit
 * numbers.  No answer is lost for lack of room: a request is received only when the
 * buffer for its answer has been claimed.
 */
#include <string.h>

#include "openamp/firmware.h"

FIRMWARE_TABLE;

enum operation {
    ECHO = 0, // the arguments
    SUM = 1, // their sum
    DIVIDE = 2, // the first by the second: quotient and remainder
    UPTIME = 3, // microseconds, the low and the high half
};
enum { MOST = 64 }; // numbers in one request

static struct amp_rpmsg link;
static struct amp_endpoint calculator;
static struct amp_tx answer; // claimed whenever a request is received

struct numbers {
    uint32_t count;
    uint32_t of[MOST];
};

static int sum(const struct numbers *in, struct numbers *out) {
    out->count = 1;
    out->of[0] = 0;
    for (uint32_t i = 0; i < in->count; i++) {
        out->of[0] += in->of[i];
    }
    return 0;
}

static int divide(const struct numbers *in, struct numbers *out) {
    if (in->count != 2 || in->of[1] == 0) {
        return -AMP_EINVAL;
    }
    out->count = 2;
    out->of[0] = in->of[0] / in->of[1];
    out->of[1] = in->of[0] % in->of[1];
    return 0;
}

static int uptime(struct numbers *out) {
    uint64_t now = amp_remote_time_us();
    out->count = 2;
    out->of[0] = (uint32_t)now;
    out->of[1] = (uint32_t)(now >> 32);
    return 0;
}

static int calculate(uint32_t operation, const struct numbers *in, struct numbers *out) {
    switch (operation) {
        case ECHO:
            *out = *in;
            return 0;
        case SUM:
            return sum(in, out);
        case DIVIDE:
            return divide(in, out);
        case UPTIME:
            return uptime(out);
        default:
            return -AMP_EINVAL;
    }
}

static void send_answer(uint32_t dest, uint32_t number, int status, const struct numbers *out) {
    uint32_t head[2] = {number, (uint32_t)status};
    size_t len = out->count * sizeof(out->of[0]);
    memcpy(answer.data, head, sizeof(head));
    memcpy((char *)answer.data + sizeof(head), out->of, len);
    amp_tx_commit(&link, &answer, calculator.addr, dest, sizeof(head) + len);
    answer.data = NULL;
}

// The request is copied before it is checked, because a hostile host may still change it.
static void request(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)self;
    uint32_t head[2] = {0, 0};
    struct numbers in = {0};
    struct numbers out = {0};
    int status = -AMP_EINVAL;
    if (len >= sizeof(head) && len <= sizeof(head) + sizeof(in.of) && len % 4 == 0
        && len <= answer.size) {
        in.count = (uint32_t)(len - sizeof(head)) / 4;
        memcpy(head, data, sizeof(head));
        memcpy(in.of, (char *)data + sizeof(head), len - sizeof(head));
        status = calculate(head[1], &in, &out);
    }
    send_answer(src, head[0], status, &out);
}

int main(void) {
    amp_rpmsg_init(&link, AMP_DEVICE, amp_remote_port());
    amp_endpoint_create(&link, &calculator, "calculator", AMP_ADDR_ANY, AMP_ADDR_ANY, request);
    firmware_link_up(&link, &firmware_table, sizeof(firmware_table));
    firmware_serve_requests(&link, &answer);
}
