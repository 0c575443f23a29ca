/*
 * Start, stop and death of core 1.  The hardware can release it from reset once and
 * never reset it alone again, so it is released into the monitor, which starts firmware.
 *
 * Entries.  An even entry address is that of a vector table: RemoteProc(0x...),
 * or an image whose linker script says so.  An odd one is Thumb code, the address
 * that a linker gives to a reset handler: then the table must lie at the start of
 * the window of the handler, and name it.  A table is accepted only if its
 * stack lies in data RAM and its reset handler in code.
 */
#include "host.h"

#include <string.h>

#include "openamp/error.h"

#include "../common/text.h"
#include "regs.h"

#define CONTROL AMP_AN521_CONTROL

enum {
    ANSWER_MS = 10000, // the monitor answers at once, but the emulator may be stalled
    AGAIN_MS = 200, // between two tries of stop_by_force()
    PATIENCE_MS = 20, // for firmware to enable the stop interrupt
};

// Let the entries 1 to `last` of a vector table lead to the monitor.
static void fill_with_park(uintptr_t *vectors, unsigned last) {
    for (unsigned n = last; n > 0; --n) {
        ((volatile uintptr_t *)vectors)[n] = (uintptr_t)an521_park;
    }
}

// Reset, and the faults.
enum { LAST_FAULT = 7, LAST_EXCEPTION = 15 };

static bool until_parked(uint32_t ms) {
    return an521_sleep(&CONTROL->state, AMP_AN521_PARKED, ms);
}

// Release core 1 from reset, into the monitor.
void an521_release(void) {
    CONTROL->state = AMP_AN521_BOOTING;
    fill_with_park(an521_vectors, LAST_FAULT);
    INITSVTOR1 = (uint32_t)(uintptr_t)an521_boot_vectors;
    wait_for_stores();
    CPUWAIT = 0;
    (void)until_parked(ANSWER_MS);
}

// ---- Starting ----

// Both windows that code may run in are CODE_LEN bytes long and begin at a multiple of that, so
// the upper bits of an address tell where its window begins.
enum { CODE_LEN = AMP_AN521_CODE_LEN };
_Static_assert(AMP_AN521_FLASH_LEN == CODE_LEN && AMP_AN521_CODE_DA % CODE_LEN == 0
        && AMP_AN521_FLASH_DA % CODE_LEN == 0,
    "both windows have one length and alignment");

static amp_da_t code_begin(amp_da_t da) {
    return da & ~(amp_da_t)(CODE_LEN - 1);
}

// Find the vector table for `entry`.  Returns NULL, with core->vectors set, or the reason
// why there is none.
static const char *find_vectors(struct an521_core *core, amp_da_t entry) {
    bool is_handler = entry & 1;
    amp_da_t table = is_handler ? code_begin(entry) : entry;
    uintptr_t *vectors = (uintptr_t *)table;
    if (table % 4 != 0
        || !amp_port_allows(&an521_port, table, 4 * AMP_AN521_VECTORS, AMP_WINDOW_RUN)
        || (is_handler && vectors[1] != entry)) {
        return "no vector table for the entry";
    }
    // A stack grows down from its first address, which may be a window's end.
    if (vectors[0] % 8 != 0 || !amp_port_allows(&an521_port, vectors[0] - 64, 64, AMP_WINDOW_LOAD)
        || !(vectors[1] & 1) || !amp_port_allows(&an521_port, vectors[1], 1, AMP_WINDOW_RUN)) {
        return "vector table without stack or handler";
    }
    core->vectors = vectors;
    return NULL;
}

// Use the firmware's vectors, except for faults and the stop interrupt.
static void copy_vectors(const uintptr_t *vectors) {
    memcpy(an521_vectors, vectors, sizeof(an521_vectors));
    fill_with_park(an521_vectors + 1, LAST_FAULT - 1);
    an521_vectors[16 + IRQ_MHU1] = (uintptr_t)an521_park;
}

static void clear_report(void) {
    CONTROL->cfsr = 0;
    CONTROL->pc = 0;
    CONTROL->code = 0;
    CONTROL->exited = 0;
    for (unsigned i = 0; i < 17; ++i) {
        CONTROL->registers[i] = 0;
    }
}

int an521_core_start(void *ctx, amp_da_t entry) {
    struct an521_core *core = ctx;
    core->refused = NULL;
    if (core->started || CONTROL->state != AMP_AN521_PARKED) {
        return -AMP_EIO;
    }
    core->refused = find_vectors(core, entry);
    if (core->refused != NULL) {
        return -AMP_ENOEXEC;
    }
    copy_vectors(core->vectors);
    clear_report();
    CONTROL->leave = (uint32_t)(uintptr_t)an521_park;
    CONTROL->start = 1;
    core->started = true;
    wait_for_stores();
    MHU_SET(MHU1, 1) = AMP_AN521_KICK_START;
    if (!an521_sleep(&CONTROL->start, 0, ANSWER_MS)) {
        (void)an521_core_stop(core);
        return -AMP_EIO;
    }
    return 0;
}

// ---- Stopping ----

