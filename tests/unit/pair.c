#define _DEFAULT_SOURCE // mmap's flags
#include "core/link.h"
#include "pair.h"
#include "tests/peer/attacker.h"

#include <string.h>
#include <sys/mman.h>

struct pair_log pair_log;
struct pair_services pair_services;

enum { PAGE = 4096 };

static size_t in_pages(size_t len) {
    return (len + PAGE - 1) / PAGE * PAGE;
}

// ---- The machine ----

static void kick(void *ctx, uint32_t notify_id) {
    struct pair_side *side = ctx;
    assert_true(notify_id == PAIR_NOTIFY_0 || notify_id == PAIR_NOTIFY_1);
    ++side->rang[notify_id == PAIR_NOTIFY_1];
    side->other->doorbell = true;
}

static bool is_inside(const uint8_t *va, size_t len, const uint8_t *area, size_t area_len) {
    return va >= area && va <= area + area_len && len <= area_len - (size_t)(va - area);
}

static void *map(void *ctx, amp_da_t da, size_t len) {
    struct pair *pair = ((struct pair_side *)ctx)->pair;
    ++pair->mapped;
    if (da < PAIR_DA || da - PAIR_DA >= pair->mapping_len) {
        return NULL;
    }
    uint8_t *va = pair->mapping + (da - PAIR_DA);
    return is_inside(va, len, pair->buffers, pair->buffers_len)
            || is_inside(va, len, pair->ring[0], pair->ring_len[0])
            || is_inside(va, len, pair->ring[1], pair->ring_len[1])
        ? va
        : NULL;
}

static const struct amp_port_ops ops = {.kick = kick, .map = map};

uint32_t pair_da(const struct pair *pair, const void *va) {
    return PAIR_DA + (uint32_t)((const uint8_t *)va - pair->mapping);
}

// ---- Life ----

// Pages for `len` bytes that end, up to `align`, where the pages end; the page
// after them stays closed.
static uint8_t *place(uint8_t **next, size_t len, size_t align) {
    size_t pages = in_pages(len);
    uint8_t *first = *next;
    assert_int_equal(mprotect(first, pages, PROT_READ | PROT_WRITE), 0);
    *next = first + pages + PAGE;
    return first + (pages - len) / align * align;
}

static void describe(struct pair *pair, struct pair_side *side) {
    side->layout = (struct amp_rpmsg_layout){
        .buffers = pair->buffers,
        .buffers_da = pair_da(pair, pair->buffers),
        .buffers_len = pair->buffers_len,
        .buffer_size = {pair->shape.buffer_size, pair->shape.buffer_size_1},
        .name_service = !pair->shape.no_name_service,
        .event_idx = pair->shape.event_idx,
    };
    for (int i = 0; i < 2; ++i) {
        side->layout.vring[i].va = pair->ring[i];
        side->layout.vring[i].align = pair->shape.align;
        side->layout.vring[i].num = pair->shape.num[i];
        side->layout.vring[i].notify_id = i == 0 ? PAIR_NOTIFY_0 : PAIR_NOTIFY_1;
    }
}

