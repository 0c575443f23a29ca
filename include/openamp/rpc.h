/*
 * Functions of the firmware that the host calls by name: MessagePack-RPC, a request in
 * each message (the Python half is lib/openamp_rpc.py; Arduino's libraries speak it, too).
 * No memory is allocated, nothing recurses, and what the host sends is not believed: a
 * message that is no valid request is counted and not answered, and a wrong argument is an
 * error.
 *
 * Where to start: a function, and its line in the table, which firmware/rpc_responder serves.
 *
 *     #include "openamp/rpc.h"
 *
 *     static const char *add(struct rpc_args *args, struct rpc_result *result) {
 *         int64_t a, b;
 *         if (!rpc_get_int(args, &a) || !rpc_get_int(args, &b)) {
 *             return "two numbers, please";
 *         }
 *         rpc_put_int(result, a + b);
 *         return NULL;
 *     }
 *     const struct rpc_function functions[] = {{"add", add}};
 */
#ifndef OPENAMP_RPC_H
#define OPENAMP_RPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---- Arguments ----

// The arguments that were not read yet.  They point into the message that was passed to
// rpc_answer(), and are valid while the function runs.
struct rpc_args {
    const uint8_t *at;
    const uint8_t *end;
    uint32_t left; // arguments
};

// Read the next argument.  False: there is none, or it is of another type; then it remains
// the next one.  rpc_get_float() accepts an integer, too (the functions with floats need the
// compiler's own library, libgcc, where the core has no unit for them).  A text or bytes point
// into the message, `*len` bytes without a 0 behind them.
bool rpc_get_nil(struct rpc_args *args);
bool rpc_get_bool(struct rpc_args *args, bool *value);
bool rpc_get_int(struct rpc_args *args, int64_t *value);
bool rpc_get_float(struct rpc_args *args, double *value);
bool rpc_get_str(struct rpc_args *args, const char **text, size_t *len);
bool rpc_get_bytes(struct rpc_args *args, const uint8_t **bytes, size_t *len);
// A list: its `*count` values are the next arguments.
bool rpc_get_list(struct rpc_args *args, uint32_t *count);

// ---- The result ----

struct rpc_result {
    uint8_t *at;
    uint8_t *end;
    uint32_t owed; // values that are still to be put: one, and those of lists
    bool failed; // no room, or more values than owed
};

// The result is one value, or nil if the function puts none.  A list is followed by its
// values.  What does not fit into a message becomes an error for the host.
void rpc_put_nil(struct rpc_result *result);
void rpc_put_bool(struct rpc_result *result, bool value);
void rpc_put_int(struct rpc_result *result, int64_t value);
void rpc_put_float(struct rpc_result *result, double value);
void rpc_put_str(struct rpc_result *result, const char *text, size_t len);
void rpc_put_bytes(struct rpc_result *result, const void *bytes, size_t len);
void rpc_put_list(struct rpc_result *result, uint32_t count);

// ---- Functions ----

// Returns NULL, or a text that the host gets as the error; then the result is not sent.
typedef const char *(*rpc_call)(struct rpc_args *args, struct rpc_result *result);

struct rpc_function {
    const char *name;
    rpc_call call;
};

// Handle a message of `len` bytes, which nobody changes meanwhile: copy it out of shared
// memory before.  Returns the length of the answer in the `size` bytes at `answer`, which is
// to be sent to where the message came from.  Returns 0 if nothing is to be sent: for a
// notification, for the single byte 0 that a host sends before its first request
// (openamp_rpc.py does), and for a message that is no valid request, which increments *bad
// (unless that is NULL).
size_t rpc_answer(const struct rpc_function *functions, size_t count, const void *message,
    size_t len, void *answer, size_t size, uint32_t *bad);

#endif // OPENAMP_RPC_H
