/*
 * sensor_stream: samples at a steady rate on the service "sensor".  A host notices every
 * lost sample: each has a sequence number and the count of samples that were dropped.
 *
 * Commands, as text: "rate N" (samples a second, 1 to 10000), "burst N" (take N samples
 * at once), "stop".  A sample is 16 bytes, little-endian:
 *
 *     0   sequence number of the sample, from 0
 *     4   overflows: how many samples before this one were dropped
 *     8   time in microseconds, the low 32 bits
 *     12  the reading, signed
 *
 * A queue between the sensor and the link keeps samples while the host is busy.
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
static uint32_t queued; // samples that were put into the queue, in all
static uint32_t taken; // samples that were taken out of it, in all
static uint32_t sequence;
static uint32_t overflows;
static uint32_t period_us; // 0: stopped
static uint64_t due; // time of the next sample

// A sawtooth in place of a sensor.  A real program reads its peripheral here.
static int32_t read_sensor(uint32_t number) {
    return (int32_t)(number % 200) - 100;
}

static void take_sample(void) {
    uint32_t number = sequence++;
    if (queued - taken == QUEUE) {
        overflows++; // drop this sample: its sequence number is missing, and it is counted
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
    if (firmware_begins_with(data, len, "rate") && number >= 1 && number <= 10000) {
        period_us = 1000000 / number;
        due = amp_remote_time_us();
    } else if (firmware_begins_with(data, len, "burst")) {
        while (number-- != 0) {
            take_sample();
        }
    } else if (firmware_begins_with(data, len, "stop")) {
        period_us = 0;
    } else {
        amp_remote_trace("sensor_stream: unknown command\n");
    }
}

static void send_queued(void) {
    while (taken != queued) {
        const struct sample *next = &queue[taken % QUEUE];
        if (amp_endpoint_send(&sensor, next, sizeof(*next)) < 0) {
            return; // no room, or no host listens: try again later
        }
        taken++;
    }
}

// Take the samples that are due; returns the microseconds until the next one.
static uint32_t take_due_samples(void) {
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
        uint32_t sleep_us = take_due_samples();
        send_queued();
        // If samples are left in the queue, the host is asked to kick when there is room.
        bool room = taken != queued && amp_rpmsg_want_room(&link);
        firmware_turn(&link, room ? 0 : sleep_us);
    }
}
