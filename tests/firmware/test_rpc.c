/*
 * As Arduino's firmware with its RPC library does: two endpoints, "raw" and "rpc", of each of
 * which the first message is taken for a greeting, whatever it says.  Functions: "add";
 * "never", which is not answered; "ask", which calls "sub" on the host with the same
 * arguments, under a number that is a thread's address; "answer", what the host answered to
 * that; "twice", which is answered two times; "die".
 */
#include <string.h>

#include "openamp/firmware.h"
#include "openamp/rpc.h"

FIRMWARE_TABLE;

static struct amp_rpmsg link;
static struct amp_endpoint epts[2]; // raw, rpc
static bool greeted[2];
static bool quiet; // no answer this time
static bool twice;
static uint8_t host_answer[496];
static size_t host_answer_len;

static const char *add(struct rpc_args *args, struct rpc_result *result) {
    int64_t a;
    int64_t b;
    if (!rpc_get_int(args, &a) || !rpc_get_int(args, &b)) {
        return "rpc_error";
    }
    rpc_put_int(result, a + b);
    return NULL;
}

static const char *never(struct rpc_args *args, struct rpc_result *result) {
    (void)args, (void)result;
    quiet = true;
    return NULL;
}

static const char *answer_twice(struct rpc_args *args, struct rpc_result *result) {
    (void)args, (void)result;
    twice = true;
    return NULL;
}

static const char *ask(struct rpc_args *args, struct rpc_result *result) {
    int64_t numbers[2];
    uint8_t request[64];
    struct rpc_result out = {.at = request, .end = request + sizeof(request), .owed = 1};
    (void)result;
    if (!rpc_get_int(args, &numbers[0]) || !rpc_get_int(args, &numbers[1])) {
        return "rpc_error";
    }
    rpc_put_list(&out, 4);
    rpc_put_int(&out, 0);
    rpc_put_int(&out, 0x240012C8);
    rpc_put_str(&out, "sub", 3);
    rpc_put_list(&out, 2);
    rpc_put_int(&out, numbers[0]);
    rpc_put_int(&out, numbers[1]);
    firmware_send(&epts[1], request, (size_t)(out.at - request));
    return NULL;
}

static const char *answer(struct rpc_args *args, struct rpc_result *result) {
    (void)args;
    rpc_put_bytes(result, host_answer, host_answer_len);
    return NULL;
}

static const char *die(struct rpc_args *args, struct rpc_result *result) {
    (void)args, (void)result;
    amp_remote_exit(3);
}

static const struct rpc_function functions[] = {{"add", add}, {"never", never}, {"ask", ask},
    {"answer", answer}, {"twice", answer_twice}, {"die", die}};

static void received(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    static uint8_t message[496];
    static uint8_t out[496];
    unsigned which = self == &epts[1];
    (void)src;
    memcpy(message, data, len);
    if (!greeted[which]) {
        greeted[which] = true;
        return;
    }
    if (which == 0) {
        return;
    }
    if (len > 1 && message[1] == 1) { // a response
        memcpy(host_answer, message, len);
        host_answer_len = len;
        return;
    }
    quiet = twice = false;
    size_t out_len = rpc_answer(
        functions, sizeof(functions) / sizeof(functions[0]), message, len, out, sizeof(out), NULL);
    for (int i = 0; out_len != 0 && !quiet && i <= twice; i++) {
        firmware_send(self, out, out_len);
    }
}

int main(void) {
    static const char *const names[] = {"raw", "rpc"};
    amp_rpmsg_init(&link, AMP_DEVICE, amp_remote_port());
    for (int i = 0; i < 2; i++) {
        amp_endpoint_create(&link, &epts[i], names[i], AMP_ADDR_ANY, AMP_ADDR_ANY, received);
    }
    firmware_link_up(&link, &firmware_table, sizeof(firmware_table));
    firmware_serve(&link);
}
