/*
 * Folders of QEMU's host.  Semihosting has no calls for folders, but one that passes a
 * command to the host's shell.  So the shell lists, makes and removes folders; what it
 * prints goes to a file, which is read here.
 */
#include "vfs_host.h"

#include <stdio.h>
#include <string.h>

#include "py/builtin.h"
#include "py/mperrno.h"
#include "py/parsenum.h"
#include "py/runtime.h"
#include "extmod/vfs.h"

#include "semihost.h"

// ---- The current folder ----

// The host's name of the current folder; "": the folder in which QEMU was started, which was
// not asked for yet.
static char current_folder[512];

void board_host_begin(void) {
    current_folder[0] = '\0';
}

const char *board_host_path(const char *path) {
    if (path[0] == '/' || current_folder[0] == '\0') {
        return path[0] == '\0' ? "." : path;
    }
    vstr_t joined;
    vstr_init(&joined, 64);
    vstr_printf(&joined, "%s/%s", current_folder, path);
    return vstr_null_terminated_str(&joined); // the garbage collector frees it
}

// ---- The host's shell ----

// Append a path to a command, quoted, and so that it cannot be taken for an option.
static void add_path(vstr_t *command, const char *path) {
    vstr_add_str(command, path[0] == '-' ? "'./" : "'");
    for (; *path != '\0'; ++path) {
        if (*path == '\'') {
            vstr_add_str(command, "'\\''");
        } else {
            vstr_add_byte(command, (byte)*path);
        }
    }
    vstr_add_byte(command, '\'');
}

// Have the shell execute `before path after`.  False: its exit status is not 0.
static bool execute(const char *before, const char *path, const char *after) {
    vstr_t command;
    vstr_init(&command, 128);
    vstr_add_str(&command, before);
    add_path(&command, path);
    vstr_add_str(&command, after);
    vstr_add_str(&command, " 2>/dev/null");
    bool good = semihost_system(vstr_null_terminated_str(&command)) == 0;
    vstr_clear(&command);
    return good;
}

static bool read_file(const char *path, vstr_t *bytes) {
    int handle = semihost_open(path, 1);
    int size = handle < 0 ? -1 : semihost_size(handle);
    vstr_init(bytes, size < 0 ? 1 : (size_t)size + 1);
    if (size > 0
        && semihost_read(handle, vstr_add_len(bytes, (size_t)size), (size_t)size) != size) {
        size = -1;
    }
    if (handle >= 0) {
        semihost_close(handle);
    }
    return size >= 0;
}

// Get what `before path after` prints.  It goes through a file with a name that was not used.
static bool output_of(const char *before, const char *path, const char *after, vstr_t *output) {
    char file[64];
    char rest[128];
    uint64_t now = semihost_ticks();
    snprintf(file, sizeof(file), "/tmp/openamp-%08x%08x%08x", (unsigned)semihost_time(),
        (unsigned)(now >> 32), (unsigned)now);
    snprintf(rest, sizeof(rest), "%s; } >%s", after, file);
    bool good = execute(before, path, rest) && read_file(file, output);
    semihost_remove(file);
    return good;
}
#define PRINT "umask 077; set -C; { "

// ---- The functions of os ----

// Raise the error of a command that failed: ENOENT and the like if that can be found out,
// else `otherwise`.
static void raise_error_of(const char *path, int otherwise) {
    int size;
    if (board_host_stat(path, &size) == MP_IMPORT_STAT_NO_EXIST) {
        mp_raise_OSError(-size);
    }
    mp_raise_OSError(otherwise);
}

static bool is_folder(const char *path) {
    int size;
    return board_host_stat(path, &size) == MP_IMPORT_STAT_DIR;
}

static void change_to(const char *path) {
    vstr_t name;
    if (!output_of(PRINT "cd -- ", path, " && pwd", &name)) {
        raise_error_of(path, is_folder(path) ? MP_EACCES : MP_ENOTDIR);
    }
    if (name.len == 0 || name.len > sizeof(current_folder)) {
        mp_raise_OSError(MP_EINVAL);
    }
    memcpy(current_folder, name.buf, name.len);
    current_folder[name.len - 1] = '\0'; // the end of the line
    vstr_clear(&name);
}

