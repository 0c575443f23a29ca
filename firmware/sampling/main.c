/*
 * sampling: 16-bit samples at a steady rate, in blocks of 240, on the service "samples".  This
 * core takes each at its time, whatever the host is doing; a block for which the host
 * has no room is dropped, and counted.
 *
 * Commands, as text: "rate N" (samples a second, 1 to 20000; the time between two is rounded
 * down to whole microseconds), "stop".  A block is 492 bytes, little-endian:
 *
 *     0   number of its first sample, from 0
 *     4   how many blocks were dropped so far
 *     8   how late the latest of its samples was taken, in microseconds
 *     12  the samples
 */
#include "openamp/firmware.h"

FIRMWARE_TABLE;

enum { BLOCK = 240 };

static struct amp_rpmsg link;
static struct amp_endpoint samples;
static struct {
    uint32_t first;
    uint32_t dropped;
    uint32_t late_us;
    uint16_t sample[BLOCK];
} block;
static unsigned filled; // samples of the block
static uint32_t period_us; // 0: stopped
static uint64_t due; // time of the next sample

// The time in units of 64 microseconds, in place of a peripheral.  A real program reads its own
// here: on an RP2040, for example, the last conversion of its ADC, at 0x4004C004.
static uint16_t read_sample(void) {
    return (uint16_t)(amp_remote_time_us() >> 6);
}

static void command(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)self;
    (void)src;
    uint32_t number = firmware_number(data, len, 0);
    if (firmware_begins_with(data, len, "rate") && number >= 1 && number <= 20000) {
        period_us = 1000000 / number;
        filled = 0; // no block has samples of before and after a pause
        due = amp_remote_time_us() + period_us;
    } else if (firmware_begins_with(data, len, "stop")) {
        period_us = 0;
    } else {
        amp_remote_trace("sampling: unknown command\n");
    }
}

static void send_block(void) {
    if (amp_endpoint_send(&samples, &block, sizeof(block)) < 0) {
        ++block.dropped;
    }
    block.first += BLOCK;
    block.late_us = 0;
    filled = 0;
}

static void take_sample(uint64_t now) {
    uint32_t late = (uint32_t)(now - due);
    block.sample[filled++] = read_sample();
    block.late_us = late > block.late_us ? late : block.late_us;
    due += period_us;
    if (filled == BLOCK) {
        send_block();
    }
}

// Take the samples that are due; returns the microseconds until the next one.
static uint32_t take_due_samples(void) {
    if (period_us == 0) {
        return AMP_REMOTE_FOREVER;
    }
    uint64_t now = amp_remote_time_us();
    while (now >= due) {
        take_sample(now);
        now = amp_remote_time_us();
    }
    return (uint32_t)(due - now);
}

int main(void) {
    amp_rpmsg_init(&link, AMP_DEVICE, amp_remote_port());
    amp_endpoint_create(&link, &samples, "samples", AMP_ADDR_ANY, AMP_ADDR_ANY, command);
    firmware_link_up(&link, &firmware_table, sizeof(firmware_table));
    for (;;) {
        firmware_turn(&link, take_due_samples());
    }
}
