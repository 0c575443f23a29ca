#include "text.h"

char *amp_text_append_hex(char *p, const char *text, uint32_t number) {
    p = amp_text_append(p, text);
    for (int i = 0; i < 8; ++i) {
        *p++ = "0123456789abcdef"[number >> 28];
        number <<= 4;
    }
    *p = '\0';
    return p;
}
