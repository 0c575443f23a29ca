/*
 * System calls that block, in MicroPython's unix port, without losing an interrupt.
 *
 * A doorbell that comes while a call sleeps ends it with EINTR; the port then runs the
 * scheduled work and repeats the call.  But a doorbell between the port's last look at
 * that work and the instruction that enters the kernel would be noticed only when the
 * call returns, which may be never.  ppoll() closes this gap by its signal mask
 * (sleep.c).  read(), accept() and the like have no mask, and a ppoll() before them does
 * not help: another process may take the data that it saw, and a write may need more room.
 *
 * So the last look is made right before that instruction.  Between `begin` and `end`
 * below the program only reads `stop` and enters the kernel.  A signal handler that
 * schedules work sets `stop`; and if it interrupted the program between `begin` and
 * `end`, it makes the program go on at `none`, as if the kernel had returned EINTR.  From
 * `end` on the call was made, and its result counts.
 *
 * calls.h replaces the calls of the port by the functions of this file.
 */
#define _GNU_SOURCE
#define OPENAMP_UNIX_NO_CALLS
#include "unix.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <ucontext.h>

#include "calls.h"

// Must this file look for work before the call?  Only in the main thread, if the module is
// used.
static bool is_guarded(void) {
    return openamp_unix_is_active() && mp_thread_is_main_thread();
}

// Would a call for `fd` return at once?  Then it is made before the scheduled work: during a
// flood of messages there is always some.
static bool is_ready(int fd, short events) {
    struct pollfd file = {.fd = fd, .events = events};
    return poll(&file, 1, 0) > 0;
}

#ifndef MICROPY_PY_OPENAMP_PPOLL

// ---- The cores' doorbells are signals ----

static volatile sig_atomic_t stop;

// Make the system call args[0] and return its result, or -EINTR if *flag is set before it.
long openamp_unix_call(volatile sig_atomic_t *flag, const long args[7]);
extern const char openamp_unix_call_begin[];
extern const char openamp_unix_call_end[];
extern const char openamp_unix_call_none[];

// clang-format off
#define FUNCTION_BEGIN \
    ".text\n" \
    ".globl openamp_unix_call\n" \
    ".type openamp_unix_call, @function\n" \
    "openamp_unix_call:\n" \
    "    .cfi_startproc\n"
#define FUNCTION_END \
    "    ret\n" \
    "    .cfi_endproc\n" \
    ".size openamp_unix_call, . - openamp_unix_call\n"

#if defined(__x86_64__)
__asm__(
    FUNCTION_BEGIN
    "    mov %rdi, %rcx\n"
    "    mov %rsi, %r11\n"
    "    mov (%r11), %rax\n"
    "    mov 8(%r11), %rdi\n"
    "    mov 16(%r11), %rsi\n"
    "    mov 24(%r11), %rdx\n"
    "    mov 32(%r11), %r10\n"
    "    mov 40(%r11), %r8\n"
    "    mov 48(%r11), %r9\n"
    "openamp_unix_call_begin:\n"
    "    cmpl $0, (%rcx)\n"
    "    jne openamp_unix_call_none\n"
    "    syscall\n"
    "openamp_unix_call_end:\n"
    "    ret\n"
    "openamp_unix_call_none:\n"
    "    mov $-4, %rax\n"
    FUNCTION_END);
#define CONTEXT_PC(context) ((context)->uc_mcontext.gregs[REG_RIP])
#elif defined(__aarch64__)
__asm__(
    FUNCTION_BEGIN
    "    mov x9, x0\n"
    "    mov x10, x1\n"
    "    ldp x8, x0, [x10]\n"
    "    ldp x1, x2, [x10, 16]\n"
    "    ldp x3, x4, [x10, 32]\n"
    "    ldr x5, [x10, 48]\n"
    "openamp_unix_call_begin:\n"
    "    ldr w11, [x9]\n"
    "    cbnz w11, openamp_unix_call_none\n"
    "    svc 0\n"
    "openamp_unix_call_end:\n"
    "    ret\n"
    "openamp_unix_call_none:\n"
    "    mov x0, -4\n"
    FUNCTION_END);
#define CONTEXT_PC(context) ((context)->uc_mcontext.pc)
#else
#error "ports/sim runs on x86-64 and AArch64"
#endif
// clang-format on
_Static_assert(EINTR == 4 && sizeof(sig_atomic_t) == 4, "as above");

void openamp_unix_interrupted(void *context) {
    if (!openamp_unix_is_pending()) {
        return;
    }
    stop = 1;
    uintptr_t begin = (uintptr_t)openamp_unix_call_begin;
    uintptr_t at = (uintptr_t)CONTEXT_PC((ucontext_t *)context);
    if (at - begin < (uintptr_t)openamp_unix_call_end - begin) {
        CONTEXT_PC((ucontext_t *)context) = (uintptr_t)openamp_unix_call_none;
    }
}

