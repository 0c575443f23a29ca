/* What a core and the machine have here beside what tests/boards/armsim has. */
#ifndef H7SIM_CHIP_H
#define H7SIM_CHIP_H

#include <stdbool.h>
#include <stdint.h>

#include "cache.h"
#include "mpu.h"

#define CHIP_SIM "h7sim"

enum { M7, M4, CORES };
enum memory_id { ITCM, FLASH, DTCM, AXI, D2, SRAM4, SDRAM, MEMORIES };
enum {
    NVIC_IRQS = 160,
    PRIORITY_BITS = 4, // as ST built the M4 and the M7
    CHIP_MAINLINE = 1, // Armv7-M and not v6-M
    CHIP_HZ = 64000000, // of the M7 out of reset, on its internal oscillator
    CHIP_SYSTICK_SLOW = 8, // cycles to one of the other clock of SysTick
};

struct chip_core {
    bool in_stop; // and deeply: power.c
    uint64_t dwt_base;
    uint32_t dwt_control;
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

struct chip_options {
    uint32_t ratio[2];
    uint64_t evict_seed; // 0: no evictions
    uint32_t m4_boot; // BCM4_ADD0 of the option bytes, as an address
    bool bcm4;
    bool image; // registers for the start of any program: image.c
    bool faults; // the M4 takes faults as exceptions
};

struct chip {
    struct cache cache;
    struct ecc ecc[SRAMS];
    struct hsem hsem;
    struct rcc rcc;
    uint32_t m4_boot; // as SYSCFG has it now
    uint64_t doorbells[CORES]; // releases of semaphores, by the core that releases
    uint8_t *m4_code; // pages of D2 SRAM, SRAM4 and SDRAM that the M4 ran code from
};

#endif // H7SIM_CHIP_H
