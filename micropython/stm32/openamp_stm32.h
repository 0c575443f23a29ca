// For a build of the stm32 port with this module: read before every other
// header (openamp.mk).

// A doorbell between the last look and the sleep ends it at once.
#define MICROPY_PY_OPENAMP_WAIT(ms) openamp_stm32_wait()
void openamp_stm32_wait(void);
