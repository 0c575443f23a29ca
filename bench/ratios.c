/*
 * Ratios of times: what a message costs between two processes that run on two
 * processors, against the bare machine doing the least that could do.  Both are
 * measured by turns in one run, and the medians compared.
 *
 *   spinning round trip   both sides poll without pause; against one word that
 *                         goes there and back between two processors
 *   stream                messages of 496 bytes, as fast as they go, each side
 *                         polling when its doorbell rang; against memcpy() of as
 *                         many into a ring, and out of it
 *   futex_wake            how long a process that sleeps on a futex takes to
 *                         wake: what others are compared with
 *
 * The port is a memory that both processes have; its doorbell is a word, as the
 * register of a mailbox would be.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/processors.h"
#include "openamp/openamp.h"
#include "tests/clock.h"

enum {
    TURNS = 21, // how often each is measured, by turns
    ROUND_TRIPS = 20000,
    MESSAGES = 50000,
    WAKES = 200,
    SIZE = 496,
    BUFFERS = 64,
};

// A line of the cache for each word that one side writes.
struct word {
    _Alignas(128) uint32_t value;
};

struct shared {
    struct word ping, pong;
    struct word doorbell[2]; // of the host, of the device
    struct word done;
    struct word head, tail; // of the ring below
    uint64_t stamp;
    _Alignas(4096) unsigned char ring[BUFFERS][512];
    _Alignas(4096) unsigned char link[1 << 17];
};

static struct shared *shared;

// ---- The machine ----

static uint32_t look(const struct word *word) {
    return __atomic_load_n(&word->value, __ATOMIC_ACQUIRE);
}

static void put(struct word *word, uint32_t value) {
    __atomic_store_n(&word->value, value, __ATOMIC_RELEASE);
}

static void await(const struct word *word, uint32_t value) {
    while (look(word) != value) {
    }
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a;
    double y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *values, size_t count) {
    qsort(values, count, sizeof(values[0]), compare);
    return values[count / 2];
}

// Run `other` as another process on the other processor, and `own` here: the
// nanoseconds of `own`, which waits for all that the other has to do.
static double side_by_side(void (*other)(void), void (*own)(void)) {
    memset(shared, 0, offsetof(struct shared, ring));
    pin(0, processors[1]); // the other begins there, and not behind us
    pid_t pid = fork();
    if (pid == 0) {
        put(&shared->done, 1);
        other();
        _exit(0);
    }
    pin(0, processors[0]);
    await(&shared->done, 1);
    uint64_t before = now_ns();
    own();
    uint64_t after = now_ns();
    waitpid(pid, NULL, 0);
    return (double)(after - before);
}

// ---- One word there and back ----

static void word_other(void) {
    for (uint32_t i = 1; i <= ROUND_TRIPS; i++) {
        await(&shared->ping, i);
        put(&shared->pong, i);
    }
}

static void word_own(void) {
    for (uint32_t i = 1; i <= ROUND_TRIPS; i++) {
        put(&shared->ping, i);
        await(&shared->pong, i);
    }
}

// ---- memcpy() through a ring ----

static unsigned char source[SIZE];
static unsigned char sink[SIZE];

static void *ring_consumer(void *unused) {
    (void)unused;
    put(&shared->done, 1);
    uint32_t seen = 0;
    for (uint32_t i = 0; i < MESSAGES; i++) {
        while (seen == i) {
            seen = look(&shared->head);
        }
        memcpy(sink, shared->ring[i % BUFFERS], SIZE);
        put(&shared->tail, i + 1);
    }
    return NULL;
}

static double ring_stream(void) {
    pthread_t thread;
    uint32_t seen = 0;
    memset(shared, 0, offsetof(struct shared, ring));
    pin(0, processors[1]);
    pthread_create(&thread, NULL, ring_consumer, NULL);
    pin(0, processors[0]);
    await(&shared->done, 1);
    uint64_t before = now_ns();
    for (uint32_t i = 0; i < MESSAGES; i++) {
        while (i - seen == BUFFERS) {
            seen = look(&shared->tail);
        }
        memcpy(shared->ring[i % BUFFERS], source, SIZE);
        put(&shared->head, i + 1);
    }
    await(&shared->tail, MESSAGES);
    uint64_t after = now_ns();
    pthread_join(thread, NULL);
    return (double)(after - before);
}

// ---- The link ----

static struct amp_rpmsg bus;
static enum amp_role own_role;
static struct amp_endpoint ept;
static uint32_t received;

static void kick(void *ctx, uint32_t notify_id) {
    (void)ctx;
    (void)notify_id;
    put(&shared->doorbell[own_role == AMP_HOST], 1); // the other one's
}

// Until our doorbell rings, or rang since the last call.
static void await_doorbell(void) {
    struct word *own = &shared->doorbell[own_role != AMP_HOST];
    await(own, 1);
    put(own, 0); // before the rings are looked at
}

static void *map(void *ctx, amp_da_t da, size_t len) {
    (void)ctx;
    return da <= sizeof(shared->link) && len <= sizeof(shared->link) - da ? shared->link + da
                                                                          : NULL;
}

static const struct amp_port_ops ops = {.kick = kick, .map = map};
static const struct amp_port port = {.ops = &ops, .buffer_size = {512, 512}};

static void must(bool holds) {
    if (!holds) {
        fprintf(stderr, "ratios: the link does not work\n");
        kill(0, SIGTERM);
    }
}

static void link_up(enum amp_role role, uint32_t addr, uint32_t dest, amp_endpoint_cb cb) {
    struct amp_rpmsg_layout layout = {
        .vring =
            {
                {.va = shared->link, .align = 64, .notify_id = 0, .num = BUFFERS},
                {.va = shared->link + 0x4000, .align = 64, .notify_id = 1, .num = BUFFERS},
            },
        .buffers = shared->link + (role == AMP_HOST ? 0x8000 : 0),
        .buffers_da = role == AMP_HOST ? 0x8000 : 0,
        .buffers_len = sizeof(shared->link),
        .buffer_size = {512, 512},
        .event_idx = true,
    };
    received = 0;
    own_role = role;
    amp_rpmsg_init(&bus, role, &port);
    must(amp_rpmsg_up(&bus, &layout) == 0);
    must(amp_endpoint_create(&bus, &ept, NULL, addr, dest, cb) == 0);
}

static void count_message(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)self, (void)src, (void)data, (void)len;
    received++;
}

static void take_out(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)self, (void)src;
    memcpy(sink, data, len);
    received++;
}

static void echo(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    must(amp_rpmsg_send(self->link, self->addr, src, data, len) == (int)len);
    received++;
}

static void device(amp_endpoint_cb cb, uint32_t count, bool spinning) {
    await(&shared->ping, 1); // the host has built the rings
    link_up(AMP_DEVICE, 200, 100, cb);
    put(&shared->pong, 1);
    while (received < count) {
        int taken = amp_rpmsg_poll(&bus);
        must(taken >= 0);
        if (!spinning && taken < BUFFERS && received < count) {
            await_doorbell();
        }
    }
    put(&shared->tail, 1);
}

static void host_up(void) {
    link_up(AMP_HOST, 100, 200, count_message);
    put(&shared->ping, 1);
    await(&shared->pong, 1);
}

static void link_trip_other(void) {
    device(echo, ROUND_TRIPS, true);
}

static void link_trip_own(void) {
    host_up();
    for (uint32_t i = 1; i <= ROUND_TRIPS; i++) {
        must(amp_endpoint_send(&ept, source, 16) == 16);
        while (received < i) {
            must(amp_rpmsg_poll(&bus) >= 0);
        }
    }
}

static void link_stream_other(void) {
    device(take_out, MESSAGES, false);
}

static void link_stream_own(void) {
    host_up();
    for (uint32_t i = 0; i < MESSAGES; i++) {
        while (amp_endpoint_send(&ept, source, SIZE) < 0) {
            if (!amp_rpmsg_want_room(&bus)) {
                await_doorbell();
            }
        }
    }
    await(&shared->tail, 1);
}

// ---- A process that sleeps ----

// Each time when the other has slept for a while, and surely sleeps.
static void wake_other(void) {
    for (uint32_t i = 1; i <= WAKES; i++) {
        const struct timespec later = {.tv_nsec = 2000000};
        await(&shared->pong, i - 1); // the last one has arrived
        nanosleep(&later, NULL);
        shared->stamp = now_ns();
        put(&shared->ping, i);
        syscall(SYS_futex, &shared->ping.value, FUTEX_WAKE, 1, NULL, NULL, 0);
    }
}

static double wakes[WAKES];

static void wake_own(void) {
    for (uint32_t i = 1; i <= WAKES; i++) {
        while (look(&shared->ping) != i) {
            syscall(SYS_futex, &shared->ping.value, FUTEX_WAIT, i - 1, NULL, NULL, 0);
        }
        wakes[i - 1] = (double)(now_ns() - shared->stamp);
        put(&shared->pong, i);
    }
}

// ---- All of it ----

int main(int argc, char **argv) {
    double word[TURNS], trip[TURNS], ring[TURNS], stream[TURNS];
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    find_processors();
    if (shared == MAP_FAILED || processors[1] < 0) {
        fprintf(stderr, "ratios: this takes two processors\n");
        return 1;
    }
    pin(0, processors[0]);
    if (argc > 1 && strcmp(argv[1], "futex_wake") == 0) {
        side_by_side(wake_other, wake_own);
        printf("%.0f\n", median(wakes, WAKES));
        return 0;
    }
    for (int i = 0; i < TURNS; i++) {
        word[i] = side_by_side(word_other, word_own) / ROUND_TRIPS;
        trip[i] = side_by_side(link_trip_other, link_trip_own) / ROUND_TRIPS;
        ring[i] = ring_stream() / MESSAGES;
        stream[i] = side_by_side(link_stream_other, link_stream_own) / MESSAGES;
    }
    // What was measured one after the other is compared: what disturbs one may disturb both.
    double to_word[TURNS], to_ring[TURNS];
    for (int i = 0; i < TURNS; i++) {
        to_word[i] = trip[i] / word[i];
        to_ring[i] = ring[i] / stream[i];
    }
    printf("BENCH word_round_trip_ns %.0f\n", median(word, TURNS));
    printf("BENCH spinning_round_trip_ns %.0f\n", median(trip, TURNS));
    printf("BENCH ratio_spinning_round_trip_to_word %.2f\n", median(to_word, TURNS));
    printf("BENCH ring_memcpy_496B_ns %.0f\n", median(ring, TURNS));
    printf("BENCH stream_496B_ns %.0f\n", median(stream, TURNS));
    printf("BENCH ratio_stream_496B_speed_to_ring_memcpy %.2f\n", median(to_ring, TURNS));
    return 0;
}
