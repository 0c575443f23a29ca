/*
 * The functions that a compiler may call by itself, and what the core uses of
 * <string.h>.  Words where it pays; `keep` stops the compiler from turning a
 * loop into a call of the function that the loop is in.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define keep() __asm__ volatile("" ::: "memory")

// A word anywhere in memory; both machines read and write unaligned.
struct __attribute__((packed, may_alias)) word {
    uint64_t value;
};

void *memcpy(void *restrict to, const void *restrict from, size_t len) {
    unsigned char *t = to;
    const unsigned char *f = from;
#if defined(__x86_64__)
    if (len >= 512) {
        void *cursor = to;
        __asm__ volatile("rep movsb" : "+D"(cursor), "+S"(from), "+c"(len) : : "memory");
        return to;
    }
#endif
    for (; len >= 8; len -= 8, t += 8, f += 8) {
        ((struct word *)t)->value = ((const struct word *)f)->value;
        keep();
    }
    for (; len > 0; len--) {
        *t++ = *f++;
        keep();
    }
    return to;
}

void *memmove(void *to, const void *from, size_t len) {
    unsigned char *t = to;
    const unsigned char *f = from;
    if ((uintptr_t)to - (uintptr_t)from >= len) { // forwards never reads what it wrote
        for (size_t i = 0; i < len; i++) {
            t[i] = f[i];
            keep();
        }
    } else {
        while (len-- > 0) {
            t[len] = f[len];
            keep();
        }
    }
    return to;
}

void *memset(void *to, int byte, size_t len) {
    unsigned char *t = to;
    uint64_t value = UINT64_C(0x0101010101010101) * (unsigned char)byte;
    for (; len >= 8; len -= 8, t += 8) {
        ((struct word *)t)->value = value;
        keep();
    }
    for (; len > 0; len--) {
        *t++ = (unsigned char)byte;
        keep();
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t len) {
    const unsigned char *x = a;
    const unsigned char *y = b;
    for (size_t i = 0; i < len; i++) {
        if (x[i] != y[i]) {
            return x[i] < y[i] ? -1 : 1;
        }
    }
    return 0;
}

void *memchr(const void *a, int byte, size_t len) {
    union {
        const unsigned char *shared;
        unsigned char *own;
    } x = {.shared = a};
    for (; len > 0; len--, x.own++) {
        if (*x.own == (unsigned char)byte) {
            return x.own;
        }
    }
    return NULL;
}

size_t strlen(const char *text) {
    size_t len = 0;
    while (text[len] != '\0') {
        len++;
        keep();
    }
    return len;
}

int strncmp(const char *a, const char *b, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (a[i] != b[i]) {
            return (unsigned char)a[i] < (unsigned char)b[i] ? -1 : 1;
        }
        if (a[i] == '\0') {
            break;
        }
    }
    return 0;
}

int strcmp(const char *a, const char *b) {
    return strncmp(a, b, SIZE_MAX);
}

char *strncpy(char *restrict to, const char *restrict from, size_t len) {
    for (size_t i = 0; i < len; i++) {
        to[i] = *from;
        from += *from != '\0'; // its end fills the rest
        keep();
    }
    return to;
}
