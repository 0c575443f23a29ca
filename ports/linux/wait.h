/* Sleeping until a bus over Linux' files has something to do: for who sleeps in poll(). */
#ifndef AMP_LINUX_WAIT_H
#define AMP_LINUX_WAIT_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

enum { AMP_LINUX_FILES = AMP_CONFIG_CORES };

// The files to sleep for, at most AMP_LINUX_FILES: one of them is readable when a bus has
// something.  A bus that cannot take it now, because one of its callbacks runs, has none.
unsigned amp_linux_files(int *files);

// For how many milliseconds to sleep at most: a bus tries again to send, or looks how its core
// is.  AMP_FOREVER if none does.
uint32_t amp_linux_timeout(void);

// Sleep for one file of amp_linux_files(), and set its revents; its bus then has the events without
// another system call.  The result is poll()'s.
int amp_linux_sleep(struct pollfd *file, int ms);

// The file that amp_linux_interrupt() makes readable, or -errno: for who sleeps in poll().
int amp_linux_interrupts(void);

// End the sleep, or the next one.  A signal handler may call it.
void amp_linux_interrupt(void);

// Has amp_linux_interrupt() been called since the last time?
bool amp_linux_interrupted(void);

// Ring the doorbells of the buses that have something.  True: there are some.  `looked` is what
// poll() has just said of `count` files; a bus whose file is not among them is asked.  That
// ends an interrupt (amp_linux_interrupt()), so a caller outside of a sleep looks for what it was
// about before its next sleep.
bool amp_linux_ring(const struct pollfd *looked, unsigned count);

#endif // AMP_LINUX_WAIT_H
