#include "text.h"

#include <string.h>

char *amp_text_append(char *p, const char *text) {
    size_t len = strlen(text);
    memcpy(p, text, len + 1);
    return p + len;
}

char *amp_text_append_hex(char *p, const char *text, uint32_t number) {
    p = amp_text_append(p, text);
    for (int shift = 28; shift >= 0; shift -= 4) {
        *p++ = "0123456789abcdef"[(number >> shift) & 15];
    }
    *p = '\0';
    return p;
}
