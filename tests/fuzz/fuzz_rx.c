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
#include "fuzz.h"
#include "core/link.h"
#include "pair.h"

enum { MAX_SHARED = 16384, CLAIMS = 4, ENDPOINTS = 4, MAX_STEPS = 400, HELD = 4 };

static struct pair pair;
static struct pair_side *ours;
static struct pair_side *theirs;
static struct input in;
static bool host; // ours is the host

// ---- Shared memory, and who wrote it ----

static struct {
    uint8_t *va;
    size_t len;
    uint8_t before[MAX_SHARED];
} area[3]; // ring 0, ring 1, buffers

static void snapshot(void) {
    for (int i = 0; i < 3; ++i) {
        memcpy(area[i].before, area[i].va, area[i].len);
    }
}

// Theirs writes: not a change that our side is to blame for.
static void scribble(void *va, const void *bytes, size_t len) {
    memcpy(va, bytes, len);
    for (int i = 0; i < 3; ++i) {
        if ((uint8_t *)va >= area[i].va && (uint8_t *)va < area[i].va + area[i].len) {
            memcpy(area[i].before + ((uint8_t *)va - area[i].va), bytes, len);
        }
    }
}

static bool same(int i, size_t from, size_t to) {
    return memcmp(area[i].before + from, area[i].va + from, to - from) == 0;
}

// Our side wrote nothing but its own since the snapshot.
static void check_writes(void) {
    uint32_t received = (uint32_t)pair.shape.num[0] * pair.shape.buffer_size;
    for (int i = 0; i < 2; ++i) {
        size_t used = virtq_used_offset(pair.shape.num[i], pair.shape.align);
        if (host) {
            CHECK(same(i, used, area[i].len));
        } else {
            CHECK(same(i, 0, used));
        }
    }
    if (host) {
        CHECK(same(2, 0, received)); // what it receives it does not write
        CHECK(same(0, 0, 16u * pair.shape.num[0])); // those descriptors are for ever
    }
}

static void check_untouched(void) {
    CHECK(same(0, 0, area[0].len) && same(1, 0, area[1].len) && same(2, 0, area[2].len));
}

// ---- Our side's books ----

static struct amp_endpoint endpoints[ENDPOINTS];
static struct amp_tx claims[CLAIMS];
static bool claimed[CLAIMS];
static bool stale[CLAIMS]; // claimed in a life that has ended
static unsigned callbacks; // of this poll
static unsigned depth;

static unsigned with_device(const struct amp_virtq *vq) {
    return host ? vq->given - vq->next : amp_virtq_num(vq) - amp_virtq_theirs(vq);
}

static unsigned count_kept(const struct amp_virtq *vq, uint8_t why) {
    unsigned count = 0;
    for (uint32_t id = 0; id <= vq->mask; ++id) {
        count += vq->kept[id] == why;
    }
    return count;
}

// Messages that are kept, of this session.
static struct amp_rx held[HELD];
static bool is_held[HELD];
static unsigned count_held(void) {
    unsigned count = 0;
    for (unsigned i = 0; i < HELD; ++i) {
        count += is_held[i] && held[i].token.generation == ours->link.generation;
    }
    return count;
}
static unsigned count_claimed(void) {
    unsigned count = 0;
    for (unsigned i = 0; i < CLAIMS; ++i) {
        count += claimed[i];
    }
    return count;
}

