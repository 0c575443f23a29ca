/*
 * The module in MicroPython's rp2 port: core 1, which _thread uses as well, the doorbell's
 * interrupt, and the memory of core 1, which is taken from the end of the heap.
 */
#include "ports/rp2/rp2.h"

#include "hardware/irq.h"
#include "pico/multicore.h"

#include "micropython/areas.h"
#include "micropython/modopenamp.h"

// ---- Core 1 ----

#if MICROPY_PY_THREAD
// Of MicroPython's _thread: what core 1 runs.  NULL: nothing, and a thread may be started.
extern void *(*core1_entry)(void *);

// Never called.  While core1_entry is not NULL, _thread says that core 1 is in use.
static void *ours(void *arg) {
    return arg;
}

bool amp_rp2_in_use(void) {
    return core1_entry != NULL && core1_entry != ours;
}
#endif

// The SDK panics if an interrupt that has a handler gets another one.  On RP2040 the
// doorbell is the FIFO, on which MicroPython has a handler for the time while nobody uses it.
void amp_rp2_claim(bool is_ours) {
    if (is_ours) {
        // A thread of _thread that has ended left core 1 marked as one that can be locked out:
        // then each write to flash would wait for its answer.  The SDK's own reset takes the
        // mark away.
        if (multicore_lockout_victim_is_initialized(1)) {
            multicore_reset_core1();
        }
#if PICO_RP2040 && MICROPY_PY_THREAD
        multicore_lockout_victim_deinit();
#endif
        irq_set_exclusive_handler(AMP_RP2_INTERRUPT, amp_rp2_interrupt);
    } else {
        irq_remove_handler(AMP_RP2_INTERRUPT, amp_rp2_interrupt);
#if PICO_RP2040 && MICROPY_PY_THREAD
        multicore_lockout_victim_init();
#endif
    }
#if MICROPY_PY_THREAD
    core1_entry = is_ours ? ours : NULL;
#endif
}

// ---- Memory ----

// The linker calls this in place of gc_init() (module.cmake).  Only the area that reaches
// to the end of the RAM gets shorter: a board with PSRAM has another one.
void __real_gc_init(void *start, void *end);
void __wrap_gc_init(void *start, void *end);
void __wrap_gc_init(void *start, void *end) {
    if ((uintptr_t)end > AMP_RP2_WINDOW_DA && (uintptr_t)end <= AMP_RP2_RAM_END) {
        if ((uintptr_t)start >= AMP_RP2_WINDOW_DA) {
            panic("OPENAMP_RP2_WINDOW leaves no heap");
        }
        end = (void *)AMP_RP2_WINDOW_DA;
    }
    __real_gc_init(start, end);
}

// From the SDK's linker script.
extern char __data_start__[];
extern char __bss_end__[];

const openamp_area_t *openamp_areas(size_t *count) {
    static const openamp_area_t area = {__data_start__, __bss_end__, "MicroPython's variables"};
    *count = 1;
    return &area;
}
