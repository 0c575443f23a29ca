/* The functions of <string.h> that ports/common/memory.c defines; this core has no C library. */
#ifndef AMP_EMU_STRING_H
#define AMP_EMU_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t len);
void *memmove(void *to, const void *from, size_t len);
void *memset(void *to, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);
void *memchr(const void *a, int byte, size_t len);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t len);
char *strncpy(char *restrict to, const char *restrict from, size_t len);

#endif // AMP_EMU_STRING_H
