/* The module `openamp`: its globals. */
#include "endpoint.h"

#include "py/objstr.h"

static MP_DEFINE_STR_OBJ(openamp_version_obj, AMP_VERSION);
static MP_DEFINE_CONST_FUN_OBJ_0(openamp_init_obj, openamp_init);
static MP_DEFINE_CONST_FUN_OBJ_1(openamp_new_service_callback_obj, openamp_new_service_callback);

// 0xFFFFFFFF is a small int only where pointers have 64 bits.
#if INTPTR_MAX > INT32_MAX
#define ADDR_ANY_ROM MP_ROM_INT(AMP_ADDR_ANY)
#else
#include "py/objint.h"
#if MPZ_DIG_SIZE != 16
#error "openamp needs 16-bit mpz digits"
#endif
static const mpz_dig_t addr_any_dig[] = {0xFFFF, 0xFFFF};
static const mp_obj_int_t addr_any_obj = {
    .base = {&mp_type_int},
    .mpz = {.fixed_dig = 1, .alloc = 2, .len = 2, .dig = (mpz_dig_t *)addr_any_dig},
};
#define ADDR_ANY_ROM MP_ROM_PTR(&addr_any_obj)
#endif

static const mp_rom_map_elem_t openamp_globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_openamp)},
    {MP_ROM_QSTR(MP_QSTR___init__), MP_ROM_PTR(&openamp_init_obj)},
    {MP_ROM_QSTR(MP_QSTR___version__), MP_ROM_PTR(&openamp_version_obj)},
    {MP_ROM_QSTR(MP_QSTR_ENDPOINT_ADDR_ANY), ADDR_ANY_ROM},
    {MP_ROM_QSTR(MP_QSTR_new_service_callback), MP_ROM_PTR(&openamp_new_service_callback_obj)},
    {MP_ROM_QSTR(MP_QSTR_Endpoint), MP_ROM_PTR(&openamp_endpoint_type)},
#if MICROPY_PY_OPENAMP_VISIBLE
    // The first of the errors is named in openamp_error_name().
    {MP_ROM_QSTR(MP_QSTR_ENXIO), MP_ROM_INT(AMP_ENXIO)},
    {MP_ROM_QSTR(MP_QSTR_ENOEXEC), MP_ROM_INT(AMP_ENOEXEC)},
    {MP_ROM_QSTR(MP_QSTR_EBUSY), MP_ROM_INT(AMP_EBUSY)},
    {MP_ROM_QSTR(MP_QSTR_EPIPE), MP_ROM_INT(AMP_EPIPE)},
    {MP_ROM_QSTR(MP_QSTR_EDEADLK), MP_ROM_INT(AMP_EDEADLK)},
    {MP_ROM_QSTR(MP_QSTR_EPROTO), MP_ROM_INT(AMP_EPROTO)},
    {MP_ROM_QSTR(MP_QSTR_EMSGSIZE), MP_ROM_INT(AMP_EMSGSIZE)},
    {MP_ROM_QSTR(MP_QSTR_ESTALE), MP_ROM_INT(AMP_ESTALE)},
#endif
#if MICROPY_PY_OPENAMP_HOST
    {MP_ROM_QSTR(MP_QSTR_RemoteProc), MP_ROM_PTR(&openamp_remoteproc_type)},
#endif
};
static MP_DEFINE_CONST_DICT(openamp_globals, openamp_globals_table);

#if MICROPY_PY_OPENAMP_VISIBLE
qstr openamp_error_name(mp_obj_t number) {
    const mp_rom_map_elem_t *entry = openamp_globals_table;
    const mp_rom_map_elem_t *end = entry + MP_ARRAY_SIZE(openamp_globals_table);
    while (entry->key != MP_ROM_QSTR(MP_QSTR_ENXIO)) {
        ++entry;
    }
    for (; entry != end; ++entry) {
        if (entry->value == (mp_rom_obj_t)number) {
            return MP_OBJ_QSTR_VALUE((mp_obj_t)entry->key);
        }
    }
    return MP_QSTRnull;
}
#endif

const mp_obj_module_t openamp_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&openamp_globals,
};

#if MICROPY_PY_OPENAMP_RECEIVE && MICROPY_MODULE_ATTR_DELEGATION
// These are written in Python, so each is imported at its first use.
static const struct {
    qstr_short_t attr;
    qstr_short_t module;
} python_attrs[] = {
    {MP_QSTR_AIOEndpoint, MP_QSTR_aioendpoint},
    {MP_QSTR_rpc, MP_QSTR_openamp_rpc},
#if MICROPY_PY_MARSHAL // since 1.25
    {MP_QSTR_async_remote, MP_QSTR_openamp_async},
    {MP_QSTR_RemoteError, MP_QSTR_openamp_async},
#endif
};

void openamp_module_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest);
void openamp_module_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    (void)self_in;
    for (size_t i = 0; i < MP_ARRAY_SIZE(python_attrs); ++i) {
        if (attr == python_attrs[i].attr && dest[0] == MP_OBJ_NULL) {
            mp_obj_t module =
                mp_import_name(python_attrs[i].module, mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
            dest[0] = mp_load_attr(module, attr);
        }
    }
}
MP_REGISTER_MODULE_DELEGATION(openamp_module, openamp_module_attr);
#endif

// `import openamp` finds a file of that name on sys.path first; `import uopenamp`
// is always this.  MicroPython calls __init__ for each import of either.
MP_REGISTER_EXTENSIBLE_MODULE(MP_QSTR_openamp, openamp_module);
