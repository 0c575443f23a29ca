/*
 * The main program, which replaces that of MicroPython's qemu port: it runs a script
 * and ends QEMU with the script's exit code, or it runs a prompt.
 *
 * Core 0: the script and its arguments are the semihosting arguments of QEMU; -i means
 * a prompt, with a soft reset at Ctrl-D; machine.reset() ends QEMU.
 * A remote core: the script is /rom/remote.py, and the core stops when it ends.  Without
 * that file there is a prompt, also over an endpoint.
 */
#include "board.h"

#include <stdio.h>
#include <string.h>

#include "py/builtin.h"
#include "py/compile.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stackctrl.h"
#include "extmod/vfs.h"
#if MICROPY_VFS_ROM // in MicroPython 1.25 and later
#include "extmod/vfs_rom.h"
#endif
#include "shared/readline/readline.h"
#include "shared/runtime/pyexec.h"

#include "../../micropython/areas.h"
#if BOARD_SEMIHOST
#include "semihost.h"
#endif

// From the linker script.
extern uint8_t _sheap[];
extern uint8_t _eheap[];
#if MICROPY_PY_OPENAMP_HOST
extern uint8_t _sdata[];
extern uint8_t _ebss[];
extern uint8_t _estack[];
#endif

// ---- Files ----

#if MICROPY_VFS_ROM
static const uint8_t romfs_magic[] = {0xD2, 0xCD, 0x31};

static void mount_rom(void) {
    if (memcmp((const void *)BOARD_ROM_DA, romfs_magic, sizeof(romfs_magic)) != 0) {
        return;
    }
    mp_obj_t image = mp_obj_new_memoryview('B', BOARD_ROM_LEN, (void *)BOARD_ROM_DA);
    mp_obj_t args[2] = {
        MP_OBJ_TYPE_GET_SLOT(&mp_type_vfs_rom, make_new)(&mp_type_vfs_rom, 1, 0, &image),
        MP_OBJ_NEW_QSTR(qstr_from_str("/rom")),
    };
    mp_vfs_mount(2, args, (mp_map_t *)&mp_const_empty_map);
}
#else
static void mount_rom(void) {
}
#endif

static void mount_all(void) {
#if BOARD_SEMIHOST
    mp_obj_t args[2] = {
        mp_call_function_0(MP_OBJ_FROM_PTR(&board_vfs_host_type)),
        MP_OBJ_NEW_QSTR(MP_QSTR__slash_),
    };
    mp_vfs_mount(2, args, (mp_map_t *)&mp_const_empty_map);
    MP_STATE_PORT(vfs_cur) = MP_STATE_PORT(vfs_mount_table);
#endif
    mount_rom();
}

// ---- A script ----

#if BOARD_SEMIHOST
static void print_error(void *env, const char *text, size_t len) {
    semihost_write(*(int *)env, text, len);
}

static void print_exception(mp_obj_t exception) {
    enum { APPEND = 8 }; // semihosting: the console in this mode is standard error
    int handle = semihost_open(":tt", APPEND);
    mp_print_t print = {&handle, print_error};
    mp_obj_print_exception(&print, exception);
}
#else
static void print_exception(mp_obj_t exception) {
    mp_obj_print_exception(&mp_plat_print, exception);
}
#endif

// The exit code for an exception that ended the script; it is printed unless SystemExit.
static int exit_code_of(mp_obj_t exception) {
    if (mp_obj_is_subclass_fast(
            MP_OBJ_FROM_PTR(mp_obj_get_type(exception)), MP_OBJ_FROM_PTR(&mp_type_SystemExit))) {
        mp_obj_t value = mp_obj_exception_get_value(exception);
        mp_int_t code = 0;
        if (value != mp_const_none && !mp_obj_get_int_maybe(value, &code)) {
            code = 1;
        }
        return (int)code & 255;
    }
    print_exception(exception);
    return 1;
}

static int run_script(const char *path) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) != 0) {
        mp_hal_set_interrupt_char(-1);
        mp_handle_pending(false);
        return exit_code_of(MP_OBJ_FROM_PTR(nlr.ret_val));
    }
    if (mp_import_stat(path) != MP_IMPORT_STAT_FILE) {
        mp_raise_msg_varg(&mp_type_OSError, MP_ERROR_TEXT("%s: no such file"), path);
    }
    qstr name = qstr_from_str(path);
    mp_store_global(MP_QSTR___file__, MP_OBJ_NEW_QSTR(name));
    mp_lexer_t *lexer = mp_lexer_new_from_file(name);
    mp_parse_tree_t tree = mp_parse(lexer, MP_PARSE_FILE_INPUT);
    mp_obj_t module = mp_compile(&tree, name, false);
    mp_hal_set_interrupt_char(3);
    mp_call_function_0(module);
    mp_hal_set_interrupt_char(-1);
    mp_handle_pending(true);
    nlr_pop();
    return 0;
}

