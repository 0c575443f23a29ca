/*
 * The error codes of openamp.
 *
 * Every function that can fail returns the negative of a value of this list (-AMP_EBUSY),
 * and zero or a positive count when it succeeds.  The numbers are the errno
 * numbers of Linux and of MicroPython, so a binding passes them on unchanged.
 * A function that returns an error has left everything as it was before the
 * call, unless its own comment says otherwise.
 */
#ifndef OPENAMP_ERROR_H
#define OPENAMP_ERROR_H

enum amp_error {
    AMP_ENOENT = 2, // no such image, or no such name in it
    AMP_EIO = 5, // the image source or the platform failed
    AMP_ENXIO = 6, // the image has no symbol table; not memory of that core (bindings only)
    AMP_ENOEXEC = 8, // not an image that this core may run
    AMP_EAGAIN = 11, // no room now; ask again after a notification
    AMP_ENOMEM = 12, // the shared memory is too small for what the image asks
    AMP_EBUSY = 16, // the core is running
    AMP_ENODEV = 19, // no such core, or no running firmware to attach to, or shut down
    AMP_EINVAL = 22, // the caller's argument is wrong
    AMP_ENFILE = 23, // the operating system has no file handles left
    AMP_EMFILE = 24, // this process has no file handles left
    AMP_EPIPE = 32, // the link is down, or the other core is dead
    AMP_EDEADLK = 35, // waiting could not end (bindings only: nothing below them waits)
    AMP_EPROTO = 71, // the other side broke the protocol
    AMP_EMSGSIZE = 90, // longer than one buffer
    AMP_EOPNOTSUPP = 95, // whoever owns the rings has no such thing
    AMP_EADDRINUSE = 98, // another endpoint has that address
    AMP_ENOTCONN = 107, // the endpoint has no destination
    AMP_ETIMEDOUT = 110, // the caller's timeout has passed (bindings only)
    AMP_ESTALE = 116, // the file is not the image that was loaded
};

#endif // OPENAMP_ERROR_H