// Make a call that may block.
static long guarded(int fd, short events, const long args[7]) {
    stop = 0; // before the look, so that a signal after the look sets it again
    bool has_work = openamp_unix_is_pending() && !is_ready(fd, events);
    long result = has_work ? -EINTR : openamp_unix_call(&stop, args);
    if (result < 0) {
        errno = (int)-result;
        return -1;
    }
    return result;
}

#define GUARDED(function, real, fd, events, ...) \
    (is_guarded() ? guarded(fd, events, (const long[7]){SYS_##function, __VA_ARGS__}) : (real))

#else

// ---- The platform has a ppoll() of its own: emu runs its cores in it, and linux waits there
// for the kernel's files, too ----

void openamp_unix_interrupted(void *context) {
    (void)context;
#ifdef MICROPY_PY_OPENAMP_WAKE
    MICROPY_PY_OPENAMP_WAKE();
#endif
}

// The timeout of the socket (SO_RCVTIMEO or SO_SNDTIMEO), or NULL.
static const struct timespec *timeout_of(int fd, short events, struct timespec *timeout) {
    struct timeval limit = {0};
    socklen_t len = sizeof(limit);
    int option = events == POLLIN ? SO_RCVTIMEO : SO_SNDTIMEO;
    if (getsockopt(fd, SOL_SOCKET, option, &limit, &len) != 0
        || (limit.tv_sec == 0 && limit.tv_usec == 0)) {
        return NULL;
    }
    *timeout = (struct timespec){.tv_sec = limit.tv_sec, .tv_nsec = limit.tv_usec * 1000};
    return timeout;
}

// Sleep until a call for `fd` would not block.  False, with errno: there is scheduled work, or
// the time is over.
static bool sleep_for(int fd, short events) {
    if (!is_guarded() || fd < 0 || is_ready(fd, events) || (fcntl(fd, F_GETFL) & O_NONBLOCK)) {
        return true; // emu: meanwhile the cores stand still
    }
    struct pollfd file = {.fd = fd, .events = events};
    struct timespec timeout;
    int result = openamp_unix_poll(&file, 1, timeout_of(fd, events, &timeout));
    if (result == 0) {
        errno = EAGAIN;
    }
    return result > 0;
}

#define GUARDED(function, real, fd, events, ...) (sleep_for(fd, events) ? (real) : -1)

#endif

// ---- The calls ----

static ssize_t read_file(int fd, void *buffer, size_t size) {
    return GUARDED(read, read(fd, buffer, size), fd, POLLIN, fd, (long)buffer, (long)size);
}

ssize_t openamp_unix_read(int fd, void *buffer, size_t size) {
    if (fd == STDIN_FILENO && is_guarded() && !openamp_unix_in_program) {
        return openamp_unix_prompt_read(read_file, buffer, size);
    }
    return read_file(fd, buffer, size);
}

// The prompt's own writes run no callbacks, because nothing would catch their exceptions.
ssize_t openamp_unix_write(int fd, const void *buffer, size_t size) {
    if (!openamp_unix_in_program) {
        return write(fd, buffer, size);
    }
    return GUARDED(write, write(fd, buffer, size), fd, POLLOUT, fd, (long)buffer, (long)size);
}

ssize_t openamp_unix_recvfrom(
    int fd, void *buffer, size_t size, int flags, struct sockaddr *address, socklen_t *len) {
    return GUARDED(recvfrom, recvfrom(fd, buffer, size, flags, address, len), fd, POLLIN, fd,
        (long)buffer, (long)size, flags, (long)address, (long)len);
}

ssize_t openamp_unix_recv(int fd, void *buffer, size_t size, int flags) {
    return openamp_unix_recvfrom(fd, buffer, size, flags, NULL, NULL);
}

ssize_t openamp_unix_sendto(int fd, const void *buffer, size_t size, int flags,
    const struct sockaddr *address, socklen_t len) {
    return GUARDED(sendto, sendto(fd, buffer, size, flags, address, len), fd, POLLOUT, fd,
        (long)buffer, (long)size, flags, (long)address, (long)len);
}

ssize_t openamp_unix_send(int fd, const void *buffer, size_t size, int flags) {
    return openamp_unix_sendto(fd, buffer, size, flags, NULL, 0);
}

int openamp_unix_accept(int fd, struct sockaddr *address, socklen_t *len) {
    return (int)GUARDED(accept, accept(fd, address, len), fd, POLLIN, fd, (long)address, (long)len);
}

// poll() cannot tell whether the next two would block.
enum { NO_FILE = -1 };

// For a non-blocking socket the port does not repeat connect() after EINTR.
int openamp_unix_connect(int fd, const struct sockaddr *address, socklen_t len) {
    if (fcntl(fd, F_GETFL) & O_NONBLOCK) {
        return connect(fd, address, len);
    }
    return (int)GUARDED(
        connect, connect(fd, address, len), NO_FILE, 0, fd, (long)address, (long)len);
}

// open() of a FIFO waits for the other end.
int openamp_unix_open(const char *path, int flags, mode_t mode) {
    return (int)GUARDED(
        openat, open(path, flags, mode), NO_FILE, 0, AT_FDCWD, (long)path, flags, (long)mode);
}