// Outside of callbacks, where every buffer is in one place.
static void check_books(void) {
    const struct amp_rpmsg *link = &ours->link;
    if (!amp_rpmsg_is_up(link)) {
        CHECK(amp_rpmsg_mtu(link) == 0 && pair_services_of(link) == 0
            && (link->state & ~LINK_HOST) == 0);
        return;
    }
    CHECK(link->violation == NULL && !amp_rpmsg_is_polling(link));
    CHECK((link->state & (LINK_ENDED | LINK_HELD)) == 0);
    CHECK(pair_services_of(link) <= AMP_CONFIG_MAX_SERVICES);
    // With the driver's device; or here, with the device.
    unsigned with_rx = with_device(&link->rx);
    unsigned with_tx = with_device(&link->tx);
    unsigned rx_kept = count_kept(&link->rx, AMP_KEPT_IN_USE);
    unsigned tx_free = count_kept(&link->tx, AMP_KEPT_FREE);
    unsigned tx_in_use = count_kept(&link->tx, AMP_KEPT_IN_USE);
    if (host) {
        CHECK(rx_kept == count_held() && count_kept(&link->rx, AMP_KEPT_FREE) == 0);
        CHECK(!AMP_SHORT_CUTS || rx_kept == link->rx.kept_count);
        CHECK(with_rx + rx_kept == amp_virtq_num(&link->rx));
        CHECK(tx_in_use == count_claimed());
        CHECK(!AMP_SHORT_CUTS || tx_free + tx_in_use == link->tx.kept_count);
        CHECK(with_tx + tx_free + tx_in_use + link->tx_listed == amp_virtq_num(&link->tx));
    } else {
        CHECK(with_rx <= amp_virtq_num(&link->rx) && with_tx <= amp_virtq_num(&link->tx));
        // A hostile host can have had one descriptor kept or listed twice.
        CHECK(rx_kept <= count_held() && count_held() <= with_rx);
        CHECK(tx_in_use == count_claimed());
        CHECK(count_claimed() + tx_free + link->tx_listed <= with_tx);
    }
}

static void forget_claims(void) {
    for (unsigned i = 0; i < CLAIMS; ++i) {
        stale[i] |= claimed[i];
        claimed[i] = false;
    }
}

// Did the link go down, and did it say why?
static void check_result(int result, const struct amp_rpmsg *before) {
    const struct amp_rpmsg *link = &ours->link;
    uint32_t violations = link->stats.violations - before->stats.violations;
    // Each ends a life.
    CHECK(violations <= link->generation - before->generation);
    CHECK(result != -AMP_EPROTO || (violations != 0 && link->violation != NULL));
    if (!amp_rpmsg_is_up(link)) {
        forget_claims();
    }
}

static void check_inside(const void *data, size_t len) {
    const uint8_t *first = (const uint8_t *)data - AMP_HEADER_SIZE;
    size_t offset = (size_t)(first - area[2].va);
    CHECK(first >= area[2].va && offset % 4 == 0 && offset + AMP_HEADER_SIZE + len <= area[2].len);
    if (host) {
        size_t received = (size_t)pair.shape.num[0] * pair.shape.buffer_size;
        bool sent = offset >= received;
        uint32_t buffer_size = sent ? pair.shape.buffer_size_1 : pair.shape.buffer_size;
        CHECK((sent ? offset - received : offset) % buffer_size == 0);
        CHECK(len + AMP_HEADER_SIZE <= buffer_size);
    }
}

// ---- What theirs does to the memory ----

static void forge_bytes(void) {
    uint8_t bytes[8];
    int i = input_8(&in) % 3;
    size_t offset = input_16(&in) % area[i].len;
    size_t len = 1 + input_8(&in) % sizeof(bytes);
    for (size_t j = 0; j < sizeof(bytes); ++j) {
        bytes[j] = j < len ? input_8(&in) : 0;
    }
    scribble(area[i].va + offset, bytes, len < area[i].len - offset ? len : area[i].len - offset);
}

static void forge_index(void) {
    uint8_t what = input_8(&in);
    uint16_t *idx = what & 2 ? &pair_used(&pair, what & 1)->idx : &pair_avail(&pair, what & 1)->idx;
    uint16_t value = (uint16_t)(*idx + (int8_t)input_8(&in));
    scribble(idx, &value, sizeof(value));
}

// The element that our side reads next, or one near it.
static void forge_element(void) {
    uint8_t what = input_8(&in);
    int ring = what & 1;
    uint32_t slot = (what >> 2) % pair.shape.num[ring];
    uint32_t id = input_8(&in);
    if (host) {
        struct virtq_used_elem elem = {.id = id == 255 ? input_32(&in) : id, .len = input_16(&in)};
        scribble(&pair_used(&pair, ring)->ring[slot], &elem, sizeof(elem));
    } else {
        uint16_t short_id = (uint16_t)(id == 255 ? input_16(&in) : id);
        scribble(&pair_avail(&pair, ring)->ring[slot], &short_id, sizeof(short_id));
    }
}

