/* The values of openamp/rpc.h: MessagePack, as far as arguments and results need it. */
#include <string.h>

#include "openamp/rpc.h"

// First bytes; a length or a number follows, big-endian.
enum {
    FIX_LIST = 0x90,
    FIX_STR = 0xA0,
    NIL = 0xC0,
    FALSE = 0xC2,
    TRUE = 0xC3,
    BYTES_8 = 0xC4, // then for 16 and for 32 bits
    FLOAT_32 = 0xCA,
    FLOAT_64 = 0xCB,
    UINT_8 = 0xCC, // then for 16, 32 and 64 bits
    INT_8 = 0xD0, // the same
    STR_8 = 0xD9,
    LIST_16 = 0xDC,
    FIX_NEGATIVE = 0xE0,
};

// ---- Arguments ----

static uint64_t load(const uint8_t *bytes, unsigned count) {
    uint64_t value = 0;
    while (count-- != 0) {
        value = value << 8 | *bytes++;
    }
    return value;
}

// The next argument's first byte, or -1.
static int peek(const struct rpc_args *args) {
    return args->left == 0 || args->at == args->end ? -1 : *args->at;
}

// Are there `count` bytes behind the first one?
static bool has(const struct rpc_args *args, size_t count) {
    return (size_t)(args->end - args->at) > count;
}

static void take(struct rpc_args *args, size_t count) {
    args->at += 1 + count;
    --args->left;
}

bool rpc_get_nil(struct rpc_args *args) {
    if (peek(args) != NIL) {
        return false;
    }
    take(args, 0);
    return true;
}

bool rpc_get_bool(struct rpc_args *args, bool *value) {
    int code = peek(args);
    if (code != FALSE && code != TRUE) {
        return false;
    }
    *value = code == TRUE;
    take(args, 0);
    return true;
}

bool rpc_get_int(struct rpc_args *args, int64_t *value) {
    int code = peek(args);
    if (code >= 0 && (code < 0x80 || code >= FIX_NEGATIVE)) {
        *value = (int8_t)code;
        take(args, 0);
        return true;
    }
    bool is_signed = code >= INT_8;
    int power = code - (is_signed ? INT_8 : UINT_8);
    if (power < 0 || power > 3 || !has(args, 1u << power)) {
        return false;
    }
    uint64_t number = load(args->at + 1, 1u << power);
    if (is_signed) {
        unsigned above = 64 - (8u << power);
        *value = (int64_t)(number << above) >> above;
    } else if (number <= INT64_MAX) {
        *value = (int64_t)number;
    } else {
        return false;
    }
    take(args, 1u << power);
    return true;
}

bool rpc_get_float(struct rpc_args *args, double *value) {
    int code = peek(args);
    int64_t whole;
    if (code == FLOAT_64 && has(args, 8)) {
        uint64_t bits = load(args->at + 1, 8);
        memcpy(value, &bits, sizeof(bits));
        take(args, 8);
        return true;
    }
    if (code == FLOAT_32 && has(args, 4)) {
        uint32_t bits = (uint32_t)load(args->at + 1, 4);
        float single;
        memcpy(&single, &bits, sizeof(bits));
        *value = (double)single;
        take(args, 4);
        return true;
    }
    if (!rpc_get_int(args, &whole)) {
        return false;
    }
    *value = (double)whole;
    return true;
}

// The bytes behind a first byte `first` + n, which is followed by a length of 2 to the power
// of n bytes.
static bool get_long(struct rpc_args *args, int first, const uint8_t **bytes, size_t *len) {
    int power = peek(args) - first;
    if (power < 0 || power > 2 || !has(args, 1u << power)) {
        return false;
    }
    uint64_t count = load(args->at + 1, 1u << power);
    if (count > (size_t)(args->end - args->at) - 1 - (1u << power)) {
        return false;
    }
    *bytes = args->at + 1 + (1u << power);
    *len = (size_t)count;
    take(args, (1u << power) + *len);
    return true;
}

