/*
 * What a round trip of 16 bytes costs on sim when more remote cores run: for
 * 1 to 16 of them one line "REMOTES one|all NANOSECONDS", the median.
 *
 *   one   only the last of them is talked to, the others sleep
 *   all   each gets a message, then all answers are taken; per round trip
 *
 * The host polls those links only whose doorbell rang.  Everything is on one
 * processor: what is seen is the work, and not which processor was idle.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "bench/processors.h"
#include "sim_board.h"
#include "tests/clock.h"

enum { REMOTES = 16, SAMPLES = 2000 };

struct remote {
    struct amp_rpmsg link;
    struct amp_rproc rproc;
    struct amp_endpoint ept;
    volatile bool rang;
};

static struct remote remotes[REMOTES];
static unsigned echoes;
static uint64_t samples[SAMPLES];

static void die(const char *what) {
    fprintf(stderr, "remotes: %s\n", what);
    exit(1);
}

static void on_doorbell(void *arg) {
    ((struct remote *)arg)->rang = true;
}

static void received(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)ept;
    (void)src;
    (void)data;
    echoes += len == 16;
}

static int read_image(void *ctx, uint64_t offset, void *buffer, size_t len) {
    memcpy(buffer, (const uint8_t *)ctx + offset, len);
    return 0;
}

// Poll what rang; sleep if nothing did.
static void serve(unsigned count) {
    bool polled = false;
    for (unsigned i = 0; i < count; i++) {
        if (remotes[i].rang) {
            remotes[i].rang = false;
            polled = true;
            if (amp_rproc_poll(&remotes[i].rproc) < 0) {
                die(remotes[i].rproc.reason);
            }
        }
    }
    if (!polled) {
        amp_platform_wait(-1);
    }
}

static void start(unsigned index, struct amp_image *image) {
    struct remote *remote = &remotes[index];
    struct amp_load_error error;
    const struct amp_port *port = amp_platform_port(index);
    if (port == NULL) {
        die("the board has too few cores");
    }
    port->ops->set_doorbell_cb(port->ctx, on_doorbell, remote);
    amp_rpmsg_init(&remote->link, AMP_HOST, port);
    amp_rproc_init(&remote->rproc, port, &remote->link);
    amp_endpoint_create(
        &remote->link, &remote->ept, "vuart-channel", AMP_ADDR_ANY, AMP_ADDR_ANY, received);
    if (amp_rproc_load(&remote->rproc, image, &error) != 0) {
        die(error.what);
    }
    if (amp_rproc_start(&remote->rproc) != 0) {
        die("a core does not start");
    }
    while (!amp_endpoint_is_ready(&remote->ept)) {
        serve(index + 1);
    }
}

// One message to each of the remotes from `first` to `count`, and back.
static void round_trips(unsigned first, unsigned count) {
    static const unsigned char message[16];
    echoes = 0;
    for (unsigned i = first; i < count; i++) {
        if (amp_endpoint_send(&remotes[i].ept, message, sizeof(message)) < 0) {
            die("a message is not sent");
        }
    }
    while (echoes < count - first) {
        serve(count);
    }
}

static void measure(const char *how, unsigned first, unsigned count) {
    for (unsigned i = 0; i < SAMPLES; i++) {
        uint64_t before = now_ns();
        round_trips(first, count);
        samples[i] = (now_ns() - before) / (count - first);
    }
    sort_times(samples, SAMPLES);
    printf("%u %s %llu\n", count, how, (unsigned long long)samples[SAMPLES / 2]);
}

int main(void) {
    size_t len;
    uint8_t *file = read_file(firmware_path("virtual_uart.elf"), &len);
    struct amp_image image = {.read = read_image, .ctx = file, .size = len};
    cpu_set_t set; // the cores inherit it
    CPU_ZERO(&set);
    CPU_SET((size_t)sched_getcpu(), &set);
    sched_setaffinity(0, sizeof(set), &set);
    for (unsigned count = 1; count <= REMOTES; count++) {
        start(count - 1, &image);
        if ((count & (count - 1)) == 0 || count == 12) {
            measure("one", count - 1, count);
            measure("all", 0, count);
        }
    }
    for (unsigned i = 0; i < REMOTES; i++) {
        amp_rproc_shutdown(&remotes[i].rproc);
    }
    return 0;
}
