/*
 * The rings and buffers: the input is a story of what both sides do.  One side,
 * "ours", is under test in the role that the input chooses; the other side,
 * "theirs", speaks honestly through a link of its own and at any time, also
 * from inside our callbacks, writes whatever it likes wherever it likes.
 *
 * What must hold: our side writes only what is its own to write, takes no more
 * messages than it was asked to, hands out no pointer outside of the buffers,
 * keeps its books, and says so when it gives up; then it touches nothing.
 */
#include "rx_books.h"
#include "tests/peer/attacker.h"

// ---- What theirs does to the memory ----

static struct attacker attacker;

static uint32_t choose(uint32_t n) {
    uint32_t number = n == 0 || n > 0x10000 ? input_32(&in)
        : n > 256                           ? input_16(&in)
                                            : input_8(&in);
    return n == 0 ? number : number % n;
}

static uint32_t some_address(void) {
    return 1024 + input_8(&in) % ENDPOINTS;
}

static void forge(void) {
    attacker_act(&attacker);
}

// Theirs speaks through its link; what that changes is its own doing.
static void speak(void) {
    static const uint8_t text[64] = "theirs";
    uint8_t what = input_8(&in);
    if (what & 1) {
        uint32_t dst = what & 2 ? 1024 + (what >> 2) % ENDPOINTS : what;
        (void)amp_rpmsg_send(&theirs->link, what, dst, text, input_8(&in) % sizeof(text));
    } else {
        (void)amp_rpmsg_poll(&theirs->link);
    }
    attacker_follow(&attacker);
    snapshot();
}

// ---- What ours does ----

static const char *const names[] = {"a", "bb", "a", "32 bytes without an end........"};

static void act(void);

static void received(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    uint8_t sum = 0;
    (void)src;
    ++callbacks;
    CHECK(ept >= endpoints && ept < endpoints + ENDPOINTS && ept->link == &ours->link);
    check_inside(data, len);
    for (size_t i = 0; i < len; ++i) {
        sum = (uint8_t)(sum + ((uint8_t *)data)[i]);
    }
    __asm__ volatile("" : : "r"(sum)); // read, whatever the compiler thinks
    uint8_t what = input_8(&in);
    uint32_t generation = ours->link.generation;
    if (depth == 0 && what & 1) {
        ++depth;
        for (unsigned steps = 1 + (what >> 6); steps > 0; --steps) {
            what & 2 ? forge() : act();
        }
        --depth;
    }
    unsigned slot = what >> 3 & 7;
    if (slot < HELD && !is_held[slot]) {
        is_held[slot] = true;
        held[slot] = (struct amp_rx){.data = data, .len = len};
        amp_rx_hold(&ours->link, &held[slot]);
        held_in[slot] = generation;
        CHECK((held[slot].token.desc_state != NULL) == (ours->link.generation == generation));
    }
}

static void announced(struct amp_rpmsg *link, uint32_t src, const char *name) {
    (void)src;
    CHECK(link == &ours->link && name[0] != '\0' && strlen(name) < AMP_NAME_SIZE);
}
static void released(struct amp_rpmsg *link, struct amp_endpoint *ept) {
    CHECK(link == &ours->link && ept->link == NULL);
}
static const struct amp_rpmsg_events events = {.service = announced, .released = released};

// Does the receive ring's index say more than there can be?
static bool index_lies(void) {
    const struct amp_virtq *rx = &ours->link.rx;
    if (host) {
        return (uint16_t)(pair_used(&pair, 0)->idx - rx->next_consume) > with_device(rx);
    }
    // A used ring that was full at the start is of buffers that the host has.
    uint32_t returned = rx->next_publish + rx->peer_initial - amp_virtq_num(rx);
    return (uint16_t)(pair_avail(&pair, 1)->idx - returned) > amp_virtq_num(rx);
}

