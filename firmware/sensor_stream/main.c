/*
 * sensor_stream: samples at a steady rate on the service "sensor".  No sample is lost in
 * silence: each has a sequence number, and the number of those that found no room.
 *
 * Commands, as text: "rate N" (samples a second, 1 to 10000), "burst N" (N at once, as
 * when much comes together), "stop".  A sample is 16 bytes, the lowest first:
 *
 *     0   sequence number of the sample, from 0
 *     4   overflows: how many samples before this one were dropped
 *     8   time in microseconds, the low 32 bits
 *     12  the reading, signed
 *
 * Between the sensor and the link is a queue, for the moments in which the host is busy.
 */
#include <string.h>

#include "openamp/firmware.h"

FIRMWARE_TABLE;

struct sample {
    uint32_t sequence;
    uint32_t overflows;
    uint32_t time_us;
    int32_t reading;
};

enum { QUEUE = 64 }; // samples; a power of two

static struct amp_rpmsg link;
static struct amp_endpoint sensor;
static struct sample queue[QUEUE];
static uint32_t queued; // running counts of samples put in
static uint32_t taken; // and taken out
static uint32_t sequence;
static uint32_t overflows;
static uint32_t period_us; // 0: stopped
static uint64_t due; // time of the next sample

// In place of a sensor: a sawtooth.  Yours reads its peripheral here.
static int32_t read_sensor(uint32_t number) {
    return (int32_t)(number % 200) - 100;
}

static void take_sample(void) {
    uint32_t number = sequence++;
    if (queued - taken == QUEUE) {
        overflows++; // the newest goes; its number is missing, and counted
        return;
    }
    queue[queued % QUEUE] = (struct sample){
        .sequence = number,
        .overflows = overflows,
        .time_us = (uint32_t)amp_remote_time_us(),
        .reading = read_sensor(number),
    };
    queued++;
}

static void command(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)self;
    (void)src;
    uint32_t number = firmware_number(data, len, 0);
    if (firmware_is(data, len, "rate") && number >= 1 && number <= 10000) {
        period_us = 1000000 / number;
        due = amp_remote_time_us();
    } else if (firmware_is(data, len, "burst")) {
        while (number-- != 0) {
            take_sample();
        }
    } else if (firmware_is(data, len, "stop")) {
        period_us = 0;
    } else {
        amp_remote_trace("sensor_stream: a command that is none\n");
    }
}

static void send_queued(void) {
    while (taken != queued) {
        const struct sample *next = &queue[taken % QUEUE];
        if (amp_endpoint_send(&sensor, next, sizeof(*next)) < 0) {
            return; // no room, or nobody there: later
        }
        taken++;
    }
}

// The samples that are due, and the microseconds until the next.
static uint32_t sample_in_time(void) {
    uint64_t now = amp_remote_time_us();
    while (period_us != 0 && now >= due) {
        take_sample();
        due += period_us;
    }
    return period_us != 0 ? (uint32_t)(due - now) : AMP_REMOTE_FOREVER;
}

int main(void) {
    amp_rpmsg_init(&link, AMP_DEVICE, amp_remote_port());
    amp_endpoint_create(&link, &sensor, "sensor", AMP_ADDR_ANY, AMP_ADDR_ANY, command);
    firmware_link_up(&link, &firmware_table, sizeof(firmware_table));
    for (;;) {
        uint32_t sleep_us = sample_in_time();
        send_queued();
        // What is left in the queue waits for room, for which the host rings.
        bool room = taken != queued && amp_rpmsg_want_room(&link);
        firmware_turn(&link, room ? 0 : sleep_us);
    }
}
