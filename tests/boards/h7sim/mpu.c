#include "machine.h"

enum {
    CTRL_ENABLE = 1,
    CTRL_PRIVDEFENA = 4,
    RASR_ENABLE = 1,
    ALL = MPU_READ | MPU_WRITE,
    WRITE_THROUGH = MPU_CACHED,
    WRITE_BACK = MPU_CACHED | MPU_WRITE_BACK,
    WRITE_BACK_ALLOCATE = WRITE_BACK | MPU_WRITE_ALLOCATE,
};

// The map of the architecture, where no region says otherwise.
static unsigned background(uint32_t address) {
    switch (address >> 29) {
        case 0: // code
        case 4: // external RAM, the second half
            return ALL | WRITE_THROUGH;
        case 1: // SRAM
        case 3: // external RAM, the first half
            return ALL | WRITE_BACK_ALLOCATE;
        default:
            return ALL | MPU_DEVICE;
    }
}

static unsigned policy(uint32_t bits) {
    static const uint8_t policies[4] = {0, WRITE_BACK_ALLOCATE, WRITE_THROUGH, WRITE_BACK};
    return policies[bits & 3];
}

// Shareable memory is not cached: the M7 as ST built it has no SIWT set.
static unsigned cacheability(uint32_t attributes) {
    uint32_t tex = attributes >> 19 & 7;
    bool shareable = attributes >> 18 & 1;
    uint32_t cb = attributes >> 16 & 3;
    if (shareable) {
        return 0;
    }
    if (tex >= 4) {
        return policy(cb); // the inner policy; the outer one is no cache's here
    }
    if (tex == 1) {
        return cb == 3 ? WRITE_BACK_ALLOCATE : 0;
    }
    return tex == 0 && cb == 3 ? WRITE_BACK : tex == 0 && cb == 2 ? WRITE_THROUGH : 0;
}

static unsigned device(uint32_t attributes) {
    uint32_t tex = attributes >> 19 & 7;
    bool c = attributes >> 17 & 1;
    return tex == 2 || (tex == 0 && !c) ? MPU_DEVICE : 0;
}

// For privileged code, which is all there is here.
static unsigned permission(uint32_t attributes) {
    static const uint8_t allowed[8] = {0, ALL, ALL, ALL, 0, MPU_READ, MPU_READ, MPU_READ};
    return allowed[attributes >> 24 & 7];
}

static bool region_has(const struct mpu *mpu, unsigned i, uint32_t address) {
    uint32_t attributes = mpu->attributes[i];
    uint32_t bits = (attributes >> 1 & 31) + 1;
    if (!(attributes & RASR_ENABLE)) {
        return false;
    }
    if (bits < 32 && (address ^ mpu->base[i]) >> bits != 0) {
        return false;
    }
    uint32_t eighth = bits < 8 ? 0 : address >> (bits - 3) & 7;
    return bits < 8 || !(attributes >> 8 >> eighth & 1);
}

unsigned mpu_lookup(const struct core *core, uint32_t address) {
    const struct mpu *mpu = &core->chip.mpu;
    if (!(mpu->control & CTRL_ENABLE)) {
        return background(address);
    }
    for (unsigned i = MPU_REGIONS; i-- > 0;) {
        if (region_has(mpu, i, address)) {
            return permission(mpu->attributes[i]) | cacheability(mpu->attributes[i])
                | device(mpu->attributes[i]);
        }
    }
    return mpu->control & CTRL_PRIVDEFENA ? background(address) : 0;
}

// ---- Registers: offsets from MPU_TYPE; RBAR and RASR are there four times ----

uint32_t mpu_read(struct core *core, uint32_t offset) {
    const struct mpu *mpu = &core->chip.mpu;
    switch (offset) {
        case 0x00:
            return MPU_REGIONS << 8;
        case 0x04:
            return mpu->control;
        case 0x08:
            return mpu->number;
        default:
            return offset & 4 ? mpu->base[mpu->number] | mpu->number : mpu->attributes[mpu->number];
    }
}

static void set_base(struct core *core, uint32_t value) {
    enum { VALID = 1 << 4, NUMBER = 15 };
    struct mpu *mpu = &core->chip.mpu;
    if (value & VALID) {
        mpu->number = value & NUMBER;
    }
    mpu->base[mpu->number] = value & ~31u;
}

static void set_attributes(struct core *core, uint32_t value) {
    struct mpu *mpu = &core->chip.mpu;
    uint32_t bits = (value >> 1 & 31) + 1;
    if ((value & RASR_ENABLE) && bits < 5) {
        sim_violation(core, "MPU region %u: smaller than 32 bytes", (unsigned)mpu->number);
    } else if ((value & RASR_ENABLE) && bits < 32
        && (mpu->base[mpu->number] & ((UINT32_C(1) << bits) - 1)) != 0) {
        sim_violation(core, "MPU region %u: 0x%08x is not aligned to its size",
            (unsigned)mpu->number, (unsigned)mpu->base[mpu->number]);
    }
    mpu->attributes[mpu->number] = value;
}

void mpu_write(struct core *core, uint32_t offset, uint32_t value) {
    struct mpu *mpu = &core->chip.mpu;
    switch (offset) {
        case 0x00:
            break;
        case 0x04:
            mpu->control = value & 7;
            break;
        case 0x08:
            if (value >= MPU_REGIONS) {
                sim_violation(core, "MPU: there is no region %u", (unsigned)value);
            } else {
                mpu->number = value;
            }
            break;
        default:
            if (offset & 4) {
                set_base(core, value);
            } else {
                set_attributes(core, value);
            }
    }
}