static void poll_ours(void) {
    struct amp_rpmsg *link = &ours->link;
    uint8_t max = input_8(&in);
    unsigned limit = max == 1 ? 1 : max & 1 ? max >> 1 : amp_rpmsg_depth(link);
    const struct amp_rpmsg before = *link;
    unsigned outer = callbacks;
    bool idle = !amp_rpmsg_is_up(link) || amp_rpmsg_is_polling(link);
    bool lie = !idle && index_lies();
    callbacks = 0;
    snapshot();
    int result = max & 1 ? amp_rpmsg_poll_some(link, limit) : amp_rpmsg_poll(link);
    CHECK(callbacks <= limit && result <= (int)limit);
    CHECK(!idle || (result == 0 && callbacks == 0));
    CHECK(result >= 0 || result == -AMP_EPROTO);
    CHECK(!lie || (result == -AMP_EPROTO && callbacks == 0));
    uint32_t taken =
        link->stats.received - before.stats.received + link->stats.dropped - before.stats.dropped;
    CHECK(taken + link->stats.malformed - before.stats.malformed <= limit);
    // A doorbell for the poll, and for each message at most as many as were sent
    // in its callback: one for the message, one for the buffers given back.
    CHECK(link->stats.kicks - before.stats.kicks
        <= 1 + ENDPOINTS + 8 * callbacks + 2 * (link->stats.sent - before.stats.sent));
    callbacks = outer;
    if (idle) {
        check_untouched();
    }
    check_result(result, &before);
}

// A device that sent wrote nothing but the buffer that the host described.
static void check_sent_by_device(void) {
    const struct virtq_used *used = pair_used(&pair, 0);
    uint32_t id = used->ring[(uint16_t)(used->idx - 1) & (pair.shape.num[0] - 1)].id;
    const struct virtq_desc *desc = &pair_desc(&pair, 0)[id];
    size_t from = (size_t)(desc->addr - pair_da(&pair, area[2].va));
    CHECK(from + desc->len <= area[2].len);
    CHECK(same(2, 0, from) && same(2, from + desc->len, area[2].len));
}

static void send_ours(void) {
    static const uint8_t text[MAX_SHARED] = "ours";
    struct amp_endpoint *ept = &endpoints[input_8(&in) % ENDPOINTS];
    const struct amp_rpmsg before = ours->link;
    bool up = amp_rpmsg_is_up(&ours->link);
    size_t len = input_16(&in) % (amp_rpmsg_mtu(&ours->link) + 8);
    snapshot();
    int result = amp_endpoint_send(ept, text, len);
    CHECK(result == (int)len || result < 0);
    CHECK(ours->link.stats.sent - before.stats.sent == (result >= 0));
    CHECK(up || result < 0);
    if (!host && result >= 0) {
        check_sent_by_device();
    }
    check_result(result, &before);
}

static void claim_ours(void) {
    unsigned i = input_8(&in) % CLAIMS;
    const struct amp_rpmsg before = ours->link;
    if (claimed[i]) {
        size_t len = input_16(&in);
        claimed[i] = false;
        if (len & 1) {
            amp_tx_cancel(&ours->link, &claims[i]);
        } else {
            len = len % (claims[i].size + 1);
            CHECK(amp_tx_commit(&ours->link, &claims[i], 1, 2, len) == (int)len);
        }
        return;
    }
    if (stale[i]) {
        stale[i] = false;
        CHECK(amp_tx_commit(&ours->link, &claims[i], 1, 2, 0) == -AMP_EPIPE);
        amp_tx_cancel(&ours->link, &claims[i]);
    }
    int result = amp_tx_claim(&ours->link, &claims[i]);
    check_result(result, &before);
    if (result == 0) {
        check_inside(claims[i].data, claims[i].size);
        // A hostile host may describe one buffer twice.
        for (unsigned j = 0; j < CLAIMS && host; ++j) {
            CHECK(!claimed[j] || claims[j].data != claims[i].data);
        }
        claimed[i] = true;
        memset(claims[i].data, 0xC1, claims[i].size);
    }
}

static void change_endpoint(void) {
    uint8_t what = input_8(&in);
    struct amp_endpoint *ept = &endpoints[what % ENDPOINTS];
    const struct amp_rpmsg before = ours->link;
    if (ept->link == NULL) {
        int result =
            amp_endpoint_create(&ours->link, ept, what & 4 ? names[what % ENDPOINTS] : NULL,
                1024 + what % ENDPOINTS, what & 8 ? AMP_ADDR_ANY : 7, what & 16 ? NULL : received);
        CHECK(result == 0);
    } else if (what & 32) {
        amp_endpoint_abandon(ept);
    } else {
        int result = amp_endpoint_destroy(ept);
        CHECK(result == 0 ? ept->link == NULL : result == -AMP_EAGAIN);
    }
    check_result(0, &before);
}

