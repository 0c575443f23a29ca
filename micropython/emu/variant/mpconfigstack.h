/* The configuration of the webassembly port, and a check of the C stack, which it leaves out. */

#include <mpconfigport.h>

#undef MICROPY_STACK_CHECK
#define MICROPY_STACK_CHECK (1)
