/*
 * Replaces system calls by the functions of block.c and sleep.c.  Included before everything else
 * (-include, see openamp.mk) in those files of MicroPython that run scheduled work when a
 * call ends with EINTR; other files would only repeat the call.
 */
#ifndef OPENAMP_UNIX_CALLS_H
#define OPENAMP_UNIX_CALLS_H

#include <fcntl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

ssize_t openamp_unix_read(int fd, void *buffer, size_t size);
ssize_t openamp_unix_write(int fd, const void *buffer, size_t size);
int openamp_unix_open(const char *path, int flags, mode_t mode);
int openamp_unix_accept(int fd, struct sockaddr *address, socklen_t *len);
int openamp_unix_connect(int fd, const struct sockaddr *address, socklen_t len);
ssize_t openamp_unix_recv(int fd, void *buffer, size_t size, int flags);
ssize_t openamp_unix_recvfrom(
    int fd, void *buffer, size_t size, int flags, struct sockaddr *address, socklen_t *len);
ssize_t openamp_unix_send(int fd, const void *buffer, size_t size, int flags);
ssize_t openamp_unix_sendto(int fd, const void *buffer, size_t size, int flags,
    const struct sockaddr *address, socklen_t len);
// Not by the linker, as other sleeps are: where time has 64 bits on a machine of 32, each C library
// has its own other name for it.
int openamp_unix_select(
    int count, fd_set *read, fd_set *write, fd_set *except, struct timeval *timeout);

#ifndef OPENAMP_UNIX_NO_CALLS
// Some members of structures are renamed by this too, but everywhere in such a file.
#define read openamp_unix_read
#define write openamp_unix_write
#define open openamp_unix_open
#define accept openamp_unix_accept
#define connect openamp_unix_connect
#define recv openamp_unix_recv
#define recvfrom openamp_unix_recvfrom
#define send openamp_unix_send
#define sendto openamp_unix_sendto
#define select openamp_unix_select
#endif

#endif // OPENAMP_UNIX_CALLS_H
