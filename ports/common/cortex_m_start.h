/* What the reset code of a program on a Cortex-M does before main(). */
#ifndef AMP_COMMON_CORTEX_M_START_H
#define AMP_COMMON_CORTEX_M_START_H

#include <stdint.h>

// From the linker script.
extern uint64_t __stack_top[];
extern uint32_t __bss_begin[];
extern uint32_t __bss_end[];
extern uint32_t __data_begin[];
extern uint32_t __data_end[];
extern const uint32_t __data_load[];

int main(void);

// Copy .data out of flash and clear .bss.  The .data of an image that was loaded is in
// place already, so it is copied onto itself.
static inline void start_memory(void) {
    for (uint32_t i = 0; __data_begin + i < __data_end; i++) {
        __data_begin[i] = __data_load[i];
        __asm__ volatile("" ::: "memory"); // stay a loop: no memcpy() yet
    }
    for (uint32_t *word = __bss_begin; word < __bss_end; word++) {
        *word = 0;
        __asm__ volatile("" ::: "memory"); // the same for memset()
    }
}

#endif // AMP_COMMON_CORTEX_M_START_H
