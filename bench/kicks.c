/*
 * How many doorbells a message costs, and that none of the others was needed.
 *
 * Each end works until there is nothing to do for it, and then sleeps until
 * its doorbell rang: nothing else wakes it.  If both sleep with work left, a
 * wake-up was lost, and the program fails.
 *
 *   kicks          a stream with each end working as long as it can, then
 *                  traffic both ways in many random orders of small steps
 *   kicks lose     the same with one doorbell of 500 lost: this must fail
 */
#include <stdio.h>
#include <string.h>

#include "ends.h"

enum { ORDERS = 300, MESSAGES = 2000, BUFFERS = 64 };

struct worker {
    struct pair_side *end;
    struct amp_endpoint ept;
    unsigned to_send;
    unsigned sent;
    unsigned received;
    unsigned expected;
    bool asleep;
};

static struct pair pair;
static struct worker host;
static struct worker device;
static bool lose;
static unsigned rung;
static uint32_t seed;

static uint32_t random_below(uint32_t limit) {
    seed = seed * 1664525 + 1013904223;
    return (seed >> 16) % limit;
}

// In order, each exactly once.
static void receive(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    struct worker *worker = ept == &host.ept ? &host : &device;
    unsigned number;
    (void)src;
    must(len == 16);
    memcpy(&number, data, sizeof(number));
    must(number == worker->received);
    ++worker->received;
}

static bool send_one(struct worker *worker) {
    unsigned message[4] = {worker->sent};
    if (worker->sent == worker->to_send
        || amp_endpoint_send(&worker->ept, message, sizeof(message)) < 0) {
        return false;
    }
    ++worker->sent;
    return true;
}

// Send and take no more than so many messages.  False: there is nothing to do but to sleep.
static bool work(struct worker *worker, unsigned most) {
    unsigned count = 0;
    while (count < most && send_one(worker)) {
        ++count;
    }
    int taken = amp_rpmsg_poll_some(&worker->end->link, most);
    must(taken >= 0);
    return count == most || (unsigned)taken == most
        || (worker->sent < worker->to_send && amp_rpmsg_want_room(&worker->end->link));
}

// One step of one end.  False: it sleeps.
static bool step(struct worker *worker, unsigned most) {
    if (worker->end->doorbell) {
        worker->end->doorbell = false; // before it looks at the rings
        worker->asleep = lose && ++rung % 500 == 0 && worker->asleep;
    }
    if (!worker->asleep) {
        worker->asleep = !work(worker, most);
    }
    return !worker->asleep;
}

static bool is_finished(const struct worker *worker) {
    return worker->sent == worker->to_send && worker->received == worker->expected;
}

static void begin(bool event_idx, unsigned from_host, unsigned from_device) {
    ends_up(&pair, BUFFERS, event_idx);
    host = (struct worker){.end = &pair.host, .to_send = from_host, .expected = from_device};
    device = (struct worker){.end = &pair.device, .to_send = from_device, .expected = from_host};
    must(amp_endpoint_create(&pair.host.link, &host.ept, NULL, 100, 200, receive) == 0);
    must(amp_endpoint_create(&pair.device.link, &device.ept, NULL, 200, 100, receive) == 0);
}

// Have both work until all is done.  False: a wake-up was lost.
static bool run(bool at_random) {
    while (!is_finished(&host) || !is_finished(&device)) {
        if (host.asleep && device.asleep && !pair.host.doorbell && !pair.device.doorbell) {
            return false;
        }
        if (at_random) {
            step(random_below(2) ? &host : &device, 1 + random_below(random_below(BUFFERS) + 1));
        } else {
            while (step(&host, BUFFERS)) {
            }
            while (step(&device, BUFFERS)) {
            }
        }
    }
    return true;
}

static bool stream(bool event_idx) {
    begin(event_idx, 1000 * BUFFERS, 0);
    if (!run(false)) {
        return false;
    }
    unsigned kicks = pair.host.link.stats.kicks + pair.device.link.stats.kicks;
    printf("BENCH kicks_per_streamed_message%s %.4f\n", event_idx ? "" : "_by_flags",
        (double)kicks / (1000 * BUFFERS));
    return true;
}

static bool orders(bool event_idx) {
    for (uint32_t order = 1; order <= ORDERS; ++order) {
        seed = order;
        begin(event_idx, MESSAGES, random_below(MESSAGES));
        if (!run(true)) {
            fprintf(stderr, "a wake-up was lost: order %u\n", order);
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv) {
    lose = argc > 1 && strcmp(argv[1], "lose") == 0;
    bool woken = stream(true) && stream(false) && orders(true) && orders(false);
    if (!woken) {
        fprintf(stderr, "kicks: both ends sleep, and there is work left\n");
    }
    return woken ? 0 : 1;
}
