// What MicroPython's files want of a port by this name.
#include "shared/runtime/interrupt_char.h"