bool rpc_get_str(struct rpc_args *args, const char **text, size_t *len) {
    int code = peek(args);
    const uint8_t *bytes;
    if (code >= FIX_STR && code < NIL) {
        *len = (size_t)(code - FIX_STR);
        if (!has(args, *len)) {
            return false;
        }
        *text = (const char *)args->at + 1;
        take(args, *len);
        return true;
    }
    if (!get_long(args, STR_8, &bytes, len)) {
        return false;
    }
    *text = (const char *)bytes;
    return true;
}

bool rpc_get_bytes(struct rpc_args *args, const uint8_t **bytes, size_t *len) {
    return get_long(args, BYTES_8, bytes, len);
}

// A value takes at least one byte, so a count above the bytes that are left cannot be true.
bool rpc_get_list(struct rpc_args *args, uint32_t *count) {
    int code = peek(args);
    unsigned bytes = 0;
    uint64_t number = (uint64_t)(code - FIX_LIST);
    if (code == LIST_16 || code == LIST_16 + 1) {
        bytes = code == LIST_16 ? 2 : 4;
        if (!has(args, bytes)) {
            return false;
        }
        number = load(args->at + 1, bytes);
    } else if (code < FIX_LIST || code >= FIX_STR) {
        return false;
    }
    if (number > (size_t)(args->end - args->at) - 1 - bytes) {
        return false;
    }
    take(args, bytes);
    *count = (uint32_t)number;
    args->left += *count;
    return true;
}

// ---- Results ----

// Reserve `len` bytes for one value.  NULL, with `failed` set: no room, or no value is owed.
static uint8_t *put(struct rpc_result *result, size_t len) {
    uint8_t *at = result->at;
    if (result->failed || result->owed == 0 || len > (size_t)(result->end - at)) {
        result->failed = true;
        return NULL;
    }
    --result->owed;
    result->at += len;
    return at;
}

// Put the first byte and a number of `count` bytes.  Returns where `more` bytes of contents
// go, or NULL.
static uint8_t *put_number(
    struct rpc_result *result, int code, uint64_t number, unsigned count, size_t more) {
    uint8_t *at = more > SIZE_MAX - 9 ? NULL : put(result, 1 + count + more);
    if (at == NULL) {
        result->failed = true;
        return NULL;
    }
    *at++ = (uint8_t)code;
    for (unsigned i = count; i-- != 0;) {
        *at++ = (uint8_t)(number >> 8 * i);
    }
    return at;
}

void rpc_put_nil(struct rpc_result *result) {
    put_number(result, NIL, 0, 0, 0);
}

void rpc_put_bool(struct rpc_result *result, bool value) {
    put_number(result, value ? TRUE : FALSE, 0, 0, 0);
}

void rpc_put_int(struct rpc_result *result, int64_t value) {
    if (value >= -32 && value < 128) {
        put_number(result, (uint8_t)value, 0, 0, 0);
        return;
    }
    unsigned power = 0;
    while (power < 3
        && (value < -(INT64_C(1) << ((8u << power) - 1))
            || value >= INT64_C(1) << ((8u << power) - 1))) {
        ++power;
    }
    put_number(result, INT_8 + (int)power, (uint64_t)value, 1u << power, 0);
}

void rpc_put_float(struct rpc_result *result, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    put_number(result, FLOAT_64, bits, 8, 0);
}

static void put_long(struct rpc_result *result, int first, const void *bytes, size_t len) {
    unsigned power = len <= 0xFF ? 0 : len <= 0xFFFF ? 1 : 2;
    uint8_t *at = put_number(result, first + (int)power, len, 1u << power, len);
    if (at != NULL) {
        memcpy(at, bytes, len);
    }
}

void rpc_put_str(struct rpc_result *result, const char *text, size_t len) {
    put_long(result, STR_8, text, len);
}

void rpc_put_bytes(struct rpc_result *result, const void *bytes, size_t len) {
    put_long(result, BYTES_8, bytes, len);
}

void rpc_put_list(struct rpc_result *result, uint32_t count) {
    if (count < 16) {
        put_number(result, FIX_LIST + (int)count, 0, 0, 0);
    } else {
        put_number(result, LIST_16 + 1, count, 4, 0);
    }
    // A list that is too long fails when its values are put.
    result->failed |= count > UINT32_MAX - result->owed;
    result->owed += result->failed ? 0 : count;
}