static mp_obj_t host_chdir(mp_obj_t self_in, mp_obj_t path) {
    (void)self_in;
    change_to(board_host_path(mp_obj_str_get_str(path)));
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(board_host_chdir_obj, host_chdir);

static mp_obj_t host_getcwd(mp_obj_t self_in) {
    (void)self_in;
    if (current_folder[0] == '\0') {
        change_to(".");
    }
    return mp_obj_new_str(current_folder, strlen(current_folder));
}
MP_DEFINE_CONST_FUN_OBJ_1(board_host_getcwd_obj, host_getcwd);

// The tuple (name, type, 0, length) for one line of `find`; a link has the type of the file to
// which it leads.
static mp_obj_t entry_of(char *line) {
    char *size = strchr(line, ' ') + 1;
    char *name = strchr(size, ' ') + 1;
    mp_int_t type = line[0] == 'd' ? MP_S_IFDIR : line[0] == 'f' ? MP_S_IFREG : 0;
    mp_obj_t items[4] = {
        mp_obj_new_str(name, strlen(name)),
        MP_OBJ_NEW_SMALL_INT(type),
        MP_OBJ_NEW_SMALL_INT(0),
        mp_parse_num_integer(size, (size_t)(name - 1 - size), 10, NULL),
    };
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}

static mp_obj_t host_ilistdir(mp_obj_t self_in, mp_obj_t path_in) {
    (void)self_in;
    const char *path = board_host_path(mp_obj_str_get_str(path_in));
    vstr_t lines;
    if (!is_folder(path)) {
        raise_error_of(path, MP_ENOTDIR);
    }
    if (!output_of(
            PRINT "find ", path, "/. -mindepth 1 -maxdepth 1 -printf '%Y %s %f\\0'", &lines)) {
        mp_raise_OSError(MP_EACCES);
    }
    mp_obj_t list = mp_obj_new_list(0, NULL);
    char *end = lines.buf + lines.len;
    for (char *line = lines.buf; line < end; line += strlen(line) + 1) {
        mp_obj_list_append(list, entry_of(line));
    }
    vstr_clear(&lines);
    return mp_getiter(list, NULL);
}
MP_DEFINE_CONST_FUN_OBJ_2(board_host_ilistdir_obj, host_ilistdir);

static mp_obj_t host_mkdir(mp_obj_t self_in, mp_obj_t path_in) {
    (void)self_in;
    const char *path = board_host_path(mp_obj_str_get_str(path_in));
    int size;
    if (board_host_stat(path, &size) != MP_IMPORT_STAT_NO_EXIST) {
        mp_raise_OSError(MP_EEXIST);
    }
    if (!execute("mkdir -- ", path, "")) {
        // Is the parent folder missing?
        mp_raise_OSError(execute("cd -- \"$(dirname -- ", path, ")\"") ? MP_EACCES : MP_ENOENT);
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(board_host_mkdir_obj, host_mkdir);

static mp_obj_t host_rmdir(mp_obj_t self_in, mp_obj_t path_in) {
    enum { NOT_EMPTY = 39 }; // Linux's ENOTEMPTY, which MicroPython does not define
    (void)self_in;
    const char *path = board_host_path(mp_obj_str_get_str(path_in));
    if (!execute("rmdir -- ", path, "")) {
        bool full = execute("test -n \"$(ls -A ", path, " 2>/dev/null)\"");
        raise_error_of(path, !is_folder(path) ? MP_ENOTDIR : full ? NOT_EMPTY : MP_EACCES);
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(board_host_rmdir_obj, host_rmdir);

static mp_obj_t host_rename(mp_obj_t self_in, mp_obj_t from, mp_obj_t to) {
    (void)self_in;
    int result = semihost_rename(
        board_host_path(mp_obj_str_get_str(from)), board_host_path(mp_obj_str_get_str(to)));
    if (result < 0) {
        mp_raise_OSError(-result);
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_3(board_host_rename_obj, host_rename);
