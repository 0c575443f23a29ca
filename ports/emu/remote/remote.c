/*
 * The remote half: it defines what openamp/remote.h declares, for an emulated core.
 *
 * The core has no interrupts: amp_remote_wait() takes the doorbell and calls the doorbell
 * callback.
 */
#include "openamp/remote.h"

#include "../board.h"

// From emu.ld.S.
extern uint32_t __bss_begin[];
extern uint32_t __bss_end[];
extern uint32_t __data_begin[];
extern uint32_t __data_end[];
extern const uint32_t __data_load[];

static amp_doorbell_cb doorbell_cb;
static void *doorbell_arg;

int main(void);

// The first instructions of an image: set the stack pointer and call C.
__asm__( //
    ".pushsection .start, \"ax\"\n"
    ".globl _start\n"
    "_start:\n"
    "    la sp, __stack_top\n"
    "    call amp_remote_reset\n"
    ".popsection\n");

static uint64_t machine_call(uint32_t number, uint32_t argument) {
    register uint32_t a7 __asm__("a7") = number;
    register uint32_t a0 __asm__("a0") = argument;
    register uint32_t a1 __asm__("a1") = 0;
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a7) : "memory");
    return (uint64_t)a1 << 32 | a0;
}

__attribute__((used, noreturn)) void amp_remote_reset(void) {
    // Copy .data out of flash; that of a loaded image is in place, and copied onto itself.
    for (size_t i = 0; __data_begin + i < __data_end; i++) {
        __data_begin[i] = __data_load[i];
        __asm__ volatile("" ::: "memory"); // stay a loop: no memcpy() yet
    }
    for (uint32_t *word = __bss_begin; word < __bss_end; word++) {
        *word = 0;
        __asm__ volatile("" ::: "memory"); // the same for memset()
    }
    amp_remote_exit(main());
}

void amp_remote_exit(int code) {
    for (;;) {
        machine_call(AMP_EMU_EXIT, (uint32_t)code);
    }
}

uint64_t amp_remote_time_us(void) {
    return machine_call(AMP_EMU_TIME, 0);
}

bool amp_remote_wait(uint32_t timeout_us) {
    bool rung = (uint32_t)machine_call(AMP_EMU_WAIT, timeout_us) != 0;
    if (rung && doorbell_cb != NULL) {
        doorbell_cb(doorbell_arg);
    }
    return rung;
}

static void kick(void *ctx, uint32_t notify_id) {
    (void)ctx;
    (void)notify_id;
    machine_call(AMP_EMU_KICK, 0);
}

static bool is_in(amp_da_t da, size_t len, amp_da_t window, size_t window_len) {
    return da >= window && da - window <= window_len && len <= window_len - (da - window);
}

static void *map(void *ctx, amp_da_t da, size_t len) {
    (void)ctx;
    bool data = is_in(da, len, AMP_EMU_DATA_DA, AMP_EMU_DATA_LEN);
    bool shared = is_in(da, len, AMP_EMU_SHARED_DA, AMP_EMU_SHARED_LEN);
    return data || shared ? (void *)da : NULL;
}

static void set_doorbell_cb(void *ctx, amp_doorbell_cb callback, void *arg) {
    (void)ctx;
    doorbell_cb = callback;
    doorbell_arg = arg;
}

static const struct amp_port_ops ops = {
    .kick = kick, .map = map, .set_doorbell_cb = set_doorbell_cb};
static const struct amp_default_table default_table = {.table_da = AMP_EMU_TABLE_DA};
static const struct amp_port port = {
    .ops = &ops,
    .shared_da = AMP_EMU_SHARED_DA,
    .shared_len = AMP_EMU_SHARED_LEN,
    .default_table = &default_table,
};

const struct amp_port *amp_remote_port(void) {
    return &port;
}

const struct amp_port *amp_platform_port(unsigned core) {
    return core == 0 ? &port : NULL;
}

const void *amp_remote_default_table(size_t *len) {
    *len = AMP_EMU_TABLE_LEN;
    return (const void *)(uintptr_t)AMP_EMU_TABLE_DA;
}

char amp_remote_trace_text[AMP_REMOTE_TRACE_LEN];
