/* What a core and the machine have here beside what tests/boards/armsim has. */
#ifndef RP2SIM_CHIP_H
#define RP2SIM_CHIP_H

#include <stdbool.h>
#include <stdint.h>

enum { CORE0, CORE1, CORES };
enum memory_id { ROM, FLASH, RAM, MEMORIES };

// One of the two chips: what differs.  CHIP_SYSTICK_SLOW are cycles to one of SysTick's other
// clock, which is that of 1 MHz.
#ifdef RP2350
#define CHIP_SIM "rp2350sim"
enum {
    NVIC_IRQS = 64, // 52 of them come from somewhere
    PRIORITY_BITS = 4,
    CHIP_MAINLINE = 1, // Armv8-M
    CHIP_HZ = 150000000,
    CHIP_SYSTICK_SLOW = 150,
    VECTORS_ALIGNED = 512,
    RAM_SIZE = 520 * 1024, // and scratch X and Y with it
    FIFO_DEPTH = 4,
    FIFO_IRQ0 = 25,
    FIFO_IRQ1 = 25,
    PSM = 0x40018000,
    PSM_CORE1 = 1 << 24,
    PSM_ALL = 0x1FFFFFF,
    TIMER = 0x400B0000,
};
#else
#define CHIP_SIM "rp2sim"
enum {
    NVIC_IRQS = 32, // 26 of them come from somewhere
    PRIORITY_BITS = 2,
    CHIP_MAINLINE = 0, // Armv6-M
    CHIP_HZ = 125000000,
    CHIP_SYSTICK_SLOW = 125,
    VECTORS_ALIGNED = 256,
    RAM_SIZE = 264 * 1024,
    FIFO_DEPTH = 8,
    FIFO_IRQ0 = 15,
    FIFO_IRQ1 = 16,
    PSM = 0x40010000,
    PSM_CORE1 = 1 << 16,
    PSM_ALL = 0x1FFFF,
    TIMER = 0x40054000,
};
#endif
enum { DOORBELL_IRQ = 26, SAVED_REGS = 15, DMA_CHANNELS = CHIP_MAINLINE ? 16 : 12 };

struct chip_core {
    uint32_t insn; // the instruction that runs
    uint32_t after_wfe; // not 0: the run stopped at a WFE, and goes on there
    bool waits_for_event; // it sleeps in WFE, and not in WFI
    bool locked_up;
    bool unaligned; // its access was, and stopped the run; the next are for memory_undo()
    uint32_t saved[SAVED_REGS];
    uint8_t *bytes;
    uint8_t before[16];
    uint32_t size;
};

struct fifo {
    uint32_t word[FIFO_DEPTH];
    unsigned count;
};

// The boot ROM of core 1, as a machine of its own.
struct rom {
    enum {
        ROM_OFF, // the core is held in reset, or has left the ROM
        ROM_EMPTIES,
        ROM_EXPECTS_1,
        ROM_EXPECTS_VECTORS,
        ROM_EXPECTS_STACK,
        ROM_EXPECTS_ENTRY,
        ROM_LEAVES,
    } state;
    bool asleep; // in WFE
    bool owes; // an echo, for which there was no room
    uint32_t echo;
    uint32_t vectors;
    uint32_t stack;
    uint32_t entry;
};

// SIO is not in the reset of a core: all of this stays.
struct sio {
    struct fifo fifo[CORES]; // by who reads
    uint32_t sticky[CORES];
    uint32_t spinlocks;
    uint32_t doorbells[CORES]; // by who is rung; of RP2350
};

struct dma_channel {
    uint32_t read;
    uint32_t write;
    uint32_t count; // at the next trigger
    uint32_t left;
    uint32_t control;
    bool aborting; // it is busy for a while
};

struct chip_options {
    bool faults; // core 1 takes its faults as exceptions
};

struct chip {
    struct sio sio;
    struct rom rom;
    struct dma_channel dma[DMA_CHANNELS];
    uint32_t off; // PSM FRCE_OFF
    bool core1_leaves; // it has switched itself off
    bool flash_is_written; // and nobody may read it meanwhile
    uint8_t *ran[CORES]; // pages of RAM from which the core ran code
    uint64_t words[CORES]; // words and (RP2350) doorbells that a core sent to the other
    uint64_t sevs;
    uint64_t sleeps; // in WFE
    unsigned launches;
    unsigned core1_resets;
    unsigned lockups;
};

#endif // RP2SIM_CHIP_H
