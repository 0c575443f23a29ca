/*
 * What a round trip costs on the mps2_an521 board, C to C: the host sends, the
 * firmware (virtual_uart) echoes, the host receives.  QEMU's plugin counts
 * between two calls of bench_mark().  Also printed: kicks in a stream, and how
 * deep the stacks got.
 *
 * SETTINGS: round trips.
 */
#include "bench/board.h"
#include "ports/mps2_an521/board.h"

#define SETTINGS ((const volatile uint32_t *)(uintptr_t)0x80E00000)
#define STREAM 10000

__attribute__((noinline)) void bench_mark(void);
__attribute__((noinline)) void bench_mark(void) {
    __asm__ volatile("");
}

static void print(const char *name, uint32_t value) {
    host_print(name);
    host_print(" ");
    host_print_dec(value);
    host_print("\n");
}

// ---- Stacks ----

enum { PAINT = 0x5A5A5A5A, STACK = 0x4000 };
extern uint64_t __stack_top[];

static void paint(uint32_t *begin, const uint32_t *end) {
    while (begin < end) {
        *(volatile uint32_t *)begin++ = PAINT;
    }
}

static uint32_t depth(const uint32_t *begin, const uint32_t *end) {
    while (begin < end && *begin == PAINT) {
        begin++;
    }
    return (uint32_t)((uintptr_t)end - (uintptr_t)begin);
}

#define HOST_END ((uint32_t *)__stack_top)
#define REMOTE_END ((uint32_t *)(uintptr_t)(AMP_AN521_DATA_DA + AMP_AN521_DATA_LEN))

static void marked_round_trips(uint32_t count, size_t size) {
    bench_mark();
    round_trips(count, size);
    bench_mark();
}

int main(void) {
    uint32_t *here = __builtin_frame_address(0);
    paint(HOST_END - STACK / 4, here - 64);
    paint(REMOTE_END - STACK / 4, REMOTE_END);
    host_init("vuart-channel");
    host_run(IMAGE_VIRTUAL_UART);
    host_echo("warm up");
    marked_round_trips(SETTINGS[0], 16);
    marked_round_trips(SETTINGS[0], 496);
    host_link.stats.kicks = 0;
    stream(STREAM);
    print("BENCH an521_kicks_per_1000_messages", host_link.stats.kicks * 1000 / STREAM);
    print("BENCH an521_stack_host_c", depth(HOST_END - STACK / 4, HOST_END));
    print("BENCH an521_stack_remote_c", depth(REMOTE_END - STACK / 4, REMOTE_END));
    return 0;
}
