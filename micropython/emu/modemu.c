/*
 * The module `emu`: the state of the emulated cores, and faults on demand, for tests
 * and to show what a program does when its core dies.
 */
#include "py/runtime.h"

#include <string.h>

#include "ports/emu/emu.h"

static unsigned core_of(size_t n_args, const mp_obj_t *args, size_t at) {
    return n_args > at ? (unsigned)mp_obj_get_int(args[at]) : 0;
}

static void check(int result) {
    if (result != 0) {
        mp_raise_OSError(-result);
    }
}

// state(core=0): "off", "works", "waits", "frozen" or "dead".
static mp_obj_t emu_state(size_t n_args, const mp_obj_t *args) {
    static const qstr names[] = {
        [AMP_EMU_OFF] = MP_QSTR_off,
        [AMP_EMU_WORKS] = MP_QSTR_works,
        [AMP_EMU_WAITS] = MP_QSTR_waits,
        [AMP_EMU_FROZEN] = MP_QSTR_frozen,
        [AMP_EMU_DEAD] = MP_QSTR_dead,
    };
    struct amp_emu_view view;
    check(amp_emu_look(core_of(n_args, args, 0), &view));
    return MP_OBJ_NEW_QSTR(names[view.activity]);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(emu_state_obj, 0, 1, emu_state);

// reason(core=0): the reason of its death, as text.
static mp_obj_t emu_reason(size_t n_args, const mp_obj_t *args) {
    struct amp_emu_view view;
    check(amp_emu_look(core_of(n_args, args, 0), &view));
    return mp_obj_new_str(view.reason, strlen(view.reason));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(emu_reason_obj, 0, 1, emu_reason);

// kill(core=0): have it die of a fault, whatever it is doing.
static mp_obj_t emu_kill(size_t n_args, const mp_obj_t *args) {
    check(amp_emu_kill(core_of(n_args, args, 0), 0));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(emu_kill_obj, 0, 1, emu_kill);

// freeze(on=True, core=0): stop it where it is, or let it go on.
static mp_obj_t emu_freeze(size_t n_args, const mp_obj_t *args) {
    check(amp_emu_freeze(core_of(n_args, args, 1), n_args == 0 || mp_obj_is_true(args[0])));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(emu_freeze_obj, 0, 2, emu_freeze);

// lose(to_core, count, core=0): lose the next `count` kicks.
static mp_obj_t emu_lose(size_t n_args, const mp_obj_t *args) {
    amp_emu_lose_kicks(
        core_of(n_args, args, 2), mp_obj_is_true(args[0]), (unsigned)mp_obj_get_int(args[1]));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(emu_lose_obj, 2, 3, emu_lose);

#ifdef __EMSCRIPTEN__
// on_restart(function): the function that the page's button "restart" calls.
static mp_obj_t emu_on_restart(mp_obj_t function) {
    MP_STATE_VM(openamp_emu_on_restart) = function;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(emu_on_restart_obj, emu_on_restart);
#endif

static const mp_rom_map_elem_t emu_globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_emu)},
    {MP_ROM_QSTR(MP_QSTR_state), MP_ROM_PTR(&emu_state_obj)},
    {MP_ROM_QSTR(MP_QSTR_reason), MP_ROM_PTR(&emu_reason_obj)},
    {MP_ROM_QSTR(MP_QSTR_kill), MP_ROM_PTR(&emu_kill_obj)},
    {MP_ROM_QSTR(MP_QSTR_freeze), MP_ROM_PTR(&emu_freeze_obj)},
    {MP_ROM_QSTR(MP_QSTR_lose), MP_ROM_PTR(&emu_lose_obj)},
#ifdef __EMSCRIPTEN__
    {MP_ROM_QSTR(MP_QSTR_on_restart), MP_ROM_PTR(&emu_on_restart_obj)},
#endif
};
static MP_DEFINE_CONST_DICT(emu_globals, emu_globals_table);

const mp_obj_module_t emu_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&emu_globals,
};

MP_REGISTER_MODULE(MP_QSTR_emu, emu_module);
