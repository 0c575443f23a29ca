/*
 * Sending.  A write that finds no room says so, and nothing tells when there is some: it is
 * tried again after 1, 2, 4 and then every 8 ms, and when a message comes.  What was filled in
 * place and found no room waits in private memory; nothing overtakes it.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "linux.h"

enum { LONGEST_MS = 8 };

// The endpoint with these addresses, or NULL.
static struct linux_endpoint *find(const struct linux_bus *bus, uint32_t src, uint32_t dest) {
    struct linux_endpoint *self = bus->endpoints;
    while (self != NULL && (self->ept->addr != src || self->ept->dest != dest)) {
        self = self->next;
    }
    return self;
}

// An endpoint that had a peer is told that it is gone, not that it never was.
static int fail_unbound(const struct linux_endpoint *self) {
    bool lost = (self->ept->flags & AMP_ENDPOINT_BOUND) != 0 || self->dest != AMP_ADDR_ANY;
    return lost && linux_state(&self->bus->bus) != AMP_RPROC_RUNNING ? -AMP_EPIPE : -AMP_ENOTCONN;
}

// Its channel has ended.
static int fail_ended(struct linux_endpoint *self) {
    linux_channel_close(self, true);
    return fail_unbound(self);
}

static int write_message(struct linux_endpoint *self, const void *data, size_t len) {
    struct linux_bus *bus = self->bus;
    if (len > LINUX_MTU) {
        return -AMP_EMSGSIZE;
    }
    if (self->file < 0) {
        return fail_unbound(self);
    }
    ssize_t done = write(self->file, data, len);
    if (done >= 0) {
        bus->backoff = 0;
        ++bus->stats.sent;
        return (int)done;
    }
    if (errno == EAGAIN || errno == ENOMEM) {
        unsigned longer = bus->backoff == 0 ? 1 : 2 * bus->backoff;
        bus->backoff = longer < LONGEST_MS ? longer : LONGEST_MS;
        bus->retry_at = linux_now_ms() + bus->backoff;
        return -AMP_EAGAIN;
    }
    return errno == EMSGSIZE ? -AMP_EMSGSIZE : fail_ended(self);
}

// ---- What waits for room ----

static void put_back(struct linux_bus *bus, struct linux_buffer *buffer) {
    buffer->use = 0;
    buffer->next = bus->tx_free;
    bus->tx_free = buffer;
}

static void drop_first(struct linux_bus *bus) {
    put_back(bus, bus->waiting[0].buffer);
    --bus->waiting_count;
    memmove(&bus->waiting[0], &bus->waiting[1], bus->waiting_count * sizeof(bus->waiting[0]));
}

void linux_flush(struct linux_bus *bus) {
    while (bus->waiting_count != 0 && linux_now_ms() >= bus->retry_at) {
        const struct linux_waiting *first = &bus->waiting[0];
        struct linux_endpoint *self = find(bus, first->src, first->dest);
        int sent = self == NULL ? -AMP_ENOTCONN
                                : write_message(self, first->buffer->data, first->buffer->len);
        if (sent == -AMP_EAGAIN) {
            return;
        }
        bus->stats.dropped += sent < 0; // its channel is gone
        drop_first(bus);
    }
}

void linux_drop_waiting(struct linux_bus *bus) {
    while (bus->waiting_count != 0) {
        ++bus->stats.dropped;
        drop_first(bus);
    }
    bus->backoff = 0;
}

uint32_t linux_room_timeout(struct amp_bus *self, uint32_t slept) {
    struct linux_bus *bus = linux_of(self);
    (void)slept; // how long to wait is kept here, as all endpoints share the room
    linux_flush(bus);
    uint64_t now = linux_now_ms();
    return !bus->is_up || bus->backoff == 0 || now >= bus->retry_at
        ? 0
        : (uint32_t)(bus->retry_at - now);
}

// ---- The operations ----

static int send_now(struct linux_endpoint *self, const void *data, size_t len) {
    if (self->bus->waiting_count != 0) {
        linux_flush(self->bus);
        if (self->bus->waiting_count != 0) {
            return len > LINUX_MTU ? -AMP_EMSGSIZE : -AMP_EAGAIN;
        }
    }
    return write_message(self, data, len);
}

int linux_send(struct amp_endpoint *ept, const void *data, size_t len) {
    struct linux_endpoint *self = linux_endpoint_of(ept);
    return self == NULL ? -AMP_ENOTCONN : send_now(self, data, len);
}

int linux_send_to(struct amp_bus *self, uint32_t src, uint32_t dest, const void *data, size_t len) {
    struct linux_bus *bus = linux_of(self);
    struct linux_endpoint *ept = find(bus, src, dest);
    bus->sentence = NULL;
    if (ept != NULL) {
        return send_now(ept, data, len);
    }
    if (linux_state(self) != AMP_RPROC_RUNNING) {
        return -AMP_EPIPE;
    }
    return linux_fail(bus, -AMP_EOPNOTSUPP,
        "Linux sends with an endpoint's own addresses: make an Endpoint with dest=0x%x",
        (unsigned)dest);
}

int linux_claim(struct amp_bus *self, struct amp_tx *tx) {
    struct linux_bus *bus = linux_of(self);
    if (!bus->is_up) {
        return -AMP_EPIPE;
    }
    if (linux_room_timeout(self, 0) != 0 || bus->waiting_count != 0 || bus->tx_free == NULL) {
        return -AMP_EAGAIN;
    }
    struct linux_buffer *buffer = bus->tx_free;
    bus->tx_free = buffer->next;
    bus->last_use += bus->last_use + 1 == 0 ? 2 : 1;
    buffer->use = bus->last_use;
    tx->data = buffer->data;
    tx->size = LINUX_MTU;
    tx->token = (struct amp_token){.desc_state = &buffer->use, .use = buffer->use};
    return 0;
}

static struct linux_buffer *buffer_of(const struct amp_tx *tx) {
    return (void *)((uintptr_t)tx->token.desc_state - offsetof(struct linux_buffer, use));
}

int linux_commit(struct amp_bus *self, struct amp_tx *tx, uint32_t src, uint32_t dest, size_t len) {
    struct linux_bus *bus = linux_of(self);
    struct linux_endpoint *ept = find(bus, src, dest);
    if (!amp_tx_is_claimed(tx)) {
        return -AMP_EPIPE;
    }
    if (ept == NULL || ept->file < 0) {
        return -AMP_ENOTCONN;
    }
    struct linux_buffer *buffer = buffer_of(tx);
    int sent = send_now(ept, buffer->data, len);
    if (sent == -AMP_EAGAIN) { // the queue has a place for every buffer
        buffer->len = len;
        buffer->use = 0;
        bus->waiting[bus->waiting_count++] = (struct linux_waiting){buffer, src, dest};
        return (int)len;
    }
    if (sent >= 0) {
        put_back(bus, buffer);
    }
    return sent;
}

void linux_cancel(struct amp_bus *self, struct amp_tx *tx) {
    if (amp_tx_is_claimed(tx)) {
        put_back(linux_of(self), buffer_of(tx));
    }
}
