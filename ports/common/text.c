#include "text.h"

char *amp_text_append(char *p, const char *text) {
    while ((*p = *text++) != '\0') {
        ++p;
    }
    return p;
}

char *amp_text_append_hex(char *p, const char *text, uint32_t number) {
    p = amp_text_append(p, text);
    for (int i = 8; i != 0; --i) {
        uint32_t digit = number >> 28;
        *p++ = (char)(digit + (digit < 10 ? '0' : 'a' - 10));
        number <<= 4;
    }
    *p = '\0';
    return p;
}

char *amp_text_append_dec(char *p, uint32_t number) {
    if (number >= 10) {
        p = amp_text_append_dec(p, number / 10);
    }
    *p++ = (char)('0' + number % 10);
    *p = '\0';
    return p;
}
