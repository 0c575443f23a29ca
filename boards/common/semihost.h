/* Semihosting: the services of QEMU to the program in it. */
#ifndef OPENAMP_BOARD_SEMIHOST_H
#define OPENAMP_BOARD_SEMIHOST_H

#include <stddef.h>
#include <stdint.h>

// fopen()'s modes by number: "r" 0, "rb" 1, "w" 4, "wb" 5, "a" 8, "ab" 9; + 2
// for "+".  Returns a handle, or a negative errno.
int semihost_open(const char *path, unsigned mode);
void semihost_close(int handle);
// The number of bytes, or a negative errno.
int semihost_read(int handle, void *buffer, size_t len);
int semihost_write(int handle, const void *buffer, size_t len);
int semihost_seek(int handle, size_t position);
int semihost_size(int handle);
int semihost_remove(const char *path);
int semihost_rename(const char *from, const char *to);

// Has the host's shell execute a command; its status, which is not 0 for what failed,
// and -1 where there is no shell.
int semihost_system(const char *command);

// The words after QEMU's arg=, separated by spaces.
const char *semihost_arguments(char *buffer, size_t len);

// Text for whoever watches.
void semihost_print(const char *text);

uint32_t semihost_time(void); // seconds since 1970
uint64_t semihost_ticks(void); // of a clock that the simulator chooses

// Waits for it.
int semihost_read_char(void);

__attribute__((noreturn)) void semihost_exit(int code);

#endif // OPENAMP_BOARD_SEMIHOST_H
