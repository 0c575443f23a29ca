/*
 * Both sides of a link at full speed, each in its own thread over the same
 * memory, with real sleeping and real doorbells.  Under ThreadSanitizer it
 * shows that the acquire and release accesses of core/ order everything else;
 * without it, that no wake-up is lost.
 *
 * The doorbell orders nothing: relaxed atomics and a bare futex, which the
 * sanitizer does not know.  So what it finds ordered, the rings ordered.
 *
 * two_threads MESSAGES (each way): exit status 0, or 1 with a line that says what failed.
 */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "core/wire/virtq_layout.h"
#include "openamp/openamp.h"

enum { BUFFER = 64, DATA = 32, LOST_AFTER_S = 10, ALIGN = 64 };

// One side: a thread with its link.
struct side {
    struct amp_rpmsg link;
    struct amp_endpoint ept;
    struct amp_port port;
    struct amp_rpmsg_layout layout;
    struct side *other;
    const char *name;
    bool echoes; // answers in the callback, and sends nothing else
    uint32_t to_send;
    uint32_t to_receive;
    uint32_t sent;
    uint32_t received;
    uint32_t slept;
    _Atomic uint32_t bell; // 1: rang and nobody looked yet
};

static struct side host = {.name = "host"};
static struct side device = {.name = "device"};

__attribute__((noreturn)) static void die(const struct side *side, const char *what) {
    printf("FAILED: %s: %s after %u sent, %u received\n", side->name, what, side->sent,
        side->received);
    fflush(stdout);
    _exit(1);
}

// ---- The doorbell ----

static void kick(void *ctx, uint32_t notify_id) {
    struct side *to = ((struct side *)ctx)->other;
    (void)notify_id;
    // The contract of kick(): all stores made before the call are visible to
    // the other core when it is woken.  The rings must not lean on more.
    if (atomic_exchange_explicit(&to->bell, 1, memory_order_relaxed) == 0) {
        syscall(SYS_futex, &to->bell, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    }
}

static void sleep_for_bell(struct side *side) {
    const struct timespec limit = {.tv_sec = LOST_AFTER_S};
    ++side->slept;
    while (atomic_exchange_explicit(&side->bell, 0, memory_order_relaxed) == 0) {
        long result = syscall(SYS_futex, &side->bell, FUTEX_WAIT_PRIVATE, 0, &limit, NULL, 0);
        if (result != 0 && errno == ETIMEDOUT) {
            die(side, "a wake-up was lost");
        }
    }
}

static const struct amp_port_ops ops = {.kick = kick};

// ---- Messages: a number, and bytes that follow from it ----

static void fill(uint8_t *data, uint32_t number) {
    memcpy(data, &number, sizeof(number));
    memset(data + sizeof(number), (int)(number & 0xFF), DATA - sizeof(number));
}

static int send_next(struct side *side) {
    struct amp_tx tx;
    uint8_t data[DATA];
    // In place and by copy in turn.
    if (side->sent % 2 == 0) {
        int error = amp_tx_claim(&side->link, &tx);
        if (error != 0) {
            return error;
        }
        fill(tx.data, side->sent++);
        return amp_tx_commit(&side->link, &tx, side->ept.addr, side->ept.dest, DATA);
    }
    fill(data, side->sent);
    int result = amp_endpoint_send(&side->ept, data, DATA);
    side->sent += result == DATA;
    return result;
}

static void received(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    struct side *side = (struct side *)ept->link;
    uint8_t expected[DATA];
    fill(expected, side->received);
    if (src != ept->dest || len != DATA || memcmp(data, expected, DATA) != 0) {
        die(side, "a message came wrong");
    }
    ++side->received;
    // A callback that waits for room, as the binding's send() does.
    while (side->echoes && send_next(side) == -AMP_EAGAIN) {
        if (!amp_rpmsg_want_room(&side->link)) {
            sleep_for_bell(side);
        }
    }
}

static bool is_done(const struct side *side) {
    return side->sent == side->to_send && side->received == side->to_receive;
}

static void *run(void *arg) {
    struct side *side = arg;
    while (!is_done(side)) {
        int result = 0;
        while (!side->echoes && side->sent < side->to_send && result >= 0) {
            result = send_next(side);
        }
        int taken = amp_rpmsg_poll(&side->link);
        if (taken < 0 || (result < 0 && result != -AMP_EAGAIN)) {
            die(side, "the link went down");
        }
        bool room = result < 0 && amp_rpmsg_want_room(&side->link);
        if (taken == 0 && !room && !is_done(side)) {
            sleep_for_bell(side);
        }
    }
    return NULL;
}

// ---- One round: rings of `num`, one way of talking ----

static void prepare(struct side *side, enum amp_role role, struct side *other) {
    side->other = other;
    side->sent = side->received = side->slept = 0;
    atomic_store(&side->bell, 0);
    side->port = (struct amp_port){.ops = &ops, .ctx = side};
    amp_rpmsg_init(&side->link, role, &side->port);
}

static void meet(struct side *side, uint32_t addr, uint32_t dest) {
    if (amp_endpoint_create(&side->link, &side->ept, NULL, addr, dest, received) != 0) {
        die(side, "no endpoint");
    }
}

static void round_of(uint16_t num, bool echo, bool event_idx, uint32_t messages) {
    size_t ring = (virtq_size(num, ALIGN) + ALIGN - 1) / ALIGN * ALIGN;
    uint8_t *memory = aligned_alloc(ALIGN, 2 * ring + 2 * (size_t)num * BUFFER);
    struct amp_rpmsg_layout layout = {
        .buffers = memory + 2 * ring,
        .buffers_len = 2 * (size_t)num * BUFFER,
        .buffer_size = {BUFFER, BUFFER},
        .event_idx = event_idx,
    };
    for (int i = 0; i < 2; ++i) {
        layout.vring[i].va = memory + (size_t)i * ring;
        layout.vring[i].align = ALIGN;
        layout.vring[i].num = num;
    }
    prepare(&host, AMP_HOST, &device);
    prepare(&device, AMP_DEVICE, &host);
    if (amp_rpmsg_up(&host.link, &layout) != 0 || amp_rpmsg_up(&device.link, &layout) != 0) {
        die(&host, "the link did not come up");
    }
    meet(&host, 1024, 2048);
    meet(&device, 2048, 1024);
    host.to_send = host.to_receive = device.to_send = device.to_receive = messages;
    device.echoes = echo;
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, &device) != 0) {
        die(&device, "no thread");
    }
    run(&host);
    pthread_join(thread, NULL);
    printf("%3u buffers, %s, %s: %u messages each way, ", num, echo ? "echo" : "flood",
        event_idx ? "event indices" : "flags", messages);
    printf("host slept %u times and rang %u, device %u and %u\n", host.slept, host.link.stats.kicks,
        device.slept, device.link.stats.kicks);
    free(memory);
}

int main(int argc, char **argv) {
    uint32_t messages = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 0) : 200000;
    static const uint16_t nums[] = {2, 4, 64};
    for (unsigned i = 0; i < 12; ++i) {
        round_of(nums[i / 4], i & 1, i & 2, messages / 12);
    }
    return 0;
}
