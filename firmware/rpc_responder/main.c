/*
 * rpc_responder: functions that the host calls by name (openamp/rpc.h), on the
 * endpoint "rpc".  To offer one of your own, write it as those here and give it a line in
 * the table.  No answer is lost for lack of room: a request is received only when the buffer
 * for its answer has been claimed.
 */
#include <string.h>

#include "openamp/firmware.h"
#include "openamp/rpc.h"

FIRMWARE_TABLE;

static struct amp_rpmsg link;
static struct amp_endpoint rpc;
static struct amp_tx answer; // claimed whenever a request is received
static uint32_t bad;

// ---- The functions ----

static const char *add(struct rpc_args *args, struct rpc_result *result) {
    int64_t sum = 0;
    while (args->left != 0) {
        int64_t number;
        if (!rpc_get_int(args, &number) || __builtin_add_overflow(sum, number, &sum)) {
            return "add: whole numbers, please";
        }
    }
    rpc_put_int(result, sum);
    return NULL;
}

// A text or bytes come back.
static const char *echo(struct rpc_args *args, struct rpc_result *result) {
    const uint8_t *bytes;
    const char *text;
    size_t len;
    if (rpc_get_bytes(args, &bytes, &len)) {
        rpc_put_bytes(result, bytes, len);
    } else if (rpc_get_str(args, &text, &len)) {
        rpc_put_str(result, text, len);
    } else {
        return "echo: a text or bytes, please";
    }
    return NULL;
}

// [microseconds since the start, messages that were no requests]
static const char *status(struct rpc_args *args, struct rpc_result *result) {
    (void)args;
    rpc_put_list(result, 2);
    rpc_put_int(result, (int64_t)amp_remote_time_us());
    rpc_put_int(result, bad);
    return NULL;
}

static const char *trace(struct rpc_args *args, struct rpc_result *result) {
    const char *text;
    char line[64];
    size_t len;
    (void)result;
    if (!rpc_get_str(args, &text, &len) || len > sizeof(line) - 2) {
        return "trace: a short text, please";
    }
    memcpy(line, text, len);
    line[len] = '\n';
    line[len + 1] = '\0';
    amp_remote_trace(line);
    return NULL;
}

static const struct rpc_function functions[] = {
    {"add", add},
    {"echo", echo},
    {"status", status},
    {"trace", trace},
};

// ---- Serving them ----

// The message is copied first, because a hostile host may still change it.
static void received(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    static uint8_t message[512];
    if (len > sizeof(message)) {
        ++bad;
        return;
    }
    memcpy(message, data, len);
    size_t answer_len = rpc_answer(functions, sizeof(functions) / sizeof(functions[0]), message,
        len, answer.data, answer.size, &bad);
    if (answer_len != 0) {
        amp_tx_commit(&link, &answer, self->addr, src, answer_len);
        answer.data = NULL;
    }
}

int main(void) {
    amp_rpmsg_init(&link, AMP_DEVICE, amp_remote_port());
    amp_endpoint_create(&link, &rpc, "rpc", AMP_ADDR_ANY, AMP_ADDR_ANY, received);
    firmware_link_up(&link, &firmware_table, sizeof(firmware_table));
    firmware_serve_requests(&link, &answer);
}
