/*
 * A simulated STM32H7 with two cores, for tests: what the parts of the chip know of each
 * other.  What is not its own is in tests/boards/armsim.
 *
 * Not simulated, beside what armsim.h says: AXI SRAM and the TCMs through a cache, and their
 * words that a reset forgets (ecc.c; they are the M7's own, and the M4 has no access), MPU
 * permissions outside the shared memories, WFE that sleeps, and code of the M4 that the
 * M4 itself changes through another of its addresses.  In a dump the PC of a
 * bad access may be the beginning of its block.
 */
#ifndef H7SIM_MACHINE_H
#define H7SIM_MACHINE_H

#include "tests/boards/armsim/armsim.h"

// ---- machine.c ----
void h7_start_m4(struct machine *m);

// ---- memory.c ----
void memory_wrote_raw(struct machine *m, uint32_t address, uint32_t len);
void memory_runs_code(struct core *core, uint32_t address);
void memory_map(struct core *core);

// ---- ecc.c ----
// Before bytes are written to the memory behind `view`.
void ecc_write(struct machine *m, const struct view *view, uint32_t address, uint32_t len);
void ecc_reset(struct machine *m);

// ---- image.c: registers that only --image has, or the end ----
void image_map(struct core *core);
void image_reset(void);
void image_idle(struct core *core);
uint32_t image_read(struct core *core, const char *block, uint32_t base, uint32_t offset);
void image_write(
    struct core *core, const char *block, uint32_t base, uint32_t offset, uint32_t value);

// ---- power.c ----
void power_sleep(struct core *core);
void power_check_flash(struct core *core, uint32_t address);

// ---- rcc.c ----
void rcc_reset(struct machine *m, uint32_t flags);
bool rcc_hsem_on(const struct machine *m);
bool rcc_syscfg_on(const struct machine *m);
bool rcc_flash_for_m4(const struct machine *m);
bool rcc_d2_on(const struct machine *m, int core, uint32_t address);
uint32_t rcc_read(struct core *core, uint32_t offset);
void rcc_write(struct core *core, uint32_t offset, uint32_t value);
uint32_t syscfg_read(struct core *core, uint32_t offset);
void syscfg_write(struct core *core, uint32_t offset, uint32_t value);
uint32_t flash_read(struct core *core, uint32_t offset);
void flash_write(struct core *core, uint32_t offset, uint32_t value);

// ---- hsem.c ----
uint32_t hsem_read(struct core *core, uint32_t offset);
void hsem_write(struct core *core, uint32_t offset, uint32_t value);

// ---- scs.c: the registers of a core ----
uint32_t scs_read(struct core *core, uint32_t offset);
void scs_write(struct core *core, uint32_t offset, uint32_t value);

// ---- dwt.c ----
uint32_t dwt_read(struct core *core, uint32_t offset);
void dwt_write(struct core *core, uint32_t offset, uint32_t value);

#endif // H7SIM_MACHINE_H
