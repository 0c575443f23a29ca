/*
 * The queues of unread messages, which stay in their receive buffers.
 *
 * A message for an endpoint without a callback is held (amp_rx_hold()), and an entry of the
 * remote's pool has its source, length and address.  Each endpoint has two lists of
 * entries: the queue of unread messages, and those that the program holds (hold()).  The
 * buffer goes back to the peer when the message was read or released.
 *
 * No endpoint can take all buffers of the link.  Endpoints that were never read, which may
 * have no reader, keep a quarter of the ring between them; further messages to them are
 * dropped.  An endpoint that was read loses nothing: when it keeps as many as it may, its
 * next message is left in the ring (amp_rx_leave()), and all later ones wait as well.
 */
#include "endpoint.h"

#if MICROPY_PY_OPENAMP_RECEIVE

#include <string.h>

#define NONE OPENAMP_NO_ENTRY

openamp_entry_t *openamp_entry(openamp_remote_t *remote, unsigned index) {
    return &OPENAMP_RUN_OF(remote)->pool[index];
}

// Have an entry for each receive buffer.  False: no memory.
bool openamp_grow_pool(openamp_remote_t *remote) {
    unsigned depth = OPENAMP_BUS(remote, depth);
    unsigned count = remote->pool_count;
    if (count >= depth) {
        return true;
    }
    openamp_entry_t *pool = m_new_maybe(openamp_entry_t, depth);
    if (pool == NULL) {
        return false;
    }
    memset(pool, 0, depth * sizeof(*pool));
    if (count != 0) {
        memcpy(pool, OPENAMP_RUN_OF(remote)->pool, count * sizeof(*pool));
    }
    for (unsigned i = count; i < depth; ++i) {
        pool[i].next = i + 1 == depth ? remote->pool_free : (uint16_t)(i + 1);
    }
    OPENAMP_RUN_OF(remote)->pool = pool;
    remote->pool_free = (uint16_t)count;
    remote->pool_count = (uint16_t)depth;
    return true;
}

// ---- One entry ----

// Take the first message out of the queue.
static unsigned unqueue(openamp_endpoint_obj_t *self) {
    unsigned index = self->first;
    self->first = openamp_entry(self->remote, index)->next;
    self->offset = 0;
    --self->queued;
    self->before_end -= self->before_end != 0;
    self->remote->unread = (uint16_t)(self->remote->unread - !self->was_read);
    return index;
}

// Free an entry that is in no list: its buffer goes back to the peer.
static void put_back(openamp_remote_t *remote, unsigned index) {
    openamp_entry_t *entry = openamp_entry(remote, index);
    OPENAMP_BUS(remote, release, &entry->rx);
    entry->rx.token.desc_state = NULL;
    entry->lost = false;
    entry->next = remote->pool_free;
    remote->pool_free = (uint16_t)index;
    --remote->kept;
    if (remote->left != NULL) {
        remote->left = NULL;
        openamp_doorbell(remote); // the message that was left may have a place now
    }
}

void openamp_drop_first(openamp_endpoint_obj_t *self) {
    MICROPY_PY_OPENAMP_ENTER();
    put_back(self->remote, unqueue(self));
    MICROPY_PY_OPENAMP_LEAVE();
}

unsigned openamp_hold_first(openamp_endpoint_obj_t *self) {
    MICROPY_PY_OPENAMP_ENTER();
    unsigned index = unqueue(self);
    openamp_entry(self->remote, index)->next = self->first_held;
    self->first_held = (uint16_t)index;
    ++self->held;
    MICROPY_PY_OPENAMP_LEAVE();
    return index;
}

void openamp_unhold(openamp_endpoint_obj_t *self, unsigned index) {
    uint16_t *p = &self->first_held;
    MICROPY_PY_OPENAMP_ENTER();
    while (*p != index) {
        p = &openamp_entry(self->remote, *p)->next;
    }
    *p = openamp_entry(self->remote, index)->next;
    --self->held;
    put_back(self->remote, index);
    MICROPY_PY_OPENAMP_LEAVE();
}

void openamp_mark_read(openamp_endpoint_obj_t *self) {
    if (!self->was_read) {
        self->was_read = true;
        self->remote->unread = (uint16_t)(self->remote->unread - self->queued);
    }
}

// ---- A message comes ----

