/* The port's configuration, but with a check of the C stack, which the port leaves out. */

#include <mpconfigport.h>

#undef MICROPY_STACK_CHECK
#define MICROPY_STACK_CHECK (1)
