/* test_crash.c, which crashes before the handshake. */
#define CRASH_AT_RESET
#include "test_crash.c"
