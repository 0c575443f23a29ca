/*
 * What the message path costs through the C API, both sides in one process.
 * Run under callgrind, which counts only what lies inside of the functions measured_*().
 *
 *   cost round_trip|rung|stream|dispatch [NAME=VALUE]...
 *
 *   round_trip  host sends, device echoes, host receives: a dialogue, in which
 *               each side takes the one message that is due
 *   rung        the same of sides that sleep between: each poll asks to be rung
 *               for the next message, and each message rings
 *   stream      host sends until its ring is full, device takes all at once
 *   dispatch    the device takes one message, for each of its endpoints in turn
 *
 *   size=16 count=1024 buffers=64 endpoints=1 buckets=0
 *
 * `count` is how many messages are measured at least, after a turn of the rings
 * that is not, so that all that is measured is alike.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>

#include "ends.h"

enum { HOST_ADDR = 100 };

static struct pair pair;
static struct amp_endpoint host_ept;
static struct amp_endpoint *endpoints; // of the device
static unsigned long received;

static struct {
    unsigned long size;
    unsigned long count;
    unsigned long buffers;
    unsigned long endpoints;
    unsigned long buckets; // 0: those of the link itself
} settings = {16, 1024, 64, 1, 0};

static void count_message(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)ept;
    (void)src;
    (void)data;
    (void)len;
    ++received;
}

static void echo(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    must(amp_rpmsg_send(ept->link, ept->addr, src, data, len) == (int)len);
}

// ---- What is measured: functions of their own, so that callgrind counts inside of them ----

__attribute__((noinline)) unsigned long measured_round_trips(
    const void *data, size_t len, unsigned long n) {
    for (unsigned long i = 0; i < n; ++i) {
        must(amp_endpoint_send(&host_ept, data, len) == (int)len);
        must(amp_rpmsg_poll_some(&pair.device.link, 1) == 1);
        must(amp_rpmsg_poll_some(&pair.host.link, 1) == 1);
    }
    return n;
}

__attribute__((noinline)) unsigned long measured_rung_round_trips(
    const void *data, size_t len, unsigned long n) {
    for (unsigned long i = 0; i < n; ++i) {
        must(amp_endpoint_send(&host_ept, data, len) == (int)len);
        must(amp_rpmsg_poll(&pair.device.link) == 1);
        must(amp_rpmsg_poll(&pair.host.link) == 1);
    }
    return n;
}

__attribute__((noinline)) unsigned long measured_stream(
    const void *data, size_t len, unsigned long n) {
    unsigned long done = 0;
    while (done < n) {
        int sent = 0;
        while (amp_endpoint_send(&host_ept, data, len) >= 0) {
            ++sent;
        }
        must(amp_rpmsg_poll(&pair.device.link) == sent);
        done += (unsigned long)sent;
    }
    return done;
}

__attribute__((noinline)) void measured_poll(struct amp_rpmsg *link) {
    must(amp_rpmsg_poll(link) == 1);
}

// One message to each endpoint in turn; what sends it is not measured.
static unsigned long dispatch(const void *data, size_t len, unsigned long n) {
    for (unsigned long i = 0; i < n; ++i) {
        uint32_t dest = endpoints[i % settings.endpoints].addr;
        must(amp_rpmsg_send(&pair.host.link, host_ept.addr, dest, data, len) == (int)len);
        measured_poll(&pair.device.link);
    }
    return n;
}

static const struct {
    const char *name;
    unsigned long (*work)(const void *data, size_t len, unsigned long n);
    amp_endpoint_cb on_device;
} modes[] = {
    {"round_trip", measured_round_trips, echo},
    {"rung", measured_rung_round_trips, echo},
    {"stream", measured_stream, count_message},
    {"dispatch", dispatch, count_message},
};

static void make_link(amp_endpoint_cb on_device) {
    endpoints = calloc(settings.endpoints, sizeof(*endpoints));
    must(endpoints != NULL && settings.endpoints > 0);
    ends_up(&pair, (uint16_t)settings.buffers, true);
    if (settings.buckets != 0) {
        amp_rpmsg_set_buckets(&pair.device.link, calloc(settings.buckets, sizeof(void *)),
            (uint32_t)settings.buckets);
    }
    for (unsigned long i = 0; i < settings.endpoints; ++i) {
        must(amp_endpoint_create(
                 &pair.device.link, &endpoints[i], NULL, AMP_ADDR_ANY, HOST_ADDR, on_device)
            == 0);
    }
    must(amp_endpoint_create(
             &pair.host.link, &host_ept, NULL, HOST_ADDR, endpoints[0].addr, count_message)
        == 0);
}

static void set(const char *argument) {
    static const char *const names[] = {"size=", "count=", "buffers=", "endpoints=", "buckets="};
    unsigned long *const values[] = {
        &settings.size, &settings.count, &settings.buffers, &settings.endpoints, &settings.buckets};
    for (int i = 0; i < 5; ++i) {
        if (strncmp(argument, names[i], strlen(names[i])) == 0) {
            *values[i] = strtoul(argument + strlen(names[i]), NULL, 0);
            return;
        }
    }
    fprintf(stderr, "cost: what is %s?\n", argument);
    exit(2);
}

int main(int argc, char **argv) {
    static unsigned char payload[496];
    const char *mode = argc > 1 ? argv[1] : "";
    for (int i = 2; i < argc; ++i) {
        set(argv[i]);
    }
    must(settings.size <= sizeof(payload));
    memset(payload, 0x5A, sizeof(payload));
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); ++i) {
        if (strcmp(modes[i].name, mode) == 0) {
            make_link(modes[i].on_device);
            modes[i].work(payload, settings.size, settings.buffers);
            received = 0;
            CALLGRIND_ZERO_STATS;
            unsigned long done = modes[i].work(payload, settings.size, settings.count);
            must(received == done);
            printf("measured %lu\n", done);
            return 0;
        }
    }
    fprintf(stderr, "cost: what is %s?\n", mode);
    return 2;
}
