/*
 * For the remote half of every port: the trace buffer, text at a fixed address
 * for the host to read.
 */
#include <string.h>

#include "openamp/remote.h"

#define TEXT ((char *)(uintptr_t)AMP_REMOTE_TRACE_DA)

// Bytes of text in the buffer.  The loader or the reset code has cleared both.
static size_t used;

static void put(char c) {
    if (used + 2 > AMP_REMOTE_TRACE_LEN) {
        size_t old = AMP_REMOTE_TRACE_LEN / 2;
        memmove(TEXT, TEXT + old, used - old);
        used -= old;
        memset(TEXT + used, 0, old);
    }
    TEXT[used + 1] = '\0'; // first: the host may read at any moment
    TEXT[used++] = c;
}

void amp_remote_trace(const char *text) {
    while (*text != '\0') {
        put(*text++);
    }
}

void amp_remote_trace_dec(uint32_t number) {
    char digits[10];
    unsigned count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    while (count > 0) {
        put(digits[--count]);
    }
}

void amp_remote_trace_hex(uintptr_t number) {
    unsigned shift = 8 * sizeof(number);
    while (shift > 4 && (number >> (shift - 4)) == 0) {
        shift -= 4;
    }
    while (shift > 0) {
        shift -= 4;
        put("0123456789abcdef"[(number >> shift) & 15]);
    }
}
