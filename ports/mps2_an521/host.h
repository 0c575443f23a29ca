/* What the files of the host half share. */
#ifndef AMP_AN521_HOST_H
#define AMP_AN521_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "openamp/port.h"

#include "board.h"
#include "mps2_an521.h"

// The remote core.  The interrupts read `notified` and `arg` and set `event`;
// everything else belongs to the main program.
struct an521_core {
    struct amp_port port;
    volatile amp_notified_t notified;
    void *volatile arg;
    volatile bool event; // rang or died since amp_platform_wait() last looked
    bool started; // by us, and not stopped since
    amp_da_t vectors; // of the firmware that was started
    const char *refused; // why the last start did not come to pass
    char reason[64];
};

extern struct an521_core an521_core;

// host_life.c
void an521_release(void);
int an521_core_start(void *ctx, amp_da_t entry);
int an521_core_stop(void *ctx);
enum amp_core_state an521_core_state(void *ctx, const char **reason);

// host_wait.c: sleep with interrupts off until done() says so, at most `us`
// (200 s).  False: it never did.
bool an521_sleep(bool (*done)(void), uint32_t us);

// monitor.c: its vector table, and the one of running firmware.
extern const uintptr_t an521_monitor_vectors[];
extern uintptr_t an521_firmware_vectors[AMP_AN521_VECTORS];

// monitor.c: where every exception of a parked or dead core leads.
void an521_park(void);

#endif // AMP_AN521_HOST_H
