/* Host programs in C: text to QEMU's output, and the exit code. */
#include "semihost.h"

#include <stdint.h>

#include "start.h"

static intptr_t call(uintptr_t operation, const void *argument) {
    register uintptr_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return (intptr_t)r0;
}

void amp_an521_print(const char *text) {
    enum { SYS_WRITE0 = 4 };
    call(SYS_WRITE0, text);
}

void amp_an521_print_dec(uint32_t number) {
    char text[11];
    char *p = text + sizeof(text);
    *--p = '\0';
    do {
        *--p = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    amp_an521_print(p);
}

void amp_an521_end(int code) {
    enum { SYS_EXIT_EXTENDED = 0x20, APPLICATION_EXIT = 0x20026 };
    uintptr_t argument[2] = {APPLICATION_EXIT, (uintptr_t)code};
    for (;;) {
        call(SYS_EXIT_EXTENDED, argument);
    }
}
