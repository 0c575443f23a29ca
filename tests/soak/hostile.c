/*
 * Lives of a firmware that attacks its host from its own process at full speed
 * (tests/firmware/test_hostile.c), while the host works with it as with any other and
 * another core echoes: the host never crashes or hangs, what it hands to
 * callbacks lies inside this remote's buffers, the other core notices nothing,
 * and the next life is normal.  HOSTILE_LIVES: how many.
 */
#include "soak.h"

enum { EPTS = 6, KINDS = 10 };

static struct file hostile_image;
static struct file good_image;

static struct amp_endpoint control;
static struct amp_endpoint epts[EPTS];
static struct amp_endpoint *dying[64];
static char names[EPTS][16];
static struct amp_rx held;
static bool is_held;

static uint64_t messages;
static uint64_t services;
static uint64_t attacks_seen;
static uint64_t longest_poll_us;

// ---- The other core ----

static struct amp_rpmsg other_bus;
static struct amp_rproc other_rproc;
static struct amp_endpoint other_ept;
static uint32_t other_sent;
static uint32_t other_received;

static void other_echoed(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)ept;
    (void)src;
    uint32_t number = 0;
    CHECK(len == 4);
    memcpy(&number, data, 4);
    CHECK(number == other_received);
    other_received++;
}

static void other_begin(void) {
    const struct amp_port *port = amp_platform_port(1);
    struct amp_load_error error;
    struct amp_image image = {.read = read_image, .ctx = &good_image, .size = good_image.len};
    amp_rpmsg_init(&other_bus, AMP_HOST, port);
    amp_rproc_init(&other_rproc, port, &other_bus);
    CHECK(amp_endpoint_create(
              &other_bus, &other_ept, "vuart-channel", AMP_ADDR_ANY, AMP_ADDR_ANY, other_echoed)
        == 0);
    CHECK(amp_rproc_load(&other_rproc, &image, &error) == 0);
    CHECK(amp_rproc_start(&other_rproc) == 0);
}

static void other_step(void) {
    int taken = amp_rproc_poll(&other_rproc);
    CHECK(taken >= 0);
    if (amp_endpoint_is_ready(&other_ept) && other_sent - other_received < 20
        && amp_endpoint_send(&other_ept, &other_sent, 4) == 4) {
        other_sent++;
    }
}

// ---- The host's program ----

static void received(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)src;
    uint8_t *first = bus.rx.buffers;
    size_t size = (size_t)(bus.rx.mask + 1) * bus.rx.size;
    CHECK((uint8_t *)data >= first && len <= bus.rx.size - AMP_HEADER_SIZE);
    CHECK((uint8_t *)data + len <= first + size);
    static volatile uint8_t sink;
    for (size_t i = 0; i < len; i++) {
        sink = (uint8_t)(sink + ((volatile uint8_t *)data)[i]);
    }
    messages++;
    attacks_seen += ept == &control && len == 3;
    if (!is_held && rnd(16) == 0) {
        held.data = data;
        held.len = len;
        amp_rx_hold(&bus, &held);
        is_held = true;
    }
    if (rnd(4) == 0) {
        (void)amp_endpoint_send(ept, data, len);
    }
}

static void service(struct amp_rpmsg *link, uint32_t src, const char *name) {
    CHECK(strnlen(name, AMP_NAME_SIZE) < AMP_NAME_SIZE);
    services++;
    if (rnd(4) == 0) {
        (void)amp_rpmsg_send(link, 2000, src, name, strlen(name));
    }
}

static void released(struct amp_rpmsg *link, struct amp_endpoint *ept) {
    (void)link;
    for (size_t i = 0; i < sizeof(dying) / sizeof(dying[0]); i++) {
        if (dying[i] == ept) {
            dying[i] = NULL;
            free(ept);
            return;
        }
    }
    fail("an endpoint was released that is not dying");
}

static const struct amp_rpmsg_events events = {.service = service, .released = released};

// An endpoint that lives for a moment.
static void short_lived(void) {
    size_t slot = 0;
    while (slot < 64 && dying[slot] != NULL) {
        slot++;
    }
    struct amp_endpoint *ept = slot < 64 ? calloc(1, sizeof(*ept)) : NULL;
    if (ept == NULL) {
        return;
    }
    CHECK(amp_endpoint_create(&bus, ept, "a", AMP_ADDR_ANY, AMP_ADDR_ANY, received) == 0);
    dying[slot] = ept;
    if (amp_endpoint_destroy(ept) == 0) {
        dying[slot] = NULL;
        free(ept);
    }
}

static void act(void) {
    uint8_t data[512] = {0};
    struct amp_endpoint *ept = rnd(4) == 0 ? &control : &epts[rnd(EPTS)];
    char trace[256];
    switch (rnd(8)) {
        case 0:
            short_lived();
            break;
        case 1:
            (void)amp_rpmsg_send(&bus, 1024 + rnd(10), 1024 + rnd(10), data, rnd(400));
            break;
        case 2:
            (void)amp_rpmsg_want_room(&bus);
            (void)amp_rpmsg_peer_can_send(&bus);
            break;
        case 3:
            (void)amp_rproc_trace(&rproc, rnd(4096), trace, sizeof(trace));
            break;
        case 4:
            if (is_held) {
                amp_rx_release(&bus, &held);
                is_held = false;
            }
            break;
        default: {
            int result = amp_endpoint_send(ept, data, rnd(497));
            CHECK(result >= 0 || result == -AMP_EAGAIN || result == -AMP_ENOTCONN
                || result == -AMP_EPIPE || result == -AMP_EPROTO);
            break;
        }
    }
}

