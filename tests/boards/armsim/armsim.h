/*
 * What the simulators of chips with two Cortex-M cores have in common, for tests.  The
 * cores' instructions are Unicorn's; around them are, here, exceptions, the interrupt
 * controller, SysTick, semihosting, the loader and the turns of the cores, and in the
 * folder of each chip (tests/boards/h7sim, rp2sim) its memories and registers.  Whatever
 * the real part would not do, or would do in silence, ends the run (sim_violation).
 *
 * The files here are compiled once for each chip: chip.h is the one in its folder, and says
 * what a core and a machine have beside what is here.  The functions chip_... are the
 * chip's own.
 *
 * Not simulated: unprivileged code, lazy FP frames, time other than one cycle an
 * instruction.
 */
#ifndef ARMSIM_ARMSIM_H
#define ARMSIM_ARMSIM_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <unicorn/unicorn.h>

#include "chip.h" // CORES, NVIC_IRQS, PRIORITY_BITS, MEMORIES, CHIP_..., struct chip...

#include "tests/boards/armsim/nvic.h"

// How a run ends if no program ends it: exit codes.
enum { END_VIOLATION = 3, END_RESETS, END_NO_PROGRESS, END_ASLEEP };

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
    bool event; // the event register: what ends WFE
    bool attention; // something is to be looked at before the next block
    enum why why;
    const char *fault; // for WHY_FAULT, what it is; NULL: as Unicorn says
    uint32_t interrupt; // Unicorn's number, for WHY_INTERRUPT
    uint32_t pc;
    uint32_t block; // the block that was entered last
    uint32_t block_size;
    uint32_t stopped_at; // for WHY_SLICE; with hooks for instructions Unicorn's PC is behind
    uint64_t insns; // executed, over all resets
    uint64_t cycles; // the same and the time asleep
    uint32_t scale; // ticks in one cycle, since its clock was last set
    uint64_t scaled_at; // `cycles` at that moment
    uint64_t scaled_time; // machine.now at that moment
    uint64_t limit; // of cycles: where the slice ends
    uint32_t code_base; // where the last block was: what counts instructions
    uint32_t code_size;
    const uint8_t *code;
    struct nvic nvic;
    struct systick systick;
    struct chip_core chip;
};

struct options {
    const char *arguments;
    uint64_t slice;
    uint64_t seed; // 0: every slice is as long
    uint64_t max_insns;
    unsigned max_resets;
    struct chip_options chip;
};

struct machine {
    struct core core[CORES];
    uint8_t *memory[MEMORIES];
    struct options options;
    uint64_t now; // in ticks, of which a cycle of core i has core[i].scale
    uint64_t random; // of the slices
    int last; // the core that ran
    unsigned resets;
    int reset_by; // the core that asks for it, or -1
    int end; // exit code, or -1
    FILE *stats;
    struct chip chip;
};

// ---- The chip's own: variables ----
extern const char *const sim_core_name[CORES];
extern const char chip_usage[]; // first line and options that only this chip has
enum { CHIP_OPTIONS = 0x100 }; // values of the following begin here
extern const struct option chip_options_table[];

// ---- The chip's own: functions ----
void chip_default_options(struct chip_options *options);
void chip_set_option(struct chip_options *options, int which, const char *text);
bool chip_init(struct machine *m);
struct program;
void chip_power_on(struct machine *m, const struct program *program);
// A core has asked for the reset of everything (m->reset_by).
void chip_reset(struct machine *m);
int chip_cpu_model(const struct core *core);
// A core was opened: its memory, registers, hooks.
void chip_map(struct core *core);
void chip_before_block(struct core *core);
// It has come back from Unicorn.
void chip_after_run(struct core *core, uc_err error);
void chip_after_slice(struct machine *m);
void chip_sleep(struct core *core); // WFI
void chip_yield(struct core *core); // WFE and YIELD
bool chip_wakes(struct core *core);
void chip_wake(struct core *core, uint64_t cycles); // that the other core had meanwhile
bool chip_timer_stops(const struct core *core); // SysTick, of a core that sleeps
// Does the core take its faults as exceptions?  If not they end the run.
bool chip_takes_faults(const struct core *core);
void chip_lockup(struct core *core, const char *what);
bool chip_may_access(struct core *core, uint32_t address);
void chip_before_write(struct core *core, uint32_t address, uint32_t len);
void chip_dump(struct machine *m);
void chip_counters(const struct machine *m);
void chip_totals(const struct machine *m);

