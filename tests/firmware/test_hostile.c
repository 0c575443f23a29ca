/*
 * Attacks its host, at full speed, with all that a core can write.
 *
 * Echoes on "test-hostile" until it is told "attack NUMBER": from then on it
 * only attacks, until it is stopped or dies of it.  The last digit is the kind:
 *   0 rings     any half word of both rings, any value
 *   1 messages  good ring entries; headers and lengths of every kind
 *   2 names     announcements and withdrawals, well formed or not, at full speed
 *   3 indices   used indices that jump, go back, or flicker
 *   4 table     the resource table
 *   5 mailbox   the mailbox page, also whom to signal
 *   6 all       every byte it can write: its own code, data and stack as well
 *   7 storm     a doorbell, again and again
 *   8 buffers   all buffers, while the host reads them
 *   9 mixed     the above (but for 6) in turn
 */
#include "firmware/common/link.h"

FIRMWARE_TABLE;

#define SHARED_DA 0x30000000
#define SHARED_LEN 0x00100000
#define DATA_DA 0x20000000
#define DATA_LEN 0x00400000
#define CODE_DA 0x10000000
#define CODE_LEN 0x00100000
#define MAILBOX_DA 0x40000000
#define MAILBOX_LEN 0x00010000

static struct amp_rpmsg link;
static struct amp_endpoint ept;
static struct amp_rpmsg_layout layout;
static uint64_t state;

static inline uint32_t rnd(uint32_t n) {
    uint64_t z = state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z ^= z >> 27;
    return (uint32_t)((z >> 32) * n >> 32);
}

