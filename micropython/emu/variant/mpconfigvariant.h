/* MicroPython's webassembly port with the openamp module: for a worker of a web page. */

#define MICROPY_ENABLE_FINALISER (1)
#define MICROPY_ENABLE_SCHEDULER (1)
#define MICROPY_SCHEDULER_STATIC_NODES (1)
#define MPZ_DIG_SIZE (16)

// The port's input() waits for ever for a key that no page has.
#define MICROPY_PY_BUILTINS_INPUT (0)

// A collection in the middle of a program: the registers are on the stack
// (web.mk, --spill-pointers), which the port scans.
#define MICROPY_GC_SPLIT_HEAP_AUTO (0)
