/* What the linker puts in the place of the port's cache operations (--wrap). */
#include "ports/stm32h7/host.h"

void __wrap_stm32h7_cache_clean(void *ctx, const void *va, size_t len);
void __wrap_stm32h7_cache_invalidate(void *ctx, const void *va, size_t len);
void __wrap_stm32h7_cache_flush(void);

void __wrap_stm32h7_cache_clean(void *ctx, const void *va, size_t len) {
    (void)ctx;
    (void)va;
    (void)len;
}

void __wrap_stm32h7_cache_invalidate(void *ctx, const void *va, size_t len) {
    (void)ctx;
    (void)va;
    (void)len;
}

void __wrap_stm32h7_cache_flush(void) {
}
