/*
 * A file system of the files of QEMU's host, by semihosting: open, read, write, seek,
 * remove.  Relative paths begin at the directory of QEMU's process, until chdir().
 * (vfs_host_folder.c has the functions for folders.)
 */
#include "vfs_host.h"

#include "py/mperrno.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "extmod/vfs.h"

#include "semihost.h"

typedef struct _host_file_t {
    mp_obj_base_t base;
    int handle; // negative: closed
    size_t position;
} host_file_t;

static const mp_obj_type_t fileio_type;
static const mp_obj_type_t textio_type;

// ---- A file ----

static mp_uint_t file_result(host_file_t *self, int result, int *error) {
    if (result < 0) {
        *error = -result;
        return MP_STREAM_ERROR;
    }
    self->position += (size_t)result;
    return (mp_uint_t)result;
}

static mp_uint_t file_read(mp_obj_t self_in, void *buffer, mp_uint_t size, int *error) {
    host_file_t *self = MP_OBJ_TO_PTR(self_in);
    return file_result(self, semihost_read(self->handle, buffer, size), error);
}

static mp_uint_t file_write(mp_obj_t self_in, const void *buffer, mp_uint_t size, int *error) {
    host_file_t *self = MP_OBJ_TO_PTR(self_in);
    return file_result(self, semihost_write(self->handle, buffer, size), error);
}

static int file_seek(host_file_t *self, struct mp_stream_seek_t *seek) {
    mp_off_t position = seek->offset;
    if (seek->whence == MP_SEEK_CUR) {
        position += (mp_off_t)self->position;
    } else if (seek->whence == MP_SEEK_END) {
        position += semihost_size(self->handle);
    }
    int result = position < 0 ? -MP_EINVAL : semihost_seek(self->handle, (size_t)position);
    if (result >= 0) {
        self->position = (size_t)position;
        seek->offset = position;
    }
    return result;
}

static mp_uint_t file_ioctl(mp_obj_t self_in, mp_uint_t request, uintptr_t arg, int *error) {
    host_file_t *self = MP_OBJ_TO_PTR(self_in);
    int result = 0;
    switch (request) {
        case MP_STREAM_FLUSH:
            break;
        case MP_STREAM_SEEK:
            result = file_seek(self, (struct mp_stream_seek_t *)arg);
            break;
        case MP_STREAM_POLL:
            return arg & (MP_STREAM_POLL_RD | MP_STREAM_POLL_WR); // a file is always ready
        case MP_STREAM_CLOSE:
            if (self->handle >= 0) {
                semihost_close(self->handle);
                self->handle = -1;
            }
            break;
        default:
            result = -MP_EINVAL;
    }
    if (result < 0) {
        *error = -result;
        return MP_STREAM_ERROR;
    }
    return 0;
}

static const mp_rom_map_elem_t file_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&mp_stream_read_obj)},
    {MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&mp_stream_readinto_obj)},
    {MP_ROM_QSTR(MP_QSTR_readline), MP_ROM_PTR(&mp_stream_unbuffered_readline_obj)},
    {MP_ROM_QSTR(MP_QSTR_readlines), MP_ROM_PTR(&mp_stream_unbuffered_readlines_obj)},
    {MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&mp_stream_write_obj)},
    {MP_ROM_QSTR(MP_QSTR_seek), MP_ROM_PTR(&mp_stream_seek_obj)},
    {MP_ROM_QSTR(MP_QSTR_tell), MP_ROM_PTR(&mp_stream_tell_obj)},
    {MP_ROM_QSTR(MP_QSTR_flush), MP_ROM_PTR(&mp_stream_flush_obj)},
    {MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&mp_stream_close_obj)},
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&mp_stream_close_obj)},
    {MP_ROM_QSTR(MP_QSTR___enter__), MP_ROM_PTR(&mp_identity_obj)},
    {MP_ROM_QSTR(MP_QSTR___exit__), MP_ROM_PTR(&mp_stream___exit___obj)},
};
static MP_DEFINE_CONST_DICT(file_locals, file_locals_table);

static const mp_stream_p_t fileio_stream = {
    .read = file_read, .write = file_write, .ioctl = file_ioctl};
static const mp_stream_p_t textio_stream = {
    .read = file_read, .write = file_write, .ioctl = file_ioctl, .is_text = true};

static MP_DEFINE_CONST_OBJ_TYPE(fileio_type, MP_QSTR_FileIO, MP_TYPE_FLAG_ITER_IS_STREAM, protocol,
    &fileio_stream, locals_dict, &file_locals);
static MP_DEFINE_CONST_OBJ_TYPE(textio_type, MP_QSTR_TextIOWrapper, MP_TYPE_FLAG_ITER_IS_STREAM,
    protocol, &textio_stream, locals_dict, &file_locals);

// ---- The file system ----

