/*
 * A machine for the unit tests: windows of heap memory with guard bytes around
 * them, a doorbell that is recorded, and a core whose behaviour is scripted.
 */
#ifndef FAKE_PORT_H
#define FAKE_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openamp/port.h"

#define FAKE_MACHINE AMP_EM_ARM // for its Thumb bit

#define FAKE_CODE_DA 0x10000000u // load, run
#define FAKE_CODE_LEN 0x4000u
#define FAKE_DATA_DA 0x20000000u // load
#define FAKE_DATA_LEN 0x4000u
#define FAKE_SHARED_DA 0x30000000u // load, shared; the upper half is the host's to give
#define FAKE_SHARED_LEN 0x20000u
#define FAKE_HEAP_DA 0x30010000u
#define FAKE_HEAP_LEN 0x10000u
#define FAKE_ROM_DA 0x40000000u // run
#define FAKE_ROM_LEN 0x1000u
#define FAKE_DARK_DA 0x50000000u // load, run, shared; but map() cannot reach it
#define FAKE_DARK_LEN 0x1000u
#define FAKE_TOP_DA 0xFFFFF000u // load; ends where 32 bits end
#define FAKE_TOP_LEN 0x1000u

enum { FAKE_WINDOWS = 6, FAKE_LOG = 64 };

struct fake_port {
    struct amp_port port;
    struct amp_port_ops ops;
    struct amp_default_table default_table; // not in use until port.default_table says so
    uint8_t *memory[FAKE_WINDOWS]; // NULL: dark
    uint8_t *snapshot[FAKE_WINDOWS];

    // What happened: p prepare, s start, x stop, r release, n kick.
    char log[FAKE_LOG];
    unsigned log_len;
    uint32_t kicked[FAKE_LOG];
    unsigned kick_count;
    unsigned ack_count;
    unsigned clean_count;
    unsigned invalidate_count;
    unsigned map_count;
    amp_da_t entry;

    // The script.
    int prepare_error;
    int start_error;
    int stop_error;
    unsigned map_fail_at; // this call of map(), counted from 1, fails
    enum amp_core_state state;
    const char *reason;
    void (*on_start)(struct fake_port *fake); // the core's first instruction
    void (*on_ack)(struct fake_port *fake);
    void (*on_state)(struct fake_port *fake);
    void *user;
};

void fake_port_init(struct fake_port *fake);
// Checks the guards.
void fake_port_free(struct fake_port *fake);

// The host's pointer, or NULL.
void *fake_port_at(struct fake_port *fake, amp_da_t da, size_t len);

// Remember the contents of all windows; were they left alone since?
void fake_port_snapshot(struct fake_port *fake);
bool fake_port_unchanged(const struct fake_port *fake);

#endif // FAKE_PORT_H
