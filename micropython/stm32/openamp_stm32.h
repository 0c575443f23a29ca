// For a build of the stm32 port with this module: read before every other
// header (openamp.mk).

// A doorbell between the last look and the sleep ends it at once.
#define MICROPY_PY_OPENAMP_WAIT(ms, unless) openamp_stm32_wait(unless)
void openamp_stm32_wait(const volatile _Bool *unless);