// Give back a message that was kept, maybe in a life that has ended.
static void release(void) {
    unsigned i = input_8(&in) % HELD;
    if (is_held[i]) {
        struct amp_rx copy = held[i];
        is_held[i] = false;
        amp_rx_release(&ours->link, &held[i]);
        if (depth == 0) {
            if (held_in[i] != ours->link.generation) {
                check_untouched();
            }
            snapshot();
            amp_rx_release(&ours->link, &held[i]); // used up: nothing happens
            amp_rx_release(&ours->link, &copy);
            check_untouched();
        }
    }
}

static void want_room(void) {
    bool up = amp_rpmsg_is_up(&ours->link);
    bool room = amp_rpmsg_want_room(&ours->link);
    CHECK(up || !room);
    (void)amp_rpmsg_peer_can_send(&ours->link);
}

// A new life for both, the host first.  It may begin with forged rings.
static void restart(void) {
    amp_rpmsg_down(&theirs->link);
    amp_rpmsg_down(&ours->link);
    forget_claims();
    if (host) {
        CHECK(amp_rpmsg_up(&ours->link, &ours->layout) == 0);
        (void)amp_rpmsg_up(&theirs->link, &theirs->layout);
        attacker_begin(&attacker);
    } else {
        CHECK(amp_rpmsg_up(&theirs->link, &theirs->layout) == 0);
        attacker_begin(&attacker);
        if (input_8(&in) & 1) {
            forge();
        }
        int result = amp_rpmsg_up(&ours->link, &ours->layout);
        CHECK(result == 0 || (result == -AMP_EPROTO && !amp_rpmsg_is_up(&ours->link)));
    }
    snapshot();
}

static void act(void) {
    static void (*const acts[])(void) = {poll_ours, send_ours, claim_ours, change_endpoint,
        want_room, release, forge, speak, poll_ours, send_ours, claim_ours, forge, forge, forge,
        speak, restart};
    uint8_t what = input_8(&in);
    if (what % 16 == 15 && amp_rpmsg_is_up(&ours->link) && what < 192) {
        what = 0; // most lives are more than a few steps long
    }
    acts[what % 16]();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    in = (struct input){data, size};
    uint8_t how = input_8(&in);
    uint8_t shape = input_8(&in);
    static const uint32_t sizes[] = {64, 20, 72, 512};
    host = how & 1;
    pair_init(&pair,
        (struct pair_shape){
            .num = {(uint16_t)(1 << (shape & 3)), (uint16_t)(1 << (shape >> 2 & 3))},
            .buffer_size = sizes[shape >> 4 & 3],
            .buffer_size_1 = sizes[(shape ^ how) >> 4 & 3],
            .align = shape & 64 ? 4 : 16,
            .no_name_service = how & 2,
            .ask_port = how & 4,
            .event_idx = how & 8,
        });
    attacker = (struct attacker){
        .is_device = host, .choose = choose, .address = some_address, .write = scribble};
    pair_attacked(&pair, &attacker);
    area[0].va = pair.ring[0];
    area[0].len = pair.ring_len[0];
    area[1].va = pair.ring[1];
    area[1].len = pair.ring_len[1];
    area[2].va = pair.buffers;
    area[2].len = pair.buffers_len;
    ours = host ? &pair.host : &pair.device;
    theirs = ours->other;
    memset(endpoints, 0, sizeof(endpoints));
    forget_claims();
    memset(stale, 0, sizeof(stale));
    memset(is_held, 0, sizeof(is_held));
    depth = 0;
    amp_rpmsg_set_events(&ours->link, &events);
    for (unsigned i = 0; i < 2; ++i) {
        CHECK(amp_endpoint_create(&ours->link, &endpoints[i], i == 0 ? NULL : names[0], 1024 + i,
                  i == 0 ? 5 : AMP_ADDR_ANY, received)
            == 0);
    }
    restart();
    for (unsigned step = 0; in.left != 0 && step < MAX_STEPS; ++step) {
        snapshot();
        bool up = amp_rpmsg_is_up(&ours->link);
        act();
        check_books();
        if (up && amp_rpmsg_is_up(&ours->link)) {
            check_writes();
        } else if (!up && !amp_rpmsg_is_up(&ours->link)) {
            check_untouched();
        }
    }
    pair_down(&pair);
    check_books();
    pair_free(&pair);
    return 0;
}