static mp_obj_t host_open(mp_obj_t self_in, mp_obj_t path, mp_obj_t mode_in) {
    (void)self_in;
    unsigned mode = 1;
    const mp_obj_type_t *type = &textio_type;
    for (const char *c = mp_obj_str_get_str(mode_in); *c != '\0'; ++c) {
        if (*c == 'w') {
            mode += 4;
        } else if (*c == 'a') {
            mode += 8;
        } else if (*c == '+') {
            mode += 2;
        } else if (*c == 'b') {
            type = &fileio_type;
        }
    }
    host_file_t *file = mp_obj_malloc_with_finaliser(host_file_t, type);
    file->position = 0;
    file->handle = semihost_open(board_host_path(mp_obj_str_get_str(path)), mode);
    if (file->handle < 0) {
        mp_raise_OSError(-file->handle);
    }
    return MP_OBJ_FROM_PTR(file);
}
static MP_DEFINE_CONST_FUN_OBJ_3(host_open_obj, host_open);

static bool is_directory(const char *path) {
    vstr_t inside;
    vstr_init(&inside, 64);
    vstr_printf(&inside, "%s/.", path);
    int handle = semihost_open(vstr_null_terminated_str(&inside), 1);
    if (handle >= 0) {
        semihost_close(handle);
    }
    vstr_clear(&inside);
    return handle >= 0;
}

int board_host_stat(const char *path, int *size) {
    int handle = semihost_open(path, 1);
    if (handle < 0) {
        *size = handle;
        return MP_IMPORT_STAT_NO_EXIST;
    }
    *size = semihost_size(handle);
    semihost_close(handle);
    return is_directory(path) ? MP_IMPORT_STAT_DIR : MP_IMPORT_STAT_FILE;
}

static mp_import_stat_t host_import_stat(void *self, const char *path) {
    (void)self;
    int size;
    return board_host_stat(board_host_path(path), &size);
}

static mp_obj_t host_stat(mp_obj_t self_in, mp_obj_t path) {
    (void)self_in;
    int size;
    mp_import_stat_t kind = board_host_stat(board_host_path(mp_obj_str_get_str(path)), &size);
    if (kind == MP_IMPORT_STAT_NO_EXIST) {
        mp_raise_OSError(-size);
    }
    mp_obj_t tuple[10];
    for (size_t i = 0; i < MP_ARRAY_SIZE(tuple); ++i) {
        tuple[i] = MP_OBJ_NEW_SMALL_INT(0);
    }
    tuple[0] = MP_OBJ_NEW_SMALL_INT(kind == MP_IMPORT_STAT_DIR ? MP_S_IFDIR : MP_S_IFREG);
    tuple[6] = MP_OBJ_NEW_SMALL_INT(size);
    return mp_obj_new_tuple(MP_ARRAY_SIZE(tuple), tuple);
}
static MP_DEFINE_CONST_FUN_OBJ_2(host_stat_obj, host_stat);

static mp_obj_t host_remove(mp_obj_t self_in, mp_obj_t path) {
    (void)self_in;
    int result = semihost_remove(board_host_path(mp_obj_str_get_str(path)));
    if (result < 0) {
        mp_raise_OSError(-result);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(host_remove_obj, host_remove);

static mp_obj_t host_mount(mp_obj_t self_in, mp_obj_t readonly, mp_obj_t mkfs) {
    (void)self_in;
    (void)readonly;
    (void)mkfs;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(host_mount_obj, host_mount);

static mp_obj_t host_umount(mp_obj_t self_in) {
    (void)self_in;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(host_umount_obj, host_umount);

static mp_obj_t host_make_new(
    const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)args;
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    board_host_begin();
    mp_obj_base_t *self = mp_obj_malloc(mp_obj_base_t, type);
    return MP_OBJ_FROM_PTR(self);
}

static const mp_rom_map_elem_t host_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR_open), MP_ROM_PTR(&host_open_obj)},
    {MP_ROM_QSTR(MP_QSTR_stat), MP_ROM_PTR(&host_stat_obj)},
    {MP_ROM_QSTR(MP_QSTR_remove), MP_ROM_PTR(&host_remove_obj)},
    {MP_ROM_QSTR(MP_QSTR_getcwd), MP_ROM_PTR(&board_host_getcwd_obj)},
    {MP_ROM_QSTR(MP_QSTR_chdir), MP_ROM_PTR(&board_host_chdir_obj)},
    {MP_ROM_QSTR(MP_QSTR_ilistdir), MP_ROM_PTR(&board_host_ilistdir_obj)},
    {MP_ROM_QSTR(MP_QSTR_mkdir), MP_ROM_PTR(&board_host_mkdir_obj)},
    {MP_ROM_QSTR(MP_QSTR_rmdir), MP_ROM_PTR(&board_host_rmdir_obj)},
    {MP_ROM_QSTR(MP_QSTR_rename), MP_ROM_PTR(&board_host_rename_obj)},
    {MP_ROM_QSTR(MP_QSTR_mount), MP_ROM_PTR(&host_mount_obj)},
    {MP_ROM_QSTR(MP_QSTR_umount), MP_ROM_PTR(&host_umount_obj)},
};
static MP_DEFINE_CONST_DICT(host_locals, host_locals_table);

static const mp_vfs_proto_t host_proto = {.import_stat = host_import_stat};

MP_DEFINE_CONST_OBJ_TYPE(board_vfs_host_type, MP_QSTR_VfsHost, MP_TYPE_FLAG_NONE, make_new,
    host_make_new, protocol, &host_proto, locals_dict, &host_locals);
