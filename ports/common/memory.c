/*
 * For remote halves without a C library: the functions that a compiler may call by
 * itself, and those of <string.h> that the core uses.  keep_loop() stops the compiler from
 * replacing a loop of memcpy(), for example, by a call of memcpy().
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define keep_loop() __asm__ volatile("" ::: "memory")

#if defined(__riscv)
// This machine can read and write aligned words only.
struct __attribute__((may_alias)) word {
    uint32_t value;
};
#define CAN_COPY_WORDS(address) (((address) & (sizeof(struct word) - 1)) == 0)
#else
// This machine can read and write words at any address.
struct __attribute__((packed, may_alias)) word {
    uint64_t value;
};
#define CAN_COPY_WORDS(address) ((void)(address), true)
#endif
#define WORD sizeof(struct word)

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
    bool words = CAN_COPY_WORDS((uintptr_t)to | (uintptr_t)from);
    for (; words && len >= WORD; len -= WORD, t += WORD, f += WORD) {
        ((struct word *)(void *)t)->value = ((const struct word *)(const void *)f)->value;
        keep_loop();
    }
    for (; len > 0; len--) {
        *t++ = *f++;
        keep_loop();
    }
    return to;
}

void *memmove(void *to, const void *from, size_t len) {
    unsigned char *t = to;
    const unsigned char *f = from;
    if ((uintptr_t)to - (uintptr_t)from >= len) { // forwards reads nothing that it wrote
        for (size_t i = 0; i < len; i++) {
            t[i] = f[i];
            keep_loop();
        }
    } else {
        while (len-- > 0) {
            t[len] = f[len];
            keep_loop();
        }
    }
    return to;
}

void *memset(void *to, int byte, size_t len) {
    unsigned char *t = to;
    struct word word = {.value = (unsigned char)byte};
    word.value *= UINT64_MAX / 255; // in each byte of the word
    bool words = CAN_COPY_WORDS((uintptr_t)to);
    for (; words && len >= WORD; len -= WORD, t += WORD) {
        *(struct word *)(void *)t = word;
        keep_loop();
    }
    for (; len > 0; len--) {
        *t++ = (unsigned char)byte;
        keep_loop();
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
        keep_loop();
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
        from += *from != '\0'; // stays at the NUL, which fills the rest
        keep_loop();
    }
    return to;
}
