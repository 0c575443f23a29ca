/*
 * For fuzz_rx.c: the memory that both sides share, with who wrote it, and the books
 * of the side that is under test.
 */
#ifndef RX_BOOKS_H
#define RX_BOOKS_H

#include "core/link.h"
#include "fuzz.h"
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

static inline void snapshot(void) {
    for (int i = 0; i < 3; ++i) {
        memcpy(area[i].before, area[i].va, area[i].len);
    }
}

// Theirs writes: not a change that our side is to blame for.
static inline void scribble(void *va, const void *bytes, size_t len) {
    memcpy(va, bytes, len);
    for (int i = 0; i < 3; ++i) {
        if ((uint8_t *)va >= area[i].va && (uint8_t *)va < area[i].va + area[i].len) {
            memcpy(area[i].before + ((uint8_t *)va - area[i].va), bytes, len);
        }
    }
}

static inline bool same(int i, size_t from, size_t to) {
    return memcmp(area[i].before + from, area[i].va + from, to - from) == 0;
}

// Our side wrote nothing but its own since the snapshot.
static inline void check_writes(void) {
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

static inline void check_untouched(void) {
    CHECK(same(0, 0, area[0].len) && same(1, 0, area[1].len) && same(2, 0, area[2].len));
}

// ---- Our side's books ----

static struct amp_endpoint endpoints[ENDPOINTS];
static struct amp_tx claims[CLAIMS];
static bool claimed[CLAIMS];
static bool stale[CLAIMS]; // claimed in a life that has ended
static unsigned callbacks; // of this poll
static unsigned depth;

static inline unsigned with_device(const struct amp_virtq *vq) {
    return host ? vq->next_publish - vq->next_consume
                : amp_virtq_num(vq) - amp_virtq_peer_count(vq);
}

static inline unsigned count_free(const struct amp_virtq *vq) {
    unsigned count = 0;
    for (uint32_t id = 0; id <= vq->mask; ++id) {
        count += vq->desc_state[id] == AMP_DESC_FREE;
    }
    return count;
}
static inline unsigned count_in_use(const struct amp_virtq *vq) {
    unsigned count = 0;
    for (uint32_t id = 0; id <= vq->mask; ++id) {
        count += vq->desc_state[id] >= AMP_DESC_IN_USE;
    }
    return count;
}

// Messages that are kept, of this session.
static struct amp_rx held[HELD];
static bool is_held[HELD];
static uint32_t held_in[HELD]; // generation
static inline unsigned count_held(void) {
    unsigned count = 0;
    for (unsigned i = 0; i < HELD; ++i) {
        count += is_held[i] && held_in[i] == ours->link.generation;
    }
    return count;
}
static inline unsigned count_claimed(void) {
    unsigned count = 0;
    for (unsigned i = 0; i < CLAIMS; ++i) {
        count += claimed[i];
    }
    return count;
}

// Outside of callbacks, where every buffer is in one place.
static inline void check_books(void) {
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
    unsigned rx_kept = count_in_use(&link->rx);
    unsigned tx_free = count_free(&link->tx);
    unsigned tx_in_use = count_in_use(&link->tx);
    CHECK(tx_free == link->tx.free_count);
    if (host) {
        CHECK(rx_kept == count_held() && count_free(&link->rx) == 0);
        CHECK(!AMP_CONFIG_FAST_PATH || rx_kept == link->rx.own_count);
        CHECK(with_rx + rx_kept == amp_virtq_num(&link->rx));
        CHECK(tx_in_use == count_claimed());
        CHECK(!AMP_CONFIG_FAST_PATH || tx_free + tx_in_use == link->tx.own_count);
        CHECK(with_tx + tx_free + tx_in_use + link->tx_returned_count == amp_virtq_num(&link->tx));
    } else {
        CHECK(with_rx <= amp_virtq_num(&link->rx) && with_tx <= amp_virtq_num(&link->tx));
        // A hostile host can have had one descriptor kept or listed twice.
        CHECK(rx_kept <= count_held() && count_held() <= with_rx);
        CHECK(tx_in_use == count_claimed());
        CHECK(count_claimed() + tx_free + link->tx_returned_count <= with_tx);
    }
}

static inline void forget_claims(void) {
    for (unsigned i = 0; i < CLAIMS; ++i) {
        stale[i] |= claimed[i];
        claimed[i] = false;
    }
}

// Did the link go down, and did it say why?
static inline void check_result(int result, const struct amp_rpmsg *before) {
    const struct amp_rpmsg *link = &ours->link;
    uint32_t violations = link->stats.violations - before->stats.violations;
    // Each ends a life.
    CHECK(violations <= link->generation - before->generation);
    CHECK(result != -AMP_EPROTO || (violations != 0 && link->violation != NULL));
    if (!amp_rpmsg_is_up(link)) {
        forget_claims();
    }
}

static inline void check_inside(const void *data, size_t len) {
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

#endif // RX_BOOKS_H