static inline uint32_t odd(void) {
    static const uint32_t list[] = {0, 1, 2, 3, 15, 16, 17, 39, 40, 41, 53, 63, 64, 65, 255, 256,
        480, 496, 497, 512, 513, 1024, 0x7FFF, 0x8000, 0xFFEF, 0xFFFF, 0x10000, 0x20000000,
        0x30004000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
    return rnd(3) != 0 ? list[rnd(32)] : rnd(UINT32_MAX);
}

static inline volatile uint16_t *at16(uintptr_t da) {
    return (volatile uint16_t *)(da & ~(uintptr_t)1);
}
static inline volatile uint32_t *at32(uintptr_t da) {
    return (volatile uint32_t *)(da & ~(uintptr_t)3);
}

static uintptr_t ring_da(unsigned n) {
    return (uintptr_t)layout.vring[n].va;
}
static uintptr_t used_da(unsigned n) {
    uint32_t num = layout.vring[n].num;
    uint32_t align = layout.vring[n].align;
    return ring_da(n) + ((16 * num + 2 * (3 + num) + align - 1) & ~(align - 1));
}

// Ring, whether or not the host took the last one.
static void ring(void) {
    *at32(MAILBOX_DA) = 0;
    link.port->ops->kick(link.port->ctx, 0);
}

static void rings(void) {
    unsigned n = rnd(2);
    uintptr_t len = used_da(n) + 6 + 8 * layout.vring[n].num - ring_da(n);
    *at16(ring_da(n) + rnd((uint32_t)len)) = (uint16_t)odd();
}

// As the device does it, or nearly: an element of the used ring, then the index.
static void messages(void) {
    uint32_t num = layout.vring[0].num;
    uintptr_t used = used_da(0);
    uint16_t idx = *at16(used + 2);
    uint16_t given = *at16(ring_da(0) + 16 * num + 2);
    if (idx == given && rnd(4096) != 0) { // the host has not given any back yet
        ring();
        amp_remote_wait(20);
        return;
    }
    uint32_t id = *at16(ring_da(0) + 16 * num + 4 + 2 * (idx % num));
    id = rnd(2048) == 0 ? odd() : id;
    if (id < num) {
        uintptr_t buffer = *at32(ring_da(0) + 16 * id); // as the host wrote it
        if (buffer >= SHARED_DA && buffer < SHARED_DA + SHARED_LEN - 512) {
            *at32(buffer) = odd();
            *at32(buffer + 4) = rnd(4) == 0 ? 53 : rnd(2) ? 1024 + rnd(8) : odd();
            *at16(buffer + 12) = (uint16_t)odd();
        }
    }
    *at32(used + 4 + 8 * (idx % num)) = id;
    *at32(used + 8 + 8 * (idx % num)) = odd();
    __atomic_store_n((uint16_t *)(used + 2), (uint16_t)(idx + 1), __ATOMIC_RELEASE);
    if (rnd(8) == 0) {
        ring();
    }
}

static void names(void) {
    struct {
        char name[32];
        uint32_t addr;
        uint32_t flags;
    } ns;
    static const char known[8][12] = {
        "a", "svc", "test-hostil", "\xff\xfe\xc0", "", "vuart-chann", "b", "h-1"};
    const char *name = known[rnd(8)];
    for (unsigned i = 0; i < 32; i++) {
        ns.name[i] = i < 12 ? name[i] : (char)(rnd(4) == 0 ? odd() : 0);
    }
    ns.addr = rnd(2) ? 1024 + rnd(8) : odd();
    ns.flags = rnd(4) == 0 ? odd() : rnd(2);
    if (amp_rpmsg_send(&link, 1024, 53, &ns, rnd(8) == 0 ? rnd(60) % 40 : 40) < 0) {
        amp_rpmsg_want_room(&link);
        amp_remote_wait(50);
    }
}

static void indices(void) {
    volatile uint16_t *idx = at16(used_da(rnd(2)) + 2);
    switch (rnd(5)) {
        case 0:
            *idx = (uint16_t)(*idx + 1);
            break;
        case 1:
            *idx = (uint16_t)(*idx + layout.vring[0].num);
            break;
        case 2:
            *idx = (uint16_t)(*idx - 1);
            break;
        case 3:
            *idx = (uint16_t)odd();
            break;
        default: // only for a moment
            *idx = (uint16_t)(*idx ^ 0x8000);
            *idx = (uint16_t)(*idx ^ 0x8000);
            break;
    }
    if (rnd(64) == 0) {
        ring();
    }
}

static void table(void) {
    ((volatile uint8_t *)&firmware_table)[rnd(sizeof(firmware_table))] = (uint8_t)odd();
}

static void mailbox(void) {
    // The ids of the host are the sandbox's to guard: using others is death.
    uint32_t len = rnd(4096) == 0 ? MAILBOX_LEN : 128;
    *at32(MAILBOX_DA + rnd(len)) = odd();
    if (rnd(1024) == 0) {
        ring();
    }
}

static void all(void) {
    uint32_t n = rnd(8);
    if (n == 0) {
        *at32(CODE_DA + rnd(rnd(2) ? 0x4000 : CODE_LEN)) = odd();
    } else if (n == 1) {
        *at32(DATA_DA + rnd(DATA_LEN)) = odd();
    } else if (n == 2) {
        *at32(DATA_DA + rnd(0x4000)) = odd();
    } else if (n == 3) {
        mailbox();
    } else {
        *at32(SHARED_DA + rnd(rnd(2) ? 0x20000 : SHARED_LEN)) = odd();
    }
    if (rnd(256) == 0) {
        ring();
    }
}

static void buffers(void) {
    uintptr_t first = *at32(ring_da(0));
    if (first < SHARED_DA || first >= SHARED_DA + SHARED_LEN - 0x10000) {
        first = SHARED_DA + 0x4000;
    }
    uintptr_t buffer = first + 512 * rnd(2 * layout.vring[0].num);
    if (buffer < SHARED_DA + SHARED_LEN - 512) {
        *at32(buffer + 4 * rnd(5)) = odd();
    }
    if (rnd(4) == 0) {
        messages();
    }
}

static void (*const kinds[])(void) = {
    rings, messages, names, indices, table, mailbox, all, ring, buffers};

static void attack(uint32_t kind) {
    for (uint32_t step = 0;; step++) {
        unsigned n = kind;
        if (kind >= 9) {
            n = rnd(8);
            n = n == 6 ? 8 : n;
        }
        kinds[n]();
        if (step % 64 == 0 && rnd(16) == 0) {
            ring();
        }
    }
}

static void command(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)self;
    if (firmware_is(data, len, "attack ")) {
        uint32_t number = firmware_number(data, len, 0);
        uint32_t kind = number % 10;
        state = number;
        amp_rpmsg_send(&link, self->addr, src, "now", 3);
        attack(kind);
    } else {
        amp_rpmsg_send(&link, self->addr, src, data, len);
    }
}

int main(void) {
    amp_rpmsg_init(&link, AMP_DEVICE, amp_remote_port());
    amp_endpoint_create(&link, &ept, "test-hostile", AMP_ADDR_ANY, AMP_ADDR_ANY, command);
    firmware_wait_ready(&link, &firmware_table, sizeof(firmware_table), &layout);
    amp_rpmsg_up(&link, &layout);
    firmware_serve(&link);
}
