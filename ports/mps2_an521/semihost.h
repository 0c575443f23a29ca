/* For host programs in C under QEMU (-semihosting). */
#ifndef AMP_AN521_SEMIHOST_H
#define AMP_AN521_SEMIHOST_H

#include <stdint.h>

void amp_an521_print(const char *text);
void amp_an521_print_dec(uint32_t number);

#endif // AMP_AN521_SEMIHOST_H
