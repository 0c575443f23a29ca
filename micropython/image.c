/* Firmware files, from any MicroPython file system, as an image source. */
#include "modopenamp.h"

#if MICROPY_PY_OPENAMP_HOST

#include "py/builtin.h"
#include "py/mperrno.h"
#include "py/stream.h"
#if MICROPY_VFS
#include "extmod/vfs.h"
#endif

// The folder in which firmware is looked for that is not in the current directory.  A
// platform that has one defines this as a function that returns its path, or NULL.
#ifndef MICROPY_PY_OPENAMP_FIRMWARE_DIR
#define MICROPY_PY_OPENAMP_FIRMWARE_DIR() (NULL)
#endif

// A firmware file that is open.
typedef struct _image_t {
    mp_obj_t file;
    mp_obj_t exception; // that a read raised, or MP_OBJ_NULL
} image_t;

// The functions of the stream may raise.  An exception must not jump over the loader, so
// it is kept and raised when that has returned.
static int image_read(void *ctx, uint64_t offset, void *buffer, size_t len) {
    image_t *self = ctx;
    int error = 0;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) != 0) {
        self->exception = MP_OBJ_FROM_PTR(nlr.ret_val);
        return -AMP_EIO;
    }
    mp_stream_seek(self->file, (mp_off_t)offset, MP_SEEK_SET, &error);
    if (error == 0) {
        mp_uint_t got = mp_stream_rw(self->file, buffer, len, &error, MP_STREAM_RW_READ);
        if (error == 0 && got != len) {
            error = MP_EIO; // the file is shorter than when it was opened
        }
    }
    nlr_pop();
    return -error;
}

// Open a file.  Returns MP_OBJ_NULL, with *error set, for an OSError; others are raised.
static mp_obj_t open_file(mp_obj_t path, mp_int_t *error) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_obj_t file = mp_call_function_2(
            MP_OBJ_FROM_PTR(&mp_builtin_open_obj), path, MP_OBJ_NEW_QSTR(MP_QSTR_rb));
        // A file system in Python may return any object.
        mp_get_stream_raise(file, MP_STREAM_OP_READ | MP_STREAM_OP_IOCTL);
        nlr_pop();
        return file;
    }
    mp_obj_t exception = MP_OBJ_FROM_PTR(nlr.ret_val);
    if (!mp_obj_exception_match(exception, MP_OBJ_FROM_PTR(&mp_type_OSError))
        || !mp_obj_get_int_maybe(mp_obj_exception_get_value(exception), error) || *error <= 0
        || *error > INT_MAX) {
        nlr_raise(exception);
    }
    return MP_OBJ_NULL;
}

static bool is_absolute(mp_obj_t path) {
    return mp_obj_str_get_str(path)[0] == '/';
}

static mp_obj_t join(const char *dir, mp_obj_t name) {
    vstr_t path;
    vstr_init(&path, 64);
    vstr_printf(&path, "%s/%s", dir, mp_obj_str_get_str(name));
    return mp_obj_new_str_from_vstr(&path);
}

// The absolute path, so that the file is found again when the program has changed its
// directory.  If the file system cannot tell its current directory, the path stays as it is.
static mp_obj_t absolute(mp_obj_t path) {
#if MICROPY_VFS
    nlr_buf_t nlr;
    if (is_absolute(path)) {
        return path;
    }
    if (nlr_push(&nlr) == 0) {
        const char *dir = mp_obj_str_get_str(mp_vfs_getcwd());
        mp_obj_t result = join(dir[1] == '\0' ? "" : dir, path);
        nlr_pop();
        return result;
    }
    mp_obj_t exception = MP_OBJ_FROM_PTR(nlr.ret_val);
    if (!mp_obj_exception_match(exception, MP_OBJ_FROM_PTR(&mp_type_Exception))) {
        nlr_raise(exception); // Ctrl-C
    }
#endif
    return path;
}

#if MICROPY_PY_OPENAMP_VISIBLE
// Raise the error with all places where the file was looked for.
static void raise_no_file(mp_obj_t name, mp_obj_t found, const char *dir, int error) {
    mp_obj_t path = absolute(found != MP_OBJ_NULL ? found : name);
    const char *text = mp_obj_str_get_str(name);
    const char *what = error == MP_ENOENT ? "no such file" : "cannot be opened";
    if (error == MP_ENOENT && dir != NULL && found == MP_OBJ_NULL && !is_absolute(name)) {
        openamp_raise(error, MP_ERROR_TEXT("%s: %s: looked for %s and %s/%s"), text, what,
            mp_obj_str_get_str(path), dir, text);
    }
    openamp_raise(
        error, MP_ERROR_TEXT("%s: %s: looked for %s"), text, what, mp_obj_str_get_str(path));
}
#else
#define raise_no_file(name, found, dir, error) ((void)0)
#endif

int openamp_use_file(openamp_remote_t *remote, mp_obj_t name, mp_obj_t *found,
    struct amp_load_error *why, const char *symbol, amp_da_t *value) {
    const char *text = mp_obj_str_get_str(name);
    const char *dir = MICROPY_PY_OPENAMP_FIRMWARE_DIR();
    mp_obj_t path = *found != MP_OBJ_NULL ? *found : name;
    mp_int_t open_error = MP_ENOENT;
    image_t self = {MP_OBJ_NULL, MP_OBJ_NULL};
    if (text[0] != '\0') {
        self.file = open_file(path, &open_error);
        if (self.file == MP_OBJ_NULL && open_error == MP_ENOENT && dir != NULL
            && !is_absolute(path)) {
            path = join(dir, name);
            self.file = open_file(path, &open_error);
        }
    }
    if (self.file == MP_OBJ_NULL) {
        raise_no_file(name, *found, dir, (int)open_error);
        *why = (struct amp_load_error){.what = NULL};
        return (int)-open_error;
    }
    *found = absolute(path);
    int error;
    // A file that cannot seek has the size -1, and no byte of it can be read.
    struct amp_image image = {
        .read = image_read,
        .ctx = &self,
        .size = (uint64_t)mp_stream_seek(self.file, 0, MP_SEEK_END, &error),
    };
    remote->loading = true;
#if MICROPY_PY_OPENAMP_INSPECT
    if (symbol != NULL) {
        error = OPENAMP_UNINTERRUPTED(OPENAMP_BUS(remote, symbol, &image, symbol, value));
    } else
#else
    (void)symbol;
    (void)value;
#endif
    {
        error = OPENAMP_UNINTERRUPTED(OPENAMP_BUS(remote, load, &image, why));
    }
    remote->loading = false;
    mp_stream_close(self.file);
    if (self.exception != MP_OBJ_NULL) {
        nlr_raise(self.exception);
    }
    return error;
}

#endif // MICROPY_PY_OPENAMP_HOST
