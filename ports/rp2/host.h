/* What the files of the host half share. */
#ifndef AMP_RP2_HOST_H
#define AMP_RP2_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "openamp/port.h"

#include "doorbell.h"
#include "rp2.h"

// Core 1.  The interrupt reads `doorbell` and sets `event`; everything else belongs to the
// main program.
struct rp2_core {
    struct doorbell_handler doorbell;
    volatile bool event; // a kick since amp_platform_wait() last looked
    bool started;
    const char *refused; // why the last load or start failed
    char reason[48];
};

extern struct rp2_core rp2_core;
extern const struct amp_port rp2_port;

// host_life.c
int rp2_core_prepare(void *ctx, bool load);
int rp2_core_start(void *ctx, amp_da_t entry);
int rp2_core_stop(void *ctx);
enum amp_core_state rp2_core_state(void *ctx, const char **reason);
bool rp2_core_registers(void *ctx, void *registers, size_t len);

#endif // AMP_RP2_HOST_H
