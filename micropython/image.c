/* Firmware files, from any MicroPython file system, as an image source. */
#include "modopenamp.h"

#include <string.h>

#include "py/builtin.h"
#include "py/mperrno.h"
#include "py/stream.h"
#if MICROPY_VFS
#include "extmod/vfs.h"
#endif

// Where a file that is not in the current directory may be; a platform that
// has such a place defines this as a function that returns it, or NULL.
#ifndef MICROPY_PY_OPENAMP_FIRMWARE_DIR
#define MICROPY_PY_OPENAMP_FIRMWARE_DIR() (NULL)
#endif

// The stream's functions may raise, and must not do so through the loader: the
// exception is kept for whoever called that.
static int image_read(void *ctx, uint64_t offset, void *buffer, size_t len) {
    openamp_image_t *self = ctx;
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
            error = MP_EIO; // shorter than it was when it was opened
        }
    }
    nlr_pop();
    return -error;
}

// The open file, or MP_OBJ_NULL with *error set.
static mp_obj_t open_file(mp_obj_t name, mp_obj_t *error) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_obj_t file = mp_call_function_2(
            MP_OBJ_FROM_PTR(&mp_builtin_open_obj), name, MP_OBJ_NEW_QSTR(MP_QSTR_rb));
        nlr_pop();
        return file;
    }
    mp_obj_t exception = MP_OBJ_FROM_PTR(nlr.ret_val);
    if (!mp_obj_is_subclass_fast(
            MP_OBJ_FROM_PTR(mp_obj_get_type(exception)), MP_OBJ_FROM_PTR(&mp_type_OSError))) {
        nlr_raise(exception);
    }
    *error = mp_obj_exception_get_value(exception);
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

// The same file from whatever directory.
static mp_obj_t absolute(mp_obj_t path) {
#if MICROPY_VFS
    if (!is_absolute(path)) {
        return join(mp_obj_str_get_str(mp_vfs_getcwd()), path);
    }
#endif
    return path;
}

mp_obj_t openamp_image_open(
    openamp_image_t *self, mp_obj_t name, mp_obj_t *found, struct amp_image *image) {
    mp_obj_t error = MP_OBJ_NEW_SMALL_INT(MP_ENOENT);
    size_t len;
    const char *text = mp_obj_str_get_data(name, &len);
    if (memchr(text, 0, len) != NULL) {
        mp_raise_ValueError(MP_ERROR_TEXT("file name with a NUL in it"));
    }
    mp_obj_t path = *found != MP_OBJ_NULL ? *found : name;
    mp_obj_t file = len == 0 ? MP_OBJ_NULL : open_file(path, &error);
    const char *dir = MICROPY_PY_OPENAMP_FIRMWARE_DIR();
    if (file == MP_OBJ_NULL && error == MP_OBJ_NEW_SMALL_INT(MP_ENOENT) && dir != NULL && len != 0
        && !is_absolute(path)) {
        path = join(dir, name);
        file = open_file(path, &error);
    }
    if (file == MP_OBJ_NULL) {
        return error;
    }
    *found = absolute(path);
    int seek_error = 0;
    mp_off_t size = mp_stream_seek(file, 0, MP_SEEK_END, &seek_error);
    self->file = file;
    self->exception = MP_OBJ_NULL;
    image->read = image_read;
    image->ctx = self;
    image->size = seek_error == 0 ? (uint64_t)size : 0; // then it is too short for an ELF
    return MP_OBJ_NULL;
}
