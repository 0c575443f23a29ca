/*
 * The emulated cores under MicroPython's webassembly port, in a worker of a web
 * page: when they run, sleep, the commands of the page, and one step at a time.
 *
 * Python runs synchronously in the worker, and may run for ever.  The commands of the
 * page come as the result of web_tick(), which is called at most every 20 ms; inside
 * that call the page reads what it shows from memory, while nothing else runs.
 */
#include "../modopenamp.h"

#include <emscripten.h>
#include <sys/time.h>

#include "py/mphal.h"

#include "ports/emu/emu.h"

// Commands of the page, as bits of the result of web_tick(), with the number of
// their core above them; web/worker.js has the same names.
enum {
    COMMAND_STOP = 1 << 0, // KeyboardInterrupt
    COMMAND_CRASH = 1 << 1,
    COMMAND_FREEZE = 1 << 2, // a frozen core goes on
    COMMAND_RESTART = 1 << 3,
    COMMAND_LOSE_TO_CORE = 1 << 4, // lose the next kick
    COMMAND_LOSE_TO_HOST = 1 << 5,
    COMMAND_WATCH = 1 << 6, // from now on pass each step to the page
    COMMAND_NO_WATCH = 1 << 7,
    COMMAND_RING_HOST = 1 << 8, // a spurious doorbell: the user has changed memory
    COMMAND_CORE_SHIFT = 16,
};

unsigned char openamp_emu_turns = OPENAMP_EMU_TURNS;
unsigned char openamp_emu_watches;

// Let the page look and return its commands; `ms` not 0: sleep at most that long in there.
// clang-format off
EM_JS(int, web_tick, (int ms), {
    return Module["onTick"] ? Module["onTick"](ms) : 0;
});
EM_JS(void, web_step, (int core, int by_host, int act, int address, int len), {
    Module["onStep"](core, by_host, act, address >>> 0, len);
});
EM_JS(unsigned, web_random, (void), {
    var word = new Uint32Array(1);
    globalThis.crypto.getRandomValues(word);
    return word[0] | 0;
});
// clang-format on

// ---- The stack ----

// MicroPython's webassembly port checks no stack, so a recursion would end in an error of the
// browser, or overwrite memory below the stack.  This runs before MicroPython.
static __attribute__((constructor)) void limit_stack(void) {
    char here;
    MP_STATE_THREAD(stack_top) = &here;
    MP_STATE_THREAD(stack_limit) = OPENAMP_WEB_STACK_LIMIT;
}

// ---- Commands ----

static void watch(unsigned core, const struct amp_emu_step *step) {
    web_step((int)core, step->by_host, (int)step->act, (int)step->address, (int)step->len);
}

static void set_watch(bool watches) {
    openamp_emu_watches = watches;
    amp_emu_watch(watches ? watch : NULL);
}

void openamp_emu_host_stored(const volatile void *at, unsigned len) {
    amp_emu_host_stored(at, len);
}

// The time at which a core that shall die in the middle of a message dies in any case; or 0.
static double crash_by[MICROPY_PY_OPENAMP_CORES];

static void crash(unsigned core) {
    // After 100 more instructions it is in the middle of a message, whose buffer it has.
    if (amp_emu_kill(core, 100) == 0) {
        crash_by[core] = emscripten_get_now() + 500;
    }
}

static void crash_the_idle(void) {
    for (unsigned core = 0; core < MICROPY_PY_OPENAMP_CORES; core++) {
        struct amp_emu_view view;
        if (crash_by[core] != 0 && emscripten_get_now() > crash_by[core]) {
            crash_by[core] = 0;
            if (amp_emu_look(core, &view) == 0 && view.dying) {
                (void)amp_emu_kill(core, 0);
            }
        }
    }
}

// The function of emu.on_restart() gets the RemoteProc, or None if the core has none.
static void restart(unsigned core) {
    const void *owner = openamp_remotes[core].owner;
    if (MP_STATE_VM(openamp_emu_on_restart) != MP_OBJ_NULL) {
        mp_sched_schedule(MP_STATE_VM(openamp_emu_on_restart),
            owner == NULL ? mp_const_none : MP_OBJ_FROM_PTR(owner));
    }
}

