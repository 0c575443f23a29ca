/* What the files of the host half share. */
#ifndef AMP_AN521_HOST_H
#define AMP_AN521_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "openamp/port.h"

#include "../common/cortex_m_doorbell.h"
#include "board.h"
#include "mps2_an521.h"

// The remote core.  The interrupts read `doorbell` and set `event`;
// everything else belongs to the main program.
struct an521_core {
    struct doorbell_handler doorbell;
    volatile bool event; // a kick or a death since amp_platform_wait() last looked
    bool started; // and not stopped since
    uintptr_t *vectors; // of the firmware that was started
    const char *refused; // why the last start failed
    char reason[64];
};

extern struct an521_core an521_core;
extern const struct amp_port an521_port;

// host_life.c
void an521_release(void);
int an521_core_start(void *ctx, amp_da_t entry);
int an521_core_stop(void *ctx);
enum amp_core_state an521_core_state(void *ctx, const char **reason);
bool an521_core_registers(void *ctx, void *registers, size_t len);

// host_wait.c: sleep with interrupts off until `*word` is `value`, at most `ms`
// milliseconds (200 s).  False: the time is over.  The core that writes the word must kick
// the host.
bool an521_sleep(const volatile uint32_t *word, uint32_t value, uint32_t ms);

// monitor.c: core 1's vector table, unless firmware sets another one.
extern uintptr_t an521_vectors[AMP_AN521_VECTORS];
extern const uintptr_t an521_boot_vectors[8];

// monitor.c: the handler of every exception while the core is parked, and of every fault.
void an521_park(void);

#endif // AMP_AN521_HOST_H
