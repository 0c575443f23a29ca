/*
 * Receiving.  The kernel copies a message into private memory of ours, which the program may
 * hold, and keeps all others in a queue of each file: what finds no place here waits there, and
 * no endpoint waits for another.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "linux.h"

static void put_back(struct linux_bus *bus, struct linux_buffer *buffer) {
    buffer->use = 0;
    buffer->next = bus->rx_free;
    bus->rx_free = buffer;
}

// Call the endpoint.  False: it is closed now, or has left the message.
static bool deliver(struct linux_endpoint *self, struct linux_buffer *buffer) {
    struct linux_bus *bus = self->bus;
    struct amp_endpoint *ept = self->ept;
    bus->current = buffer;
    bus->current_endpoint = self;
    bus->leaves = false;
    if (ept->cb != NULL) {
        ++bus->stats.received;
        ept->cb(ept, ept->dest, buffer->data, buffer->len);
    } else {
        ++bus->stats.dropped;
    }
    bool is_there = bus->current_endpoint != NULL;
    bus->current = NULL;
    bus->current_endpoint = NULL;
    if (is_there && bus->leaves) {
        --bus->stats.received;
        ++bus->left_count;
        self->left = buffer;
        if (self->file >= 0) {
            linux_rewatch(bus, self->file, 0, self);
        }
        return false;
    }
    if (buffer->use == 0) {
        put_back(bus, buffer);
    }
    return is_there && self->file >= 0;
}

// Only a read() that finds nothing shows that a file is empty.  After a request it is usually in
// vain, because one answer comes.  So if the program has sent exactly one message since the last
// call, only one is read, and epoll reports any more.  But the kernel drops messages that nobody
// reads, without notice, when it has no memory left.  So every 32nd call reads until the file is
// empty, and so does each call after one that did not get there.
static bool is_answer(struct linux_endpoint *self) {
    enum { ANSWERS = 32 };
    struct linux_bus *bus = self->bus;
    bool asked = (uint32_t)bus->stats.sent - self->sent == 1;
    self->sent = (uint32_t)bus->stats.sent;
    self->answers = asked && !self->is_behind && !bus->is_last ? self->answers + 1 : ANSWERS;
    self->answers %= ANSWERS;
    return self->answers != 0;
}

// True: all is read.
static bool read_one(struct linux_endpoint *self) {
    struct linux_bus *bus = self->bus;
    struct linux_buffer *buffer = bus->rx_free;
    if (buffer == NULL || self->left != NULL) {
        return true;
    }
    ssize_t len = read(self->file, buffer->data, sizeof(buffer->data));
    if (len < 0) {
        self->is_behind = false;
        if (errno != EAGAIN && errno != EINTR) {
            linux_channel_close(self, true); // the kernel has ended it
        }
        return true;
    }
    bus->rx_free = buffer->next;
    buffer->len = (size_t)len;
    bus->retry_at = 0; // the other side is alive: there may be room
    return !deliver(self, buffer);
}

bool linux_receive(struct linux_endpoint *self) {
    enum { MOST = 16 }; // so that each file has its turn
    if (is_answer(self)) {
        read_one(self);
        return false;
    }
    for (int i = 0; i < MOST; ++i) {
        if (read_one(self)) {
            return false;
        }
    }
    self->is_behind = true;
    return true;
}

// ---- What found no place ----

bool linux_leave(struct amp_bus *self) {
    struct linux_bus *bus = linux_of(self);
    bus->leaves = !bus->is_last;
    return bus->leaves;
}

void linux_receive_left(struct linux_bus *bus) {
    unsigned count = bus->left_count;
    // Each time from the start: a callback may close any endpoint.
    for (struct linux_endpoint *self = bus->endpoints; count != 0 && self != NULL;) {
        struct linux_buffer *buffer = self->left;
        if (buffer == NULL) {
            self = self->next;
            continue;
        }
        --count;
        --bus->left_count;
        self->left = NULL;
        if (deliver(self, buffer)) {
            linux_rewatch(bus, self->file, EPOLLIN, self);
            self = bus->endpoints;
        } else if (bus->left_count != 0) {
            self = self->left != NULL ? self->next : bus->endpoints;
        } else {
            return;
        }
    }
}

void linux_drop_left(struct linux_endpoint *self) {
    if (self->left != NULL) {
        put_back(self->bus, self->left);
        --self->bus->left_count;
        ++self->bus->stats.dropped;
        self->left = NULL;
    }
}

// ---- Holding ----

void linux_hold(struct amp_bus *self, struct amp_rx *rx) {
    struct linux_bus *bus = linux_of(self);
    struct linux_buffer *buffer = bus->current;
    if (buffer != NULL) {
        bus->last_use += bus->last_use + 1 == 0 ? 2 : 1;
        buffer->use = bus->last_use;
        rx->token = (struct amp_token){.desc_state = &buffer->use, .use = buffer->use};
    }
}

void linux_release(struct amp_bus *self, struct amp_rx *rx) {
    struct linux_bus *bus = linux_of(self);
    if (amp_rx_is_held(rx)) {
        size_t offset = offsetof(struct linux_buffer, use);
        struct linux_buffer *buffer = (void *)((uintptr_t)rx->token.desc_state - offset);
        bus->is_due |= bus->rx_free == NULL;
        put_back(bus, buffer);
    }
}

void linux_forget(struct linux_bus *bus) {
    for (struct linux_endpoint *self = bus->endpoints; self != NULL; self = self->next) {
        linux_drop_left(self);
    }
    for (unsigned i = 0; i < LINUX_RX_BUFFERS; ++i) {
        struct linux_buffer *buffer = &bus->buffers[i];
        if (buffer->use != 0 && buffer != bus->current) {
            put_back(bus, buffer);
        }
        buffer->use = 0;
    }
    ++bus->stats.changes;
}
