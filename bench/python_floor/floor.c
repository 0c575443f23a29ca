/*
 * What bench/python_round_trip.py needs from C: the floor, and what callgrind
 * is told to count.
 *
 * The floor is the least that a C module can do to bring Python a message: a
 * node of the scheduler that calls a Python function with an int and a
 * bytearray.  It catches exceptions, as MicroPython's own scheduled callbacks
 * do; one that got past it would leave the scheduler locked.
 *
 * callgrind counts what bench_run() calls, but for bench_wait(), but for the
 * doorbell's handler in it: each of the functions switches (--toggle-collect).
 * Three things make the count exact: the doorbell's signal is blocked, and its
 * handler is called where bench_wait() found it; bench_wait() returns only when
 * the callback is due; and only when the core is asleep again, so that each
 * message finds the other side in the same state.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "py/runtime.h"

#include "ports/sim/sim.h"

static mp_sched_node_t node;
static uint8_t message[16];
static sigset_t doorbell;
static struct sigaction interrupt; // its handler

static void run_node(mp_sched_node_t *self) {
    (void)self;
    mp_call_function_2_protected(MP_STATE_VM(bench_callback), MP_OBJ_NEW_SMALL_INT(0x400),
        mp_obj_new_bytearray_by_ref(sizeof(message), message));
}

// In the place of Endpoint.send().
static mp_obj_t bench_schedule(mp_obj_t data) {
    (void)data;
    mp_sched_schedule_node(&node, run_node);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(bench_schedule_obj, bench_schedule);

static mp_obj_t bench_set_callback(mp_obj_t callback) {
    MP_STATE_VM(bench_callback) = callback;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(bench_set_callback_obj, bench_set_callback);

// Does the process of the core sleep?  Firmware can do so nowhere but where it
// waits for the doorbell.
static bool core_sleeps(int pid) {
    char text[128];
    snprintf(text, sizeof(text), "/proc/%d/stat", pid);
    int file = open(text, O_RDONLY);
    ssize_t len = read(file, text, sizeof(text) - 1);
    close(file);
    if (len <= 0) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("the core is gone"));
    }
    text[len] = '\0';
    const char *state = strrchr(text, ')');
    return state != NULL && state[2] == 'S';
}

// It looks where the program was: in no call that blocks.
static ucontext_t nowhere;

__attribute__((noinline)) static void bench_doorbell(siginfo_t *info) {
    interrupt.sa_sigaction(SIGURG, info, &nowhere);
}

static mp_obj_t bench_wait(void) {
    siginfo_t info;
    while (MP_STATE_VM(sched_state) != MP_SCHED_PENDING) {
        if (sigwaitinfo(&doorbell, &info) == SIGURG) {
            info.si_code = SI_TKILL; // which glibc turns into SI_USER
            bench_doorbell(&info);
        }
    }
    int pid = amp_sim_pid(0);
    while (pid != 0 && !core_sleeps(pid)) {
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(bench_wait_obj, bench_wait);

// The first argument is the function to be called with the others.
static mp_obj_t bench_run(size_t n_args, const mp_obj_t *args) {
    return mp_call_function_n_kw(args[0], n_args - 1, 0, args + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR(bench_run_obj, 1, bench_run);

// From here on the doorbell comes in bench_wait() only.
static mp_obj_t bench_block(void) {
    sigaction(SIGURG, NULL, &interrupt);
    sigemptyset(&doorbell);
    sigaddset(&doorbell, SIGURG);
    sigprocmask(SIG_BLOCK, &doorbell, NULL);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(bench_block_obj, bench_block);

static const mp_rom_map_elem_t globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_bench_floor)},
    {MP_ROM_QSTR(MP_QSTR_block), MP_ROM_PTR(&bench_block_obj)},
    {MP_ROM_QSTR(MP_QSTR_run), MP_ROM_PTR(&bench_run_obj)},
    {MP_ROM_QSTR(MP_QSTR_schedule), MP_ROM_PTR(&bench_schedule_obj)},
    {MP_ROM_QSTR(MP_QSTR_set_callback), MP_ROM_PTR(&bench_set_callback_obj)},
    {MP_ROM_QSTR(MP_QSTR_wait), MP_ROM_PTR(&bench_wait_obj)},
};
static MP_DEFINE_CONST_DICT(globals, globals_table);

const mp_obj_module_t bench_floor_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&globals,
};

MP_REGISTER_MODULE(MP_QSTR_bench_floor, bench_floor_module);
MP_REGISTER_ROOT_POINTER(mp_obj_t bench_callback);
