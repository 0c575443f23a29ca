/*
 * The life of core 1.  It cannot be reset once it was released, so it is
 * released once, into the monitor, and firmware is what the monitor runs.
 *
 * Entries.  An even entry address is that of a vector table: RemoteProc(0x...),
 * or an image whose linker script says so.  An odd one is Thumb code, which is
 * what a linker makes of a reset handler: then the table is the first thing in
 * the window that the handler lies in.  A table is believed only if its stack
 * lies in data RAM and its reset handler in code, and is the entry.
 */
#include "host.h"

#include <string.h>

#include "openamp/error.h"

#include "../common/text.h"
#include "regs.h"

#define CONTROL AMP_AN521_CONTROL

enum {
    ANSWER_US = 10000000, // it answers at once, but the machine may be stalled
    AGAIN_US = 200000,
    PATIENCE_US = 20000, // for firmware to let the stop's interrupt in
};

static uint32_t wanted_starts;

static bool has_started(void) {
    return CONTROL->starts == wanted_starts;
}

static bool is_parked(void) {
    return CONTROL->state == AMP_AN521_PARKED;
}

// Core 1's registers come out of reset once; the monitor never lets go of it.
void an521_release(void) {
    memset((void *)(uintptr_t)AMP_AN521_CONTROL_DA, 0, sizeof(struct amp_an521_control));
    INITSVTOR1 = (uint32_t)(uintptr_t)an521_monitor_vectors;
    barrier();
    CPUWAIT = 0;
    (void)an521_sleep(is_parked, ANSWER_US);
}

// ---- Starting ----

static int refuse(struct an521_core *core, const char *why) {
    core->refused = why;
    return -AMP_ENOEXEC;
}

// The window that `da` lies in, if code may run there.
static const struct amp_window *code_window(const struct amp_port *port, amp_da_t da) {
    for (size_t i = 0; i < port->window_count; ++i) {
        const struct amp_window *window = &port->windows[i];
        if ((window->flags & AMP_WINDOW_RUN) && da - window->da < window->len) {
            return window;
        }
    }
    return NULL;
}

static int check_vectors(struct an521_core *core, amp_da_t entry) {
    const struct amp_port *port = &core->port;
    const struct amp_window *window = code_window(port, entry & ~(amp_da_t)1);
    if (window == NULL) {
        return refuse(core, "entry outside the code");
    }
    amp_da_t table = (entry & 1) ? window->da : entry;
    if (table % 4 != 0 || window->len - (table - window->da) < 4 * AMP_AN521_VECTORS) {
        return refuse(core, "no vector table at the entry");
    }
    const uint32_t *vectors = (const uint32_t *)table;
    // A stack grows down from its first address, which may be a window's end.
    if (vectors[0] % 8 != 0 || !amp_port_allows(port, vectors[0] - 64, 64, AMP_WINDOW_LOAD)) {
        return refuse(core, "vector table without a stack");
    }
    if (!(vectors[1] & 1) || code_window(port, vectors[1]) == NULL) {
        return refuse(core, "vector table without a reset handler");
    }
    if ((entry & 1) && vectors[1] != entry) {
        return refuse(core, "entry is not the vector table's reset handler");
    }
    core->vectors = table;
    return 0;
}

// The firmware's vectors, but faults and the stop are the monitor's.
static void copy_vectors(const struct an521_core *core) {
    const uint32_t *vectors = (const uint32_t *)core->vectors;
    for (unsigned i = 0; i < AMP_AN521_VECTORS; ++i) {
        bool is_fault = i >= 2 && i <= 7;
        an521_firmware_vectors[i] =
            is_fault || i == 16 + IRQ_MHU1 ? (uintptr_t)an521_park : vectors[i];
    }
}

int an521_core_start(void *ctx, amp_da_t entry) {
    struct an521_core *core = ctx;
    core->refused = NULL;
    if (core->started || !is_parked()) {
        return -AMP_EIO;
    }
    int error = check_vectors(core, entry);
    if (error != 0) {
        return error;
    }
    copy_vectors(core);
    MHU_CLR(MHU0, 1) = 15;
    MHU_CLR(MHU1, 1) = 15;
    CONTROL->sp = (uint32_t)an521_firmware_vectors[0];
    CONTROL->entry = (uint32_t)an521_firmware_vectors[1];
    wanted_starts = CONTROL->starts + 1;
    barrier();
    core->started = true;
    MHU_SET(MHU1, 1) = AMP_AN521_RING_START;
    if (!an521_sleep(has_started, ANSWER_US)) {
        (void)an521_core_stop(core);
        return -AMP_EIO;
    }
    return 0;
}

// ---- Stopping ----