// Stop firmware that has interrupts off: overwrite its code with NOPs that end in a jump to
// the monitor.  This is done from the last word to the first, so that a core which reaches
// the end of the code that is left always goes on into NOPs.  The vectors come first,
// because an instruction that was overwritten in half may fault.
static void replace_text(const struct an521_core *core, volatile uint32_t *text) {
    enum { NOP_NOP = 0xBF00BF00u, LDR_PC_NEXT_WORD = 0xF000F8DFu };
    size_t i = CODE_LEN / 4;
    // The firmware's own table may have no more entries than these.
    fill_with_park(core->vectors, LAST_EXCEPTION);
    fill_with_park(an521_vectors, LAST_EXCEPTION);
    wait_for_stores();
    text[--i] = (uint32_t)(uintptr_t)an521_park;
    text[--i] = LDR_PC_NEXT_WORD;
    while (i > 0) {
        text[--i] = NOP_NOP;
    }
    wait_for_stores();
}

// Every word is stored twice, with all others in between, because of QEMU.  QEMU drops its
// translation of a word before it stores the new value; if the other core translates the
// word just then, it executes the old value until the next store there, after which the
// new value is translated.  A thread of QEMU that is kept waiting between reading a word and
// executing it misses both stores; therefore all is repeated until the core is parked.
//
// The code is restored afterwards, because firmware in flash is not loaded again.
static bool stop_by_force(const struct an521_core *core) {
    void *text = (void *)code_begin((amp_da_t)core->vectors);
    void *scratch = (void *)(uintptr_t)AMP_AN521_SCRATCH_DA;
    memcpy(scratch, text, CODE_LEN);
    for (int i = 0; i < ANSWER_MS / AGAIN_MS; ++i) {
        replace_text(core, text);
        replace_text(core, text);
        MHU_SET(MHU0, 1) = 15;
        MHU_SET(MHU1, 1) = AMP_AN521_KICK_STOP;
        if (until_parked(AGAIN_MS)) {
            memcpy(text, scratch, CODE_LEN);
            return true;
        }
    }
    return false;
}

// If the core is parked already, the monitor ignores the stop.
int an521_core_stop(void *ctx) {
    struct an521_core *core = ctx;
    if (core->started) {
        MHU_SET(MHU1, 1) = AMP_AN521_KICK_STOP;
        if (!until_parked(PATIENCE_MS) && !stop_by_force(core)) {
            return -AMP_EIO;
        }
        core->started = false;
    }
    for (unsigned n = 0; n < 2; ++n) {
        MHU_CLR(MHU0, n) = 15;
        MHU_CLR(MHU1, n) = 15;
    }
    return 0;
}

// ---- State and reason ----

bool an521_core_registers(void *ctx, void *registers, size_t len) {
    uint32_t all[18];
    (void)ctx;
    for (unsigned i = 0; i < 18; ++i) {
        all[i] = i < 17 ? CONTROL->registers[i] : 0;
    }
    memcpy(registers, all, len < sizeof(all) ? len : sizeof(all));
    return CONTROL->pc != 0;
}

// The name of what stopped the core.  Its number is that of the highest bit in the fault
// status register, or, if no bit is set, 32 plus the exception's number.  In the list, the
// byte before each text is the lowest number that the text is for; numbers descend.
static const char *fault_name(uint32_t exception, uint32_t cfsr) {
    static const char names[] = "\x27"
                                "secure fault\0"
                                "\x23"
                                "hard fault\0"
                                "\x22"
                                "watchdog\0"
                                "\x20"
                                "stopped\0"
                                "\x19"
                                "division by zero\0"
                                "\x18"
                                "unaligned access\0"
                                "\x14"
                                "stack overflow\0"
                                "\x11"
                                "usage fault\0"
                                "\x10"
                                "undefined instruction\0"
                                "\x08"
                                "bus fault\0"
                                "\0"
                                "memory protection fault";
    uint32_t number = cfsr != 0 ? 31 - (uint32_t)__builtin_clz(cfsr) : 32 + exception;
    const char *name = names;
    while (number < (uint8_t)*name++) {
        while (*name++ != '\0') {
        }
    }
    return name;
}

static void describe_fault(struct an521_core *core) {
    enum { BFARVALID = 1 << 15, MMARVALID = 1 << 7 };
    uint32_t cfsr = CONTROL->cfsr;
    uint32_t pc = CONTROL->pc;
    char *p = amp_text_append(core->reason, fault_name(CONTROL->code, cfsr));
    if (cfsr & (BFARVALID | MMARVALID)) {
        p = amp_text_append_hex(p, " at 0x", CONTROL->address);
    }
    if (pc != 0) {
        amp_text_append_hex(p, ", pc 0x", pc);
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
    if (CONTROL->state != AMP_AN521_PARKED) {
        return AMP_CORE_RUNNING;
    }
    *reason = core->reason;
    if (CONTROL->exited) {
        amp_text_append_dec(amp_text_append(core->reason, "exit "), CONTROL->code);
        return AMP_CORE_EXITED;
    }
    describe_fault(core);
    return AMP_CORE_FAULTED;
}
