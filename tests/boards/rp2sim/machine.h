/*
 * A simulated Raspberry Pi RP2040 with its two cores, for tests, or, compiled with RP2350,
 * the Arm cores of that chip: what the parts of the chip know of each other.  What is not
 * its own is in tests/boards/armsim, options in options.c.
 *
 * It is strict: registers that are not here, accesses to registers that are not of a word,
 * reads of the flash while it is written (the test says so, at FLASH_IS_WRITTEN), a core
 * that switches off what it needs: the run ends.  So do faults, but core 1 takes its own as
 * exceptions if the options say so, and is locked up, silently for core 0, by a fault in
 * that handler.
 *
 * Not simulated, beside what armsim.h says: RAM under its other addresses (0x21000000),
 * PIO, DMA other than of words of memory, GPIO, the divider and interpolators of SIO, alarms of the timer, SYSRESETREQ,
 * the MPU, functions of the boot ROM other than the start of core 1.  Of the RP2350 also:
 * TrustZone (all is secure), stack limits, SEV and WFE in an IT block that skips them, the
 * fault of LDRD, LDM and the like at an unaligned address, exclusives between the cores.
 */
#ifndef RP2SIM_MACHINE_H
#define RP2SIM_MACHINE_H

#include "tests/boards/armsim/armsim.h"

// ---- memory.c ----
enum { ROM_DEAD_LOOP = 0x2000 }; // where an entry that returns goes
bool memory_prepare(struct machine *m);
void memory_map(struct core *core);
void memory_runs_code(struct core *core);
void memory_undo(struct core *core);

// ---- sio.c ----
void sio_update_lines(struct machine *m);
bool sio_push(struct machine *m, int to, uint32_t word);
bool sio_pop(struct machine *m, int by, uint32_t *word);
void sio_send_event(struct machine *m);
uint32_t sio_read(struct core *core, uint32_t offset);
void sio_write(struct core *core, uint32_t offset, uint32_t value);

// ---- rom.c ----
void rom_begin(struct machine *m);
void rom_run(struct machine *m);

// ---- psm.c ----
enum { ALIASED_REGISTER = 0xFFF }; // of an address that may be an alias
uint32_t alias_merge(uint32_t old, uint32_t offset, uint32_t value);
uint32_t psm_read(struct core *core, uint32_t offset);
void psm_write(struct core *core, uint32_t offset, uint32_t value);
void psm_after_slice(struct machine *m);

// ---- dma.c ----
void dma_run(struct machine *m);
uint32_t dma_read(struct core *core, uint32_t offset);
void dma_write(struct core *core, uint32_t offset, uint32_t value);

// ---- scs.c: the registers of a core ----
uint32_t scs_read(struct core *core, uint32_t offset);
void scs_write(struct core *core, uint32_t offset, uint32_t value);

#endif // RP2SIM_MACHINE_H
