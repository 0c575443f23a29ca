/* For hosts without printf(): compose the text that says why a core died. */
#ifndef AMP_COMMON_TEXT_H
#define AMP_COMMON_TEXT_H

#include <stdint.h>

// Each writes `text` or `number` at `p` with a NUL, and returns the address of the NUL.
char *amp_text_append(char *p, const char *text);
char *amp_text_append_hex(char *p, const char *text, uint32_t number); // 8 digits
char *amp_text_append_dec(char *p, uint32_t number);

#endif // AMP_COMMON_TEXT_H
