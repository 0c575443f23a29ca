/* test_crash.c, which crashes between DRIVER_OK and the announcement. */
#define CRASH_AT_READY
#include "test_crash.c"