// May this endpoint keep one more?
static bool may_keep(const openamp_endpoint_obj_t *self) {
    const openamp_remote_t *remote = self->remote;
    unsigned num = OPENAMP_BUS(remote, depth);
    unsigned limit = self->limit != 0 ? self->limit : MAX(num / 2, 1);
    return self->queued + self->held < limit && remote->kept + MIN(num / 4, 2) < num
        && (self->was_read || remote->unread < MAX(num / 4, 1));
}

void openamp_queue(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    openamp_endpoint_obj_t *self = openamp_endpoint_of(ept);
    openamp_remote_t *remote = self->remote;
    if (remote->changes != remote->stats->changes) {
        openamp_changed(remote); // entries may be of a session that has ended
    }
    if (!may_keep(self) || (remote->pool_free == NONE && !openamp_grow_pool(remote))) {
        if (self->was_read && OPENAMP_BUS(remote, leave)) {
            remote->left = self;
            return;
        }
        if (!self->was_read || remote->pool_free == NONE) {
            ++self->dropped;
            return;
        }
        // Keep every message of a dead core, which needs its buffers no more.
    }
    unsigned index = remote->pool_free;
    openamp_entry_t *entry = openamp_entry(remote, index);
    remote->pool_free = entry->next;
    entry->src = src;
    entry->next = NONE;
    entry->rx.data = data;
    entry->rx.len = len;
    OPENAMP_BUS(remote, hold, &entry->rx);
    if (self->first == NONE) {
        self->first = (uint16_t)index;
    } else {
        openamp_entry(remote, self->last)->next = (uint16_t)index;
    }
    self->last = (uint16_t)index;
    ++self->queued;
    ++self->received;
    ++remote->kept;
    remote->unread = (uint16_t)(remote->unread + !self->was_read);
    openamp_due(self, OPENAMP_IRQ_RX);
}

// ---- Sessions end and begin ----

// Drop messages of a session that has ended, and release those whose object was collected.
static void purge(openamp_endpoint_obj_t *self) {
    openamp_remote_t *remote = self->remote;
    while (self->first != NONE && !amp_rx_is_held(&openamp_entry(remote, self->first)->rx)) {
        ++self->dropped;
        openamp_drop_first(self);
    }
    for (unsigned index = self->first_held; index != NONE;) {
        const openamp_entry_t *entry = openamp_entry(remote, index);
        unsigned next = entry->next;
        if (entry->lost || !amp_rx_is_held(&entry->rx)) {
            openamp_unhold(self, index);
        }
        index = next;
    }
}

static void note_ready(openamp_endpoint_obj_t *self) {
    if (self->gathered != 0 && !amp_tx_is_claimed(&self->gather)) {
        self->gathered = 0; // its session has ended
    }
    bool ready = OPENAMP_OPS(self->remote)->is_ready(&self->ept);
    bool same = self->ept.dest == self->ready_dest;
    if (self->was_ready && !(ready && same)) {
        self->ended = true;
        self->before_end = self->queued;
        openamp_due(self, OPENAMP_IRQ_GONE);
    }
    if (ready && !(self->was_ready && same)) {
        openamp_due(self, OPENAMP_IRQ_READY);
    }
    self->was_ready = ready;
    self->ready_dest = self->ept.dest;
}

void openamp_changed(openamp_remote_t *remote) {
    openamp_endpoint_obj_t *self = OPENAMP_RUN_OF(remote)->endpoints;
    remote->changes = remote->stats->changes;
    if (!OPENAMP_BUS(remote, is_up)) {
        remote->left = NULL; // its session has ended
    }
    for (; self != NULL; self = self->next) {
        purge(self);
        note_ready(self);
    }
}

void openamp_queue_close(openamp_endpoint_obj_t *self) {
    openamp_flush(self);
    while (self->first != NONE) {
        openamp_drop_first(self);
    }
    while (self->first_held != NONE) {
        openamp_unhold(self, self->first_held);
    }
    if (self->remote->left == self) {
        self->remote->left = NULL;
        openamp_doorbell(self->remote);
    }
    self->handler = mp_const_none;
    self->trigger = 0;
}

void openamp_queue_open(openamp_endpoint_obj_t *self, unsigned limit) {
    self->limit = (uint16_t)limit;
    self->first = self->first_held = NONE;
    self->handler = mp_const_none;
    if (self->callback == mp_const_none) {
        openamp_grow_pool(self->remote); // if it fails: again when a message comes
    }
}

#endif // MICROPY_PY_OPENAMP_RECEIVE