static void forge_descriptor(void) {
    uint8_t what = input_8(&in);
    int ring = what & 1;
    struct virtq_desc *desc = &pair_desc(&pair, ring)[(what >> 3) % pair.shape.num[ring]];
    struct virtq_desc value = *desc;
    if (what & 2) {
        value.addr += (uint64_t)(int64_t)(int16_t)input_16(&in);
    } else if (what & 4) {
        uint8_t how = input_8(&in) % 4;
        value.len = how == 0 ? input_32(&in) : how == 1 ? input_16(&in) : input_8(&in) % 80u;
    } else {
        value.flags = input_16(&in);
    }
    scribble(desc, &value, sizeof(value));
}

static const char *const names[] = {"a", "bb", "a", "32 bytes without an end........"};

// A message, whole, in the buffer of some id; for the name service now and then.
static void forge_message(void) {
    uint8_t what = input_8(&in);
    int ring = host ? 0 : 1;
    uint32_t id = (what >> 2) % pair.shape.num[ring];
    struct rpmsg_hdr hdr = {.src = input_8(&in), .len = input_8(&in)};
    hdr.dst = 1024 + input_8(&in) % ENDPOINTS;
    uint8_t *message = (uint8_t *)pair_message(&pair, ring, id);
    uint32_t size = ring == 0 ? pair.shape.buffer_size : pair.shape.buffer_size_1;
    if (what & 1 && size >= AMP_HEADER_SIZE + sizeof(struct rpmsg_ns_msg)) {
        struct rpmsg_ns_msg msg = {.addr = input_8(&in), .flags = input_8(&in) & 1};
        memcpy(msg.name, names[hdr.src % 4], strlen(names[hdr.src % 4]));
        hdr.dst = RPMSG_NS_ADDR;
        hdr.len = sizeof(msg);
        scribble(message + AMP_HEADER_SIZE, &msg, sizeof(msg));
    }
    if (what & 2) {
        hdr.len = input_16(&in);
    }
    scribble(message, &hdr, sizeof(hdr));
}

// It gives a forged buffer as the protocol has it, so that our side takes it.
static void forge_gift(void) {
    uint8_t id = input_8(&in);
    int ring = host ? 0 : 1;
    if (host) {
        struct virtq_used *used = pair_used(&pair, ring);
        struct virtq_used_elem elem = {.id = id, .len = input_16(&in)};
        uint16_t idx = (uint16_t)(used->idx + 1);
        scribble(&used->ring[used->idx & (pair.shape.num[ring] - 1)], &elem, sizeof(elem));
        scribble(&used->idx, &idx, sizeof(idx));
    } else {
        struct virtq_avail *avail = pair_avail(&pair, ring);
        uint16_t element = id;
        uint16_t idx = (uint16_t)(avail->idx + 1);
        scribble(&avail->ring[avail->idx & (pair.shape.num[ring] - 1)], &element, sizeof(element));
        scribble(&avail->idx, &idx, sizeof(idx));
    }
}

static void (*const forgeries[])(void) = {forge_bytes, forge_index, forge_element, forge_descriptor,
    forge_message, forge_gift, forge_message, forge_gift};

static void forge(void) {
    forgeries[input_8(&in) % (sizeof(forgeries) / sizeof(forgeries[0]))]();
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
    snapshot();
}

// ---- What ours does ----

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
        CHECK((held[slot].token.generation == ours->link.generation)
            == (ours->link.generation == generation));
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
        return (uint16_t)(pair_used(&pair, 0)->idx - rx->next) > with_device(rx);
    }
    // A used ring that was full at the start is of buffers that the host has.
    uint32_t returned = rx->given + rx->ahead - amp_virtq_num(rx);
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
        for (unsigned j = 0; j < CLAIMS; ++j) {
            CHECK(!claimed[j] || claims[j].token.id != claims[i].token.id);
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
            if (copy.token.generation != ours->link.generation) {
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
    } else {
        CHECK(amp_rpmsg_up(&theirs->link, &theirs->layout) == 0);
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