// Put the script's folder first into sys.path, and /rom last.
static void set_path(const char *script) {
    size_t len = strlen(script);
    while (len > 0 && script[len] != '/') {
        --len;
    }
    mp_obj_list_store(mp_sys_path, MP_OBJ_NEW_SMALL_INT(0), mp_obj_new_str(script, len));
    mp_obj_list_append(mp_sys_path, mp_obj_new_str("/rom", 4));
}

// Split the text at spaces into sys.argv.  Returns the first word: the script, or "-i".
static const char *set_arguments(char *text) {
    char *word = text;
    for (char *p = text;; ++p) {
        bool last = *p == '\0';
        if (last || *p == ' ') {
            *p = '\0';
            if (p != word) {
                mp_obj_list_append(mp_sys_argv, mp_obj_new_str(word, (size_t)(p - word)));
            }
            word = p + 1;
        }
        if (last) {
            return text;
        }
    }
}

// ---- The prompt ----

// Do what a remote core does before its prompt (openamp_boot.py).
#if MICROPY_PY_OPENAMP_HOST
static void boot(void) {
}
#else
static void boot(void) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_import_name(MP_QSTR_openamp_boot, mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
        mp_handle_pending(true);
        nlr_pop();
    } else {
        print_exception(MP_OBJ_FROM_PTR(nlr.ret_val));
    }
    mp_hal_set_interrupt_char(-1);
}
#endif

// Run the prompt until Ctrl-D or SystemExit.
static void prompt(void) {
    int result = 0;
    boot();
    while (!(result & PYEXEC_FORCED_EXIT)) {
        result =
            pyexec_mode_kind == PYEXEC_MODE_RAW_REPL ? pyexec_raw_repl() : pyexec_friendly_repl();
    }
    mp_printf(&mp_plat_print, "MPY: soft reboot\n");
}

// ---- Memory ----

#if MICROPY_PY_OPENAMP_HOST
// The areas besides the heap, which the openamp module finds itself.
const openamp_area_t *openamp_areas(size_t *count) {
    static const openamp_area_t areas[] = {
        {_sdata, _ebss, "MicroPython's variables"},
        {_eheap, _estack, "MicroPython's stack"},
    };
    *count = MP_ARRAY_SIZE(areas);
    return areas;
}
#endif

#ifndef BOARD_ADD_HEAP
#define BOARD_ADD_HEAP()
#endif

// ---- The end ----

#if !MICROPY_PY_OPENAMP_HOST
__attribute__((noreturn)) void amp_remote_exit(int code);
__attribute__((noreturn)) void __wrap_exit(int code);

// machine.reset() ends this core, and not the machine.
void __wrap_exit(int code) {
    amp_remote_exit(code);
}
#endif

// ---- Runs of the interpreter ----

static void begin(void) {
    gc_init(_sheap, _eheap);
    BOARD_ADD_HEAP();
    mp_init();
    readline_init0();
    mount_all();
}

// End a run of the interpreter: all finalisers run, but C variables keep their values.
static void end(void) {
    gc_sweep_all();
    mp_deinit();
}

static void find_arguments(char *text, size_t size) {
#if MICROPY_PY_OPENAMP_HOST
    semihost_arguments(text, size);
#else
    static const char script[] = "/rom/remote.py";
    bool exists = mp_import_stat(script) == MP_IMPORT_STAT_FILE;
    snprintf(text, size, "%s", exists ? script : "-i");
#endif
}

int __wrap_main(void);
int __wrap_main(void) {
    static char arguments[1024];
    board_init();
    mp_stack_ctrl_init();
    mp_stack_set_limit(BOARD_STACK - 4096);
    begin();
    find_arguments(arguments, sizeof(arguments));
    const char *script = set_arguments(arguments);
    while (strcmp(script, "-i") == 0) {
        prompt();
        end();
        begin();
    }
    set_path(script);
    int code = run_script(script);
#if !BOARD_STOP_RESETS
    end(); // not where a finaliser resets the chip, or the script would begin again
#endif
#if MICROPY_PY_OPENAMP_HOST
    semihost_exit(code);
#else
    amp_remote_exit(code);
#endif
}
