/* MicroPython's webassembly port with the openamp module: for a worker of a web page. */

#define MICROPY_ENABLE_FINALISER (1)
#define MICROPY_ENABLE_SCHEDULER (1)
#define MICROPY_SCHEDULER_STATIC_NODES (1)
#define MPZ_DIG_SIZE (16)

// The port's input() would wait for ever, because the page has no keyboard input.
#define MICROPY_PY_BUILTINS_INPUT (0)

// The garbage collector may run at any point of a program, because all pointers are on the
// stack (web.mk, --spill-pointers), which the port scans.
#define MICROPY_GC_SPLIT_HEAP_AUTO (0)
