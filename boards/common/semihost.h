/* Semihosting: calls by which the program in QEMU uses the system on which QEMU runs. */
#ifndef OPENAMP_BOARD_SEMIHOST_H
#define OPENAMP_BOARD_SEMIHOST_H

#include <stddef.h>
#include <stdint.h>

// `mode` is the number of a mode of fopen(): "r" 0, "rb" 1, "w" 4, "wb" 5, "a" 8, "ab" 9;
// with "+", 2 more.  Returns a handle, or a negative errno.
int semihost_open(const char *path, unsigned mode);
void semihost_close(int handle);
// Reading and writing return the number of bytes, semihost_size() the size, the others 0; or a
// negative errno.
int semihost_read(int handle, void *buffer, size_t len);
int semihost_write(int handle, const void *buffer, size_t len);
int semihost_seek(int handle, size_t position);
int semihost_size(int handle);
int semihost_remove(const char *path);
int semihost_rename(const char *from, const char *to);

// Have the host's shell execute a command.  Returns its exit status, or -1 if there is no
// shell.
int semihost_system(const char *command);

// The values of QEMU's options arg=, separated by spaces.
const char *semihost_arguments(char *buffer, size_t len);

// Print text on the console of QEMU.
void semihost_print(const char *text);

uint32_t semihost_time(void); // seconds since 1970
uint64_t semihost_ticks(void); // of a clock that the simulator chooses

// Wait for a character of the console.
int semihost_read_char(void);

__attribute__((noreturn)) void semihost_exit(int code);

#endif // OPENAMP_BOARD_SEMIHOST_H
