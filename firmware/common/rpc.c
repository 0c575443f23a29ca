/* The protocol of openamp/rpc.h: requests, responses, notifications. */
#include "openamp/rpc.h"

#include <string.h>

enum { REQUEST = 0, RESPONSE = 1, NOTIFY = 2 };

struct request {
    bool wants_answer;
    int64_t id;
    const char *method;
    size_t method_len;
    struct rpc_args args;
};

static bool read_request(struct request *request, const void *message, size_t len) {
    struct rpc_args *args = &request->args;
    uint32_t count;
    int64_t type;
    *args = (struct rpc_args){.at = message, .end = (const uint8_t *)message + len, .left = 1};
    if (!rpc_get_list(args, &count) || !rpc_get_int(args, &type)) {
        return false;
    }
    request->wants_answer = type == REQUEST;
    if (request->wants_answer) {
        if (count != 4 || !rpc_get_int(args, &request->id)) {
            return false;
        }
    } else if (count != 3 || type != NOTIFY) {
        return false;
    }
    if (!rpc_get_str(args, &request->method, &request->method_len)) {
        return false;
    }
    // The arguments' list is the last value: only what is in it is left now.
    return args->left == 1 && rpc_get_list(args, &count);
}

static const struct rpc_function *find(
    const struct rpc_function *functions, size_t count, const struct request *request) {
    for (size_t i = 0; i < count; ++i) {
        if (strlen(functions[i].name) == request->method_len
            && memcmp(functions[i].name, request->method, request->method_len) == 0) {
            return &functions[i];
        }
    }
    return NULL;
}

// Call it.  Returns what went wrong, or NULL.
static const char *run(
    const struct rpc_function *function, struct request *request, struct rpc_result *result) {
    if (function == NULL) {
        return "no function has this name";
    }
    const char *error = function->call(&request->args, result);
    if (error != NULL) {
        return error;
    }
    if (result->owed == 1 && !result->failed) {
        rpc_put_nil(result);
    }
    return result->failed || result->owed != 0 ? "the result does not fit into a message" : NULL;
}

size_t rpc_answer(const struct rpc_function *functions, size_t count, const void *message,
    size_t len, void *answer, size_t size, uint32_t *bad) {
    struct request request;
    struct rpc_result result = {.at = answer, .end = (uint8_t *)answer + size, .owed = 1};
    if (!read_request(&request, message, len)) {
        // A single 0 is what a host sends before its first request: see rpc_answer().
        if (bad != NULL && !(len == 1 && *(const uint8_t *)message == 0)) {
            ++*bad;
        }
        return 0;
    }
    rpc_put_list(&result, 4);
    rpc_put_int(&result, RESPONSE);
    rpc_put_int(&result, request.id);
    struct rpc_result begin = result; // the error is next, then the result
    rpc_put_nil(&result);
    const char *error = run(find(functions, count, &request), &request, &result);
    if (error != NULL) {
        result = begin;
        rpc_put_str(&result, error, strlen(error));
        rpc_put_nil(&result);
    }
    return request.wants_answer && !result.failed ? (size_t)(result.at - (uint8_t *)answer) : 0;
}