// Carry out the commands that concern one core.
static void run_core_commands(unsigned core, int commands) {
    struct amp_emu_view view;
    if (commands & COMMAND_CRASH) {
        crash(core);
    }
    if ((commands & COMMAND_FREEZE) && amp_emu_look(core, &view) == 0) {
        (void)amp_emu_freeze(core, view.activity != AMP_EMU_FROZEN);
    }
    if (commands & COMMAND_LOSE_TO_CORE) {
        amp_emu_lose_kicks(core, true, 1);
    }
    if (commands & COMMAND_LOSE_TO_HOST) {
        amp_emu_lose_kicks(core, false, 1);
    }
    if (commands & COMMAND_RING_HOST) {
        amp_emu_ring_host(core);
    }
    if (commands & COMMAND_RESTART) {
        restart(core);
    }
}

static void run_commands(int commands) {
    unsigned core = (unsigned)commands >> COMMAND_CORE_SHIFT;
    if (commands & COMMAND_STOP) {
        mp_sched_keyboard_interrupt();
    }
    if (commands & (COMMAND_WATCH | COMMAND_NO_WATCH)) {
        set_watch((commands & COMMAND_WATCH) != 0);
    }
    if (core < MICROPY_PY_OPENAMP_CORES) {
        run_core_commands(core, commands);
    }
}

static double next_tick;

static void tick(int ms) {
    if (ms == 0 && emscripten_get_now() < next_tick) {
        return;
    }
    int commands = web_tick(ms);
    next_tick = emscripten_get_now() + 20;
    if (commands != 0) {
        run_commands(commands);
    }
    crash_the_idle();
}

// ---- Time for the cores ----

// Raise a pending Ctrl-C inside a callback.  There the scheduler is locked and the VM does
// not look for it, so a callback that does not return could not be stopped.
static void raise_in_callback(void) {
    mp_obj_t pending = MP_STATE_MAIN_THREAD(mp_pending_exception);
    if (pending != MP_OBJ_NULL && MP_STATE_VM(sched_state) == MP_SCHED_LOCKED) {
        MP_STATE_MAIN_THREAD(mp_pending_exception) = MP_OBJ_NULL;
        nlr_raise(pending);
    }
}

// Called at some of the VM's jumps and returns.
void openamp_emu_turn(void) {
    static unsigned char turns;
    openamp_emu_turns = OPENAMP_EMU_TURNS;
    (void)amp_emu_run(OPENAMP_EMU_SLICE);
    if ((++turns & 15) == 0) { // not each time: reading the clock is a call of JavaScript
        tick(0);
        raise_in_callback();
    }
}

// Sleep until a core rings, an exception waits or `ms` are over.
void openamp_emu_wait(unsigned long ms) {
    double end = emscripten_get_now() + (double)ms;
    uint32_t events = amp_emu_events();
    double left = (double)ms;
    while (left > 0 && events == amp_emu_events()
        && MP_STATE_MAIN_THREAD(mp_pending_exception) == MP_OBJ_NULL
        && MP_STATE_VM(sched_state) != MP_SCHED_PENDING) {
        uint64_t idle_us = amp_emu_run(OPENAMP_EMU_LONG_SLICE);
        left = end - emscripten_get_now();
        if (idle_us >= 1000 && events == amp_emu_events()) {
            // Only the page can cause something now, and that ends the sleep.
            double sleep = left < 20 ? left : 20;
            sleep = (double)idle_us / 1000 < sleep ? (double)idle_us / 1000 : sleep;
            tick(sleep < 1 ? 1 : (int)sleep);
        } else {
            tick(0);
        }
        left = end - emscripten_get_now();
    }
}

