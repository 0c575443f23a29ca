/*
 * A simulated STM32H7 with two cores, for tests: what the parts of the machine
 * know of each other.  The cores' instructions are Unicorn's; everything around
 * them is here.  Whatever the real part would not do, or would do in silence,
 * ends the run (h7_violation).
 *
 * Not simulated: AXI SRAM and the TCMs through a cache, and their words that a reset
 * forgets (ecc.c; they are the M7's own, and the M4 has no access), MPU permissions outside the shared memories,
 * unprivileged code, lazy FP frames, WFE that sleeps (Unicorn does not show
 * SEV), time other than one cycle an instruction, and code of the M4 that the
 * M4 itself changes through another of its addresses.  In a dump the PC of a
 * bad access may be the beginning of its block.
 */
#ifndef H7SIM_MACHINE_H
#define H7SIM_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <unicorn/unicorn.h>

#include "cache.h"
#include "mpu.h"
#include "nvic.h"

enum { M7, M4, CORES };

// How a run ends if no program ends it: exit codes.
enum { END_VIOLATION = 3, END_RESETS, END_NO_PROGRESS, END_ASLEEP };

enum memory { ITCM, FLASH, DTCM, AXI, D2, SRAM4, SDRAM, MEMORIES };

// Why a core came back from Unicorn.
enum why { WHY_WFI, WHY_SLICE, WHY_YIELD, WHY_INTERRUPT, WHY_FAULT };

struct systick {
    uint32_t control; // enable, tickint, clksource
    uint32_t reload;
    bool counted;
    uint64_t expires; // in cycles of the core
};

struct core {
    struct machine *m;
    int id;
    uc_engine *uc;
    bool running;
    bool sleeping;
    bool in_stop; // and deeply: power.c
    bool attention; // something is to be looked at before the next block
    enum why why;
    uint32_t interrupt; // Unicorn's number, for WHY_INTERRUPT
    uint32_t pc;
    uint32_t block; // the block that was entered last
    uint32_t block_size;
    uint64_t insns; // executed, over all resets
    uint64_t cycles; // the same and the time asleep
    uint32_t scale; // ticks of machine.now to a cycle,
    uint64_t scaled_at; // since it had so many cycles,
    uint64_t scaled_time; // at this time
    uint64_t limit; // of cycles: where the slice ends
    uint64_t dwt_base;
    uint32_t dwt_control;
    uint32_t code_base; // where the last block was: what counts instructions
    uint32_t code_size;
    const uint8_t *code;
    struct nvic nvic;
    struct systick systick;
    struct mpu mpu; // the M4 has one too, and nothing asks it
};

enum { SRAMS = 4 }; // with a check code for each word: three in D2, and SRAM4

struct ecc {
    uint8_t *word; // that a reset would forget, or NULL
    uint8_t before[4];
};

struct hsem {
    uint32_t lock[32];
    uint32_t enabled[CORES];
    uint32_t status[CORES];
};

struct rcc {
    uint32_t control;
    uint32_t reset_flags[CORES];
    uint32_t ahb2[CORES];
    uint32_t ahb3[CORES];
    uint32_t ahb4[CORES];
    uint32_t apb4[CORES];
    bool boot_c2;
};

struct options {
    const char *arguments;
    uint64_t slice;
    uint32_t ratio[2];
    uint64_t max_insns;
    uint64_t evict_seed; // 0: no evictions
    unsigned max_resets;
    uint32_t m4_boot; // BCM4_ADD0 of the option bytes, as an address
    bool bcm4;
    bool image; // registers for the start of any program: image.c
    bool faults; // the M4 takes faults as exceptions
};

struct machine {
    struct core core[CORES];
    uint8_t *memory[MEMORIES];
    struct cache cache;
    struct ecc ecc[SRAMS];
    struct hsem hsem;
    struct rcc rcc;
    uint32_t m4_boot; // as SYSCFG has it now
    struct options options;
    uint64_t now; // in ticks: of core i, scale to a cycle
    int last; // the core that ran
    unsigned resets;
    int reset_by; // the core that asks for it, or -1
    int end; // exit code, or -1
    FILE *stats;
    uint64_t doorbells[CORES]; // releases of semaphores, by the core that releases
    uint8_t *m4_code; // pages of D2 SRAM, SRAM4 and SDRAM that the M4 ran code from
};

// ---- machine.c ----
extern const char *const h7_core_name[CORES];
bool h7_init(struct machine *m);
void h7_power_on(struct machine *m);
void h7_reset(struct machine *m);
void h7_start_m4(struct machine *m);
__attribute__((format(printf, 2, 3))) void h7_violation(struct core *core, const char *format, ...);
void h7_end(struct machine *m, int code);

// ---- memory.c ----
struct view {
    uint8_t core;
    uint8_t memory;
    uint32_t base;
    uint32_t size;
    uint32_t access; // UC_PROT_
    bool cached;
};
bool memory_init(struct machine *m);
void memory_map(struct core *core);
const struct view *memory_view(int core, uint32_t address, uint32_t len);
uint8_t *memory_raw(struct machine *m, const struct view *view, uint32_t address);
bool memory_load(struct core *core, uint32_t address, void *bytes, uint32_t len);
bool memory_store(struct core *core, uint32_t address, const void *bytes, uint32_t len);
void memory_wrote_raw(struct machine *m, uint32_t address, uint32_t len);
void memory_runs_code(struct core *core, uint32_t address);

// ---- ecc.c ----
// Before bytes are written to the memory behind `view`.
void ecc_write(struct machine *m, const struct view *view, uint32_t address, uint32_t len);
void ecc_reset(struct machine *m);

// ---- periph.c: the registers outside the cores ----
void periph_map(struct core *core);

// ---- image.c: registers that only --image has, or the end ----
void image_map(struct core *core);
void image_reset(void);
void image_idle(struct core *core);
uint32_t image_read(struct core *core, const char *block, uint32_t base, uint32_t offset);
void image_write(
    struct core *core, const char *block, uint32_t base, uint32_t offset, uint32_t value);

// ---- power.c ----
void power_sleep(struct core *core);
bool power_wakes(struct core *core);
void power_wake(struct core *core, uint64_t cycles);
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

// ---- systick.c ----
uint64_t systick_deadline(const struct core *core);
void systick_update(struct core *core);
uint32_t systick_read(struct core *core, uint32_t offset);
void systick_write(struct core *core, uint32_t offset, uint32_t value);

// ---- exception.c ----
void exception_enter(struct core *core, unsigned exception);
void exception_return(struct core *core);
void exception_fault(struct core *core, unsigned exception, const char *what);

// ---- core.c ----
uint32_t core_reg(const struct core *core, int reg);
void core_set_reg(struct core *core, int reg, uint32_t value);
void core_open(struct core *core, uint32_t vectors);
void core_close(struct core *core);
void core_run(struct core *core, uint64_t limit);

// ---- semihost.c ----
void semihost_call(struct core *core);
void semihost_close_all(void);

// ---- report.c ----
void report_dump(struct machine *m);
void report_mark(struct core *core, uint32_t id);
void report_totals(struct machine *m);

// ---- load.c ----
bool load_elf(struct machine *m, const char *path);
bool load_raw(struct machine *m, const char *path, uint32_t address);

// ---- schedule.c ----
int schedule(struct machine *m);
uint64_t schedule_time(const struct core *core);
uint64_t schedule_cycles(const struct core *core, uint64_t time);
void schedule_set_scale(struct core *core, uint32_t scale);

#endif // H7SIM_MACHINE_H