static void poll_once(void) {
    uint64_t before = now_us();
    int taken = amp_rproc_poll(&rproc);
    uint64_t took = now_us() - before;
    longest_poll_us = took > longest_poll_us ? took : longest_poll_us;
    CHECK(taken <= (int)amp_rpmsg_depth(&bus)); // a bounded number at a time
    CHECK(took < 5000000);
}

static struct {
    char text[64];
    unsigned count;
} reasons[64];

// How far the host's program came under each kind of attack.
static struct {
    uint64_t steps;
    uint64_t us;
} progress[KINDS];

static void count_reason(const char *text) {
    size_t i = 0;
    while (i < 63 && reasons[i].count != 0 && strcmp(reasons[i].text, text) != 0) {
        i++;
    }
    snprintf(reasons[i].text, sizeof(reasons[i].text), "%s", text);
    reasons[i].count++;
}

static void hostile_life(unsigned life) {
    char text[32];
    start(&hostile_image);
    POLL_UNTIL(amp_endpoint_is_ready(&control));
    CHECK(rproc.state == AMP_RPROC_RUNNING);
    snprintf(text, sizeof(text), "attack %u", rnd(1000000) * 10 + life % KINDS);
    CHECK(amp_endpoint_send(&control, text, strlen(text)) > 0);
    uint64_t end = now_us() + 4000 + rnd(16000);
    unsigned steps = 0;
    uint64_t begun = now_us();
    while (rproc.state == AMP_RPROC_RUNNING && (now_us() < end || steps < 100)) {
        poll_once();
        act();
        other_step();
        steps++;
        if (rnd(32) == 0) {
            (void)amp_platform_wait(1);
        }
    }
    progress[life % KINDS].steps += steps;
    progress[life % KINDS].us += now_us() - begun;
    if (rproc.state == AMP_RPROC_CRASHED) {
        CHECK(rproc.reason != NULL && rproc.reason[0] != '\0');
        CHECK(amp_endpoint_send(&control, "", 0) == -AMP_EPIPE);
        count_reason(rproc.reason);
    } else {
        count_reason("stopped by the host");
    }
    CHECK(amp_rproc_stop(&rproc) == 0);
    is_held = false; // it went with its life
}

// Service is normal: every message comes back.
static uint32_t good_received;
static void good_echoed(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)ept;
    (void)src;
    uint32_t number = 0;
    CHECK(len == 4);
    memcpy(&number, data, 4);
    CHECK(number == good_received);
    good_received++;
}

static void good_life(void) {
    struct amp_endpoint ept = {0};
    CHECK(amp_endpoint_create(&bus, &ept, "vuart-channel", AMP_ADDR_ANY, AMP_ADDR_ANY, good_echoed)
        == 0);
    start(&good_image);
    POLL_UNTIL(amp_endpoint_is_ready(&ept));
    good_received = 0;
    for (uint32_t i = 0; i < 100; i++) {
        CHECK(amp_endpoint_send(&ept, &i, 4) == 4);
        POLL_UNTIL(good_received == i + 1);
    }
    amp_endpoint_destroy(&ept);
    CHECK(amp_rproc_stop(&rproc) == 0);
    CHECK(ept.link == NULL);
}

int main(void) {
    unsigned lives = (unsigned)setting("HOSTILE_LIVES", 200);
    seed = setting("SOAK_SEED", 1);
    begin();
    read_firmware(&hostile_image, "test_hostile.elf");
    read_firmware(&good_image, "virtual_uart.elf");
    amp_rpmsg_set_events(&bus, &events);
    CHECK(amp_endpoint_create(&bus, &control, "test-hostile", AMP_ADDR_ANY, AMP_ADDR_ANY, received)
        == 0);
    for (unsigned i = 0; i < EPTS; i++) {
        snprintf(names[i], sizeof(names[i]), "h-%u", i);
        CHECK(amp_endpoint_create(&bus, &epts[i], names[i], AMP_ADDR_ANY, AMP_ADDR_ANY, received)
            == 0);
    }
    other_begin();
    uint64_t begun = now_us();
    for (unsigned life = 0; life < lives; life++) {
        hostile_life(life);
        if (life % KINDS == KINDS - 1) {
            good_life();
        }
    }
    uint32_t others = other_sent;
    uint64_t end = now_us() + BOUND_MS * 1000;
    while (other_received < others && now_us() < end) {
        other_step();
        (void)amp_platform_wait(10);
    }
    CHECK(other_received >= others && others > 0);
    CHECK(amp_rproc_shutdown(&other_rproc) == 0);
    printf("%u hostile lives in %.1f s: %llu messages and %llu services of theirs taken, "
           "%u violations, longest poll %.2f ms; the other core echoed %u messages\n",
        lives, (double)(now_us() - begun) / 1e6, (unsigned long long)messages,
        (unsigned long long)services, bus.stats.violations, (double)longest_poll_us / 1e3, others);
    for (size_t i = 0; i < 64 && reasons[i].count != 0; i++) {
        printf("  %6u %s\n", reasons[i].count, reasons[i].text);
    }
    printf("  steps of the host in a millisecond of each kind of attack:");
    for (unsigned i = 0; i < KINDS; i++) {
        printf(" %.0f", (double)progress[i].steps / ((double)progress[i].us / 1e3 + 1e-9));
    }
    printf("\n");
    return 0;
}
