/* Putting together why a core died, for hosts without a printf(). */
#ifndef AMP_COMMON_TEXT_H
#define AMP_COMMON_TEXT_H

#include <stdint.h>
#include <string.h>

// Each writes at `p`, ends the text there, and returns where it ends.
static inline char *amp_text_append(char *p, const char *text) {
    size_t len = strlen(text);
    memcpy(p, text, len + 1);
    return p + len;
}

char *amp_text_append_hex(char *p, const char *text, uint32_t number); // 8 digits

#endif // AMP_COMMON_TEXT_H
