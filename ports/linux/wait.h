/* Sleeping until a bus over Linux' files has something to do: for who sleeps in poll(). */
#ifndef AMP_LINUX_WAIT_H
#define AMP_LINUX_WAIT_H

#include <stdbool.h>
#include <stdint.h>

enum { AMP_LINUX_FILES = AMP_CONFIG_CORES };

// The files to sleep for, at most AMP_LINUX_FILES: one of them is readable when a bus has
// something.  A bus that cannot take it now, because one of its callbacks runs, has none.
unsigned amp_linux_files(int *files);

// For how many milliseconds to sleep at most: a bus tries again to send, or looks how its core
// is.  AMP_FOREVER if none does.
uint32_t amp_linux_timeout(void);

// Ring the doorbells of the buses that have something.  True: there are some.
bool amp_linux_ring(void);

#endif // AMP_LINUX_WAIT_H