void pair_init(struct pair *pair, struct pair_shape shape) {
    memset(pair, 0, sizeof(*pair));
    memset(&pair_log, 0, sizeof(pair_log));
    memset(&pair_services, 0, sizeof(pair_services));
    shape.buffer_size = shape.buffer_size == 0 ? 512 : shape.buffer_size;
    shape.buffer_size_1 = shape.buffer_size_1 == 0 ? shape.buffer_size : shape.buffer_size_1;
    shape.align = shape.align == 0 ? 16 : shape.align;
    pair->shape = shape;
    pair->buffers_len =
        (size_t)shape.num[0] * shape.buffer_size + (size_t)shape.num[1] * shape.buffer_size_1;
    pair->mapping_len = in_pages(pair->buffers_len) + 4 * PAGE;
    for (int i = 0; i < 2; ++i) {
        pair->ring_len[i] = virtq_size(shape.num[i], shape.align);
        pair->mapping_len += in_pages(pair->ring_len[i]);
    }
    pair->mapping = mmap(NULL, pair->mapping_len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(pair->mapping != MAP_FAILED);
    uint8_t *next = pair->mapping + PAGE;
    size_t align = shape.align < 16 ? 16 : shape.align; // of the descriptors
    for (int i = 0; i < 2; ++i) {
        size_t before = shape.at_4 ? 4 : 0;
        pair->ring[i] = place(&next, pair->ring_len[i] + before, align) + before;
    }
    pair->buffers = place(&next, pair->buffers_len, 4);

    struct pair_side *side[2] = {&pair->host, &pair->device};
    for (int i = 0; i < 2; ++i) {
        side[i]->pair = pair;
        side[i]->other = side[1 - i];
        side[i]->port = (struct amp_port){.ops = &ops, .ctx = side[i]};
        amp_rpmsg_init(&side[i]->link, i == 0 ? AMP_HOST : AMP_DEVICE, &side[i]->port);
        describe(pair, side[i]);
    }
    if (shape.ask_port) {
        pair->device.layout.buffers = NULL;
        pair->device.layout.buffers_da = 0;
        pair->device.layout.buffers_len = 0;
    }
}

void pair_up(struct pair *pair) {
    assert_int_equal(amp_rpmsg_up(&pair->host.link, &pair->host.layout), 0);
    assert_int_equal(amp_rpmsg_up(&pair->device.link, &pair->device.layout), 0);
}

void pair_down(struct pair *pair) {
    amp_rpmsg_down(&pair->device.link);
    amp_rpmsg_down(&pair->host.link);
}

void pair_open(struct pair *pair, uint16_t num) {
    pair_init(pair, (struct pair_shape){.num = {num, num}});
    pair_up(pair);
}

void pair_free(struct pair *pair) {
    assert_int_equal(munmap(pair->mapping, pair->mapping_len), 0);
}

void pair_settle(struct pair *pair) {
    int quiet = 0;
    while (quiet < 2) {
        int from_device = amp_rpmsg_poll(&pair->host.link);
        int from_host = amp_rpmsg_poll(&pair->device.link);
        assert_true(from_device >= 0 && from_host >= 0);
        bool due = (pair->host.link.state & LINK_NS_DUE) || (pair->device.link.state & LINK_NS_DUE);
        quiet = from_device + from_host != 0 || due ? 0 : quiet + 1;
    }
    pair->host.doorbell = false;
    pair->device.doorbell = false;
}

// ---- Playing a peer ----

struct virtq_desc *pair_desc(struct pair *pair, int ring) {
    return (void *)pair->ring[ring];
}

struct virtq_avail *pair_avail(struct pair *pair, int ring) {
    return (void *)(pair->ring[ring] + 16 * pair->shape.num[ring]);
}

struct virtq_used *pair_used(struct pair *pair, int ring) {
    return (void *)(pair->ring[ring] + virtq_used_offset(pair->shape.num[ring], pair->shape.align));
}

struct rpmsg_hdr *pair_message(struct pair *pair, int ring, uint32_t id) {
    const struct pair_shape *shape = &pair->shape;
    return (void *)(ring == 0
            ? pair->buffers + id * shape->buffer_size
            : pair->buffers + shape->num[0] * shape->buffer_size + id * shape->buffer_size_1);
}

void pair_attacked(struct pair *pair, struct attacker *attacker) {
    for (int i = 0; i < 2; ++i) {
        attacker_ring_at(attacker, i, pair->ring[i], pair->shape.num[i], pair->shape.align);
    }
    attacker->buffers = pair->buffers;
    attacker->buffers_da = pair_da(pair, pair->buffers);
    attacker->buffers_len = (uint32_t)pair->buffers_len;
    attacker->buffer_size[0] = pair->shape.buffer_size;
    attacker->buffer_size[1] = pair->shape.buffer_size_1;
}

uint32_t pair_random(uint64_t *seed) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)(*seed >> 16);
}

// ---- Notes ----

void pair_note(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    ++pair_log.count;
    pair_log.ept = ept;
    pair_log.src = src;
    pair_log.len = len;
    memcpy(pair_log.data, data, len < sizeof(pair_log.data) ? len : sizeof(pair_log.data));
}

static void service(struct amp_rpmsg *link, uint32_t src, const char *name) {
    (void)link;
    unsigned i = pair_services.count++ % 16;
    pair_services.src[i] = src;
    strcpy(pair_services.name[i], name);
}

static void released(struct amp_rpmsg *link, struct amp_endpoint *ept) {
    (void)link;
    ++pair_services.released_count;
    pair_services.released = ept;
}

const struct amp_rpmsg_events pair_events = {.service = service, .released = released};