// ---- machine.c ----
bool sim_init(struct machine *m);
// May there be one more?  If not, the run is over.
bool sim_count_reset(struct machine *m);
__attribute__((format(printf, 2, 3))) void sim_violation(
    struct core *core, const char *format, ...);
void sim_end(struct machine *m, int code);

// ---- memory.c ----
struct view {
    uint8_t core;
    uint8_t memory;
    uint32_t base;
    uint32_t size;
    uint32_t access; // UC_PROT_
    bool cached; // the chip's own functions stand before it
};
struct memory {
    uint32_t size;
    enum { NOISE, ZEROS, ERASED } first;
};
extern const struct memory chip_memories[MEMORIES];
extern const struct view chip_views[];
extern const unsigned chip_view_count;
bool memory_init(struct machine *m);
const struct view *memory_view(int core, uint32_t address, uint32_t len);
uint8_t *memory_raw(struct machine *m, const struct view *view, uint32_t address);
uc_err memory_hook(struct core *core, const struct view *view, int types, void *callback);
bool memory_load(struct core *core, uint32_t address, void *bytes, uint32_t len);
bool memory_store(struct core *core, uint32_t address, const void *bytes, uint32_t len);
// An access to a view that is `cached`.
void chip_cached_access(struct core *core, uint32_t address, void *bytes, uint32_t len, bool write);

// ---- periph.c: the registers outside the memories ----
struct register_block {
    uint32_t page; // the address that Unicorn maps
    uint32_t mapped; // bytes from there
    uint32_t base;
    uint32_t size;
    bool bytes; // it has registers of less than a word
    bool (*on)(const struct machine *m); // is its clock on?  NULL: always
    uint32_t (*read)(struct core *core, uint32_t offset);
    void (*write)(struct core *core, uint32_t offset, uint32_t value);
    const char *name;
};
extern const struct register_block chip_register_blocks[];
extern const unsigned chip_register_block_count;
enum { SIM_PAGE = 0x1000, SIM_BLOCKS_MAX = 16 };
void periph_map(struct core *core);
// An address within a block's pages that is not the block's: is there something?
bool chip_read_between(struct core *core, uint32_t address, uint32_t *value);
bool chip_write_between(struct core *core, uint32_t address, uint32_t value);

// ---- scs_nvic.c: interrupts, among the registers of a core ----
enum { SCS = 0xE000E000 };
bool scs_nvic_read(struct core *core, uint32_t offset, uint32_t *value);
bool scs_nvic_write(struct core *core, uint32_t offset, uint32_t value);

// ---- scs_mainline.c: more of them, which Armv6-M does not have ----
bool scs_mainline_read(struct core *core, uint32_t offset, uint32_t *value);
bool scs_mainline_write(struct core *core, uint32_t offset, uint32_t value);

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
void core_open_at(struct core *core, uint32_t vectors, uint32_t stack, uint32_t entry);
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
struct program {
    uint32_t first; // the lowest address of what was loaded into RAM
    uint32_t entry;
};
bool load_elf(struct machine *m, const char *path, struct program *program);
bool load_raw(struct machine *m, const char *path, uint32_t address);

// ---- options.c ----
__attribute__((noreturn)) void options_misused(const char *why);
uint64_t options_number(const char *text, uint64_t low, uint64_t high);

// ---- schedule.c ----
int schedule(struct machine *m);
uint64_t schedule_time(const struct core *core);
uint64_t schedule_cycles(const struct core *core, uint64_t time);
void schedule_set_scale(struct core *core, uint32_t scale);

#endif // ARMSIM_ARMSIM_H