// These replace the functions of MicroPython's port, which run nothing while they wait.
void __wrap_mp_hal_delay_ms(mp_uint_t ms);
void __wrap_mp_hal_delay_ms(mp_uint_t ms) {
    double end = emscripten_get_now() + ms;
    double left = ms;
    do {
        mp_handle_pending(true);
        left = end - emscripten_get_now();
        openamp_emu_wait(left <= 0 ? 0 : left < 1 ? 1 : (unsigned long)left);
    } while (left > 0);
}

void __wrap_mp_event_wait_ms(mp_uint_t ms);
void __wrap_mp_event_wait_ms(mp_uint_t ms) {
    mp_handle_pending(true);
    openamp_emu_wait(ms);
}

void __wrap_mp_event_wait_indefinite(void);
void __wrap_mp_event_wait_indefinite(void) {
    __wrap_mp_event_wait_ms(1000);
}

// ---- What the page reads ----

// Where `da` of a core is in our memory, or NULL.  A core that is not in use has none.
EMSCRIPTEN_KEEPALIVE void *openamp_emu_memory(unsigned core, uint32_t da, uint32_t len) {
    struct amp_emu_view view;
    if (amp_emu_look(core, &view) != 0 || !view.powered) {
        return NULL;
    }
    const struct amp_port *port = amp_platform_port(core);
    return port->ops->map(port->ctx, da, len);
}

// What the host's checks found, for which it gave the core up, or NULL.
static const char *host_reason(unsigned core) {
    const openamp_remote_t *remote = &openamp_remotes[core];
    return remote->open ? OPENAMP_BUS(remote, reason) : NULL;
}

// A look at a core, as words; web/worker.js has the same names.
enum {
    VIEW_POWERED,
    VIEW_ACTIVITY,
    VIEW_REASON, // where it is in memory
    VIEW_HOST_REASON, // what the host's checks found, or 0
    VIEW_PC,
    VIEW_INSTRUCTIONS, // lower half, upper half
    VIEW_KICKS_TO_CORE = VIEW_INSTRUCTIONS + 2,
    VIEW_KICKS_TO_HOST,
    VIEW_LOST,
    VIEW_WORDS
};

EMSCRIPTEN_KEEPALIVE const uint32_t *openamp_emu_view(unsigned core) {
    static uint32_t words[VIEW_WORDS];
    static struct amp_emu_view view; // its `reason` points to text of the core
    if (amp_emu_look(core, &view) != 0) {
        return NULL;
    }
    words[VIEW_POWERED] = view.powered ? 1 : 0;
    words[VIEW_ACTIVITY] = (uint32_t)view.activity;
    words[VIEW_REASON] = (uint32_t)(uintptr_t)view.reason;
    words[VIEW_HOST_REASON] = (uint32_t)(uintptr_t)host_reason(core);
    words[VIEW_PC] = view.pc;
    words[VIEW_INSTRUCTIONS] = (uint32_t)view.instructions;
    words[VIEW_INSTRUCTIONS + 1] = (uint32_t)(view.instructions >> 32);
    words[VIEW_KICKS_TO_CORE] = view.kicks_to_core;
    words[VIEW_KICKS_TO_HOST] = view.kicks_to_host;
    words[VIEW_LOST] = view.lost;
    return words;
}

// ---- Functions that MicroPython's library.js defines as arrow functions, which older
// emscriptens do not find.  A function in C replaces that of library.js. ----

int mp_js_ticks_ms(void);
int mp_js_ticks_ms(void) {
    return (int)emscripten_get_now();
}

double mp_js_time_ms(void);
double mp_js_time_ms(void) {
    struct timeval now;
    gettimeofday(&now, NULL);
    return (double)now.tv_sec * 1e3 + (double)now.tv_usec / 1e3;
}

uint32_t mp_js_random_u32(void) {
    return web_random();
}

// Nothing to do: with --spill-pointers all pointers in use are on the stack in memory.
void emscripten_scan_registers(void (*scan)(void *begin, void *end));
void emscripten_scan_registers(void (*scan)(void *begin, void *end)) {
    (void)scan;
}

MP_REGISTER_ROOT_POINTER(mp_obj_t openamp_emu_on_restart);