// For firmware that has interrupts off: what it executes becomes a slide into
// the monitor, from the top down, so that at every moment the core that runs
// off the end of what is left of the firmware finds the slide in place.  Its
// vectors first: half an instruction that is gone may fault.
static void replace_text(const struct an521_core *core, const struct amp_window *window) {
    enum { NOP_NOP = 0xBF00BF00u, LDR_PC_NEXT_WORD = 0xF000F8DFu };
    volatile uint32_t *text = (volatile uint32_t *)window->da;
    volatile uint32_t *vectors = (volatile uint32_t *)core->vectors;
    size_t i = window->len / 4;
    for (unsigned n = 2; n < 16; ++n) { // its length is not known, so no more
        vectors[n] = (uint32_t)(uintptr_t)an521_park;
        an521_firmware_vectors[n] = (uintptr_t)an521_park;
    }
    barrier();
    text[--i] = (uint32_t)(uintptr_t)an521_park;
    text[--i] = LDR_PC_NEXT_WORD;
    while (i > 0) {
        text[--i] = NOP_NOP;
    }
    barrier();
}

// Each word twice, with all others in between.  QEMU drops what it translated of
// a word before it stores the new one; if the other core translates it again just
// then, it goes on with the old word, until the next store there.  That one finds
// the new word in memory already.  Only a core that QEMU's host keeps waiting
// between reading a word and using it misses both; so all is repeated.
//
// The text is put back afterwards, for firmware that is not loaded anew.
static int stop_by_force(struct an521_core *core) {
    const struct amp_window *window = code_window(&core->port, core->vectors);
    void *scratch = (void *)(uintptr_t)AMP_AN521_SCRATCH_DA;
    memcpy(scratch, (const void *)window->da, window->len);
    bool parked = false;
    for (int i = 0; !parked && i < ANSWER_US / AGAIN_US; ++i) {
        replace_text(core, window);
        replace_text(core, window);
        MHU_SET(MHU0, 1) = 15;
        MHU_SET(MHU1, 1) = AMP_AN521_RING_STOP;
        parked = an521_sleep(is_parked, AGAIN_US);
    }
    if (parked) {
        memcpy((void *)window->da, scratch, window->len);
        barrier();
    }
    return parked ? 0 : -AMP_EIO;
}

int an521_core_stop(void *ctx) {
    struct an521_core *core = ctx;
    int error = 0;
    if (core->started && !is_parked()) {
        MHU_SET(MHU1, 1) = AMP_AN521_RING_STOP;
        if (!an521_sleep(is_parked, PATIENCE_US)) {
            error = stop_by_force(core);
        }
    }
    if (error == 0) {
        core->started = false;
        MHU_CLR(MHU1, 1) = 15;
        MHU_CLR(MHU0, 0) = 15;
        MHU_CLR(MHU1, 0) = 15;
    }
    return error;
}

// ---- Watching ----

// A fault in words.  The status register keeps a bit for each kind, of which
// the deepest cause counts.
static const char *fault_name(uint32_t number, uint32_t cfsr) {
    static const struct {
        uint32_t mask;
        const char *name;
    } kinds[] = {
        {1u << 20, "stack overflow"},
        {1u << 16, "undefined instruction"},
        {1u << 25, "division by zero"},
        {1u << 24, "unaligned access"},
        {0xFFFF0000u, "usage fault"},
        {0x0000FF00u, "bus fault"},
        {0x000000FFu, "memory protection fault"},
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); ++i) {
        if (cfsr & kinds[i].mask) {
            return kinds[i].name;
        }
    }
    return number == 2 ? "watchdog" : number == 7 ? "secure fault" : "hard fault";
}

static void describe_fault(struct an521_core *core) {
    enum { BFARVALID = 1 << 15, MMARVALID = 1 << 7 };
    uint32_t cfsr = CONTROL->cfsr;
    char *p = amp_text_append(core->reason, fault_name(CONTROL->code, cfsr));
    if (cfsr & (BFARVALID | MMARVALID)) {
        p = amp_text_append_hex(p, " at 0x", CONTROL->address);
    }
    if (CONTROL->pc != 0) {
        amp_text_append_hex(p, ", pc 0x", CONTROL->pc);
    }
}

enum amp_core_state an521_core_state(void *ctx, const char **reason) {
    struct an521_core *core = ctx;
    if (!core->started) {
        if (core->refused != NULL) {
            *reason = core->refused;
        }
        return AMP_CORE_STOPPED;
    }
    if (!is_parked()) {
        return AMP_CORE_RUNNING;
    }
    *reason = core->reason;
    switch (CONTROL->cause) {
        case AMP_AN521_EXITED:
            amp_text_append_hex(core->reason, "exit code 0x", CONTROL->code);
            return AMP_CORE_EXITED;
        case AMP_AN521_FAULTED:
            describe_fault(core);
            return AMP_CORE_FAULTED;
        default:
            amp_text_append(core->reason, "stopped");
            return AMP_CORE_FAULTED;
    }
}
