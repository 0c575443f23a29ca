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
#include <string.h>

#include "openamp/firmware.h"
#include "tests/peer/attacker.h"

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

static struct attacker attacker;

static inline uint32_t odd(void) {
    return attacker_odd_number(&attacker);
}

static inline volatile uint32_t *at32(uintptr_t da) {
    return (volatile uint32_t *)(da & ~(uintptr_t)3);
}

// Ring, whether or not the host took the last one.
static void ring(void) {
    *at32(MAILBOX_DA) = 0;
    link.port->ops->kick(link.port->ctx, 0);
}

static void rings(void) {
    struct attacker_ring *to = &attacker.ring[rnd(2)];
    attacker_write_16(&attacker, (uint16_t *)to->desc + rnd(to->len / 2), odd());
}

static void messages(void) {
    if (attacker.ring[0].given == attacker_read_16(&attacker.ring[0].avail->idx)) {
        ring(); // the host has not given any back yet
        amp_remote_wait(20);
        return;
    }
    attacker_give_used(&attacker, 0);
    if (rnd(512) == 0) { // a buffer that it does not have
        struct attacker_ring *to = &attacker.ring[0];
        attacker_write_32(&attacker, &to->used->ring[(to->given - 1) & (to->num - 1)].id, odd());
    }
    if (rnd(8) == 0) {
        ring();
    }
}

static void names(void) {
    struct rpmsg_ns_msg ns;
    attacker_forge_name(&attacker, &ns);
    if (amp_rpmsg_send(&link, 1024, RPMSG_NS_ADDR, &ns, rnd(8) == 0 ? rnd(40) : 40) < 0) {
        amp_rpmsg_want_room(&link);
        amp_remote_wait(50);
    }
}

static void indices(void) {
    volatile uint16_t *idx = &attacker.ring[rnd(2)].used->idx;
    if (rnd(5) == 0) { // only for a moment
        *idx = (uint16_t)(*idx ^ 0x8000);
        *idx = (uint16_t)(*idx ^ 0x8000);
    } else {
        attacker_spoil_index(&attacker, &attacker.ring[rnd(2)]);
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
    int n = (int)rnd(2);
    uint32_t id = rnd(attacker.ring[n].num);
    attacker_spoil_message(&attacker, attacker_message(&attacker, n, id), attacker.buffer_size[n]);
    if (rnd(4) == 0) {
        messages();
    }
}

static void (*const kinds[])(void) = {
    rings, messages, names, indices, table, mailbox, all, ring, buffers};

// ---- What the attacker has to know ----

static uint32_t choose(uint32_t n) {
    return rnd(n == 0 ? UINT32_MAX : n);
}

static uint32_t some_address(void) {
    return 1024 + rnd(8);
}

// As the host's processor may see it at any moment: an index after what it covers.
static void write(void *to, const void *bytes, size_t len) {
    const uint8_t *from = bytes;
    if (len == sizeof(uint16_t)) {
        uint16_t half;
        memcpy(&half, from, sizeof(half));
        __atomic_store_n((uint16_t *)to, half, __ATOMIC_RELEASE);
        return;
    }
    for (size_t i = 0; i < len; i++) {
        ((volatile uint8_t *)to)[i] = from[i];
    }
}

static const char *const known[] = {
    "a", "svc", "test-hostil", "\xff\xfe\xc0", "", "vuart-chann", "b", "h-1"};

// Our host lets ring 1's buffers follow those of ring 0.
static void prepare(void) {
    attacker = (struct attacker){
        .is_device = true,
        .gentle = true,
        .choose = choose,
        .address = some_address,
        .write = write,
        .names = known,
        .name_count = sizeof(known) / sizeof(known[0]),
    };
    for (int n = 0; n < 2; n++) {
        const struct amp_vring_layout *vring = &layout.vring[n];
        attacker_ring_at(&attacker, n, vring->va, vring->num, vring->align);
        attacker.buffer_size[n] = 512;
        attacker.buffers_len += 512 * vring->num;
    }
    attacker.buffers_da = (uint32_t)attacker.ring[0].desc[0].addr;
    attacker.buffers = (uint8_t *)(uintptr_t)attacker.buffers_da;
    attacker_follow(&attacker);
    attacker.ring[0].seen = attacker.ring[0].given;
}

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
    if (firmware_begins_with(data, len, "attack ")) {
        uint32_t number = firmware_number(data, len, 0);
        uint32_t kind = number % 10;
        state = number;
        amp_rpmsg_send(&link, self->addr, src, "now", 3);
        prepare();
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
