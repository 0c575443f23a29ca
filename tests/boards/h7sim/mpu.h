/* The memory protection unit of Armv7-M: what may be done where, and is it cached? */
#ifndef H7SIM_MPU_H
#define H7SIM_MPU_H

#include <stdbool.h>
#include <stdint.h>

struct core;

enum { MPU_REGIONS = 16 };

struct mpu {
    uint32_t control;
    uint32_t number;
    uint32_t base[MPU_REGIONS];
    uint32_t attributes[MPU_REGIONS];
};

enum {
    MPU_READ = 1,
    MPU_WRITE = 2,
    MPU_CACHED = 4,
    MPU_WRITE_BACK = 8,
    MPU_WRITE_ALLOCATE = 16,
    MPU_DEVICE = 32, // device or strongly ordered: no unaligned access
};

// MPU_ flags for a privileged access to the address.
unsigned mpu_lookup(const struct core *core, uint32_t address);
uint32_t mpu_read(struct core *core, uint32_t offset);
void mpu_write(struct core *core, uint32_t offset, uint32_t value);

#endif // H7SIM_MPU_H
