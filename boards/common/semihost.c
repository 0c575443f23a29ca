/* Calls of semihosting, by the instruction that Cortex-M has for them. */
#include "semihost.h"

#include <string.h>

// Operations (Arm, "Semihosting for AArch32 and AArch64").
enum {
    SYS_OPEN = 0x01,
    SYS_CLOSE = 0x02,
    SYS_WRITE0 = 0x04,
    SYS_WRITE = 0x05,
    SYS_READ = 0x06,
    SYS_READC = 0x07,
    SYS_SEEK = 0x0A,
    SYS_FLEN = 0x0C,
    SYS_REMOVE = 0x0E,
    SYS_RENAME = 0x0F,
    SYS_TIME = 0x11,
    SYS_SYSTEM = 0x12,
    SYS_ERRNO = 0x13,
    SYS_GET_CMDLINE = 0x15,
    SYS_EXIT_EXTENDED = 0x20,
    SYS_ELAPSED = 0x30,
};

static int call(uint32_t operation, const void *argument) {
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return (int)r0;
}

// Convert the result of a call that returns -1 for an error: to a negative errno.
static int result_of(int result) {
    return result == -1 ? -call(SYS_ERRNO, NULL) : result;
}

int semihost_open(const char *path, unsigned mode) {
    uintptr_t argument[3] = {(uintptr_t)path, mode, strlen(path)};
    return result_of(call(SYS_OPEN, argument));
}

void semihost_close(int handle) {
    uintptr_t argument[1] = {(uintptr_t)handle};
    call(SYS_CLOSE, argument);
}

// Read or write; the calls themselves return the number of bytes that were not transferred.
static int transfer(uint32_t operation, int handle, const void *buffer, size_t len) {
    uintptr_t argument[3] = {(uintptr_t)handle, (uintptr_t)buffer, len};
    int left = result_of(call(operation, argument));
    return left < 0 ? left : (int)len - left;
}

int semihost_read(int handle, void *buffer, size_t len) {
    return transfer(SYS_READ, handle, buffer, len);
}

int semihost_write(int handle, const void *buffer, size_t len) {
    return transfer(SYS_WRITE, handle, buffer, len);
}

int semihost_seek(int handle, size_t position) {
    uintptr_t argument[2] = {(uintptr_t)handle, position};
    return result_of(call(SYS_SEEK, argument));
}

int semihost_size(int handle) {
    uintptr_t argument[1] = {(uintptr_t)handle};
    return result_of(call(SYS_FLEN, argument));
}

int semihost_remove(const char *path) {
    uintptr_t argument[2] = {(uintptr_t)path, strlen(path)};
    return result_of(call(SYS_REMOVE, argument));
}

int semihost_rename(const char *from, const char *to) {
    uintptr_t argument[4] = {(uintptr_t)from, strlen(from), (uintptr_t)to, strlen(to)};
    return result_of(call(SYS_RENAME, argument));
}

int semihost_system(const char *command) {
    uintptr_t argument[2] = {(uintptr_t)command, strlen(command)};
    return call(SYS_SYSTEM, argument);
}

const char *semihost_arguments(char *buffer, size_t len) {
    uintptr_t argument[2] = {(uintptr_t)buffer, len};
    buffer[0] = '\0';
    return call(SYS_GET_CMDLINE, argument) == 0 ? buffer : "";
}

void semihost_print(const char *text) {
    call(SYS_WRITE0, text);
}

uint32_t semihost_time(void) {
    return (uint32_t)call(SYS_TIME, NULL);
}

uint64_t semihost_ticks(void) {
    uint64_t ticks = 0;
    call(SYS_ELAPSED, &ticks);
    return ticks;
}

int semihost_read_char(void) {
    return call(SYS_READC, NULL);
}

void semihost_exit(int code) {
    enum { APPLICATION_EXIT = 0x20026 };
    uintptr_t argument[2] = {APPLICATION_EXIT, (uintptr_t)code};
    for (;;) {
        call(SYS_EXIT_EXTENDED, argument);
    }
}
