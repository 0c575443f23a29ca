/*
 * Receiving (virtio 1.1, 2.6.14; for a device, the mirror of it): the slow path, which
 * is complete.
 *
 * A poll reads the index of the in ring once for a batch of messages.  For each it
 * reads the entry, checks it, finds the buffer, copies the header to private memory,
 * checks that, calls the endpoint, and puts the descriptor into the out ring.  Then it
 * asks to be notified of the next message, looks for one a last time, and kicks the
 * peer once for all the buffers that it gave back.
 */
#include "core/link.h"
#include "core/rpmsg_fast.h"

// ---- One message ----

AMP_SLOW_PATH void amp_link_dispatch(
    struct amp_rpmsg *link, uint32_t src, uint32_t dst, void *data, size_t len) {
    if (dst == RPMSG_NS_ADDR) {
        amp_ns_receive(link, data, len);
        return;
    }
    struct amp_endpoint *ept = amp_link_find_endpoint(link, dst);
    if (ept == NULL) {
        ept = &link->sink;
    }
    ++link->stats.received;
    ept->cb(ept, src, data, len);
}

// Find the buffer of the next entry of the in ring.  False, with the link down: the
// entry is a violation.
static bool read_entry(struct amp_rpmsg *link, struct amp_message *message) {
    struct amp_virtq *vq = &link->rx;
    const char *violation = amp_link_bad_id;
    if (amp_link_is_host(link)) {
        const struct virtq_used_elem *elem = amp_virtq_used_elem(vq, vq->in_ring, vq->next_consume);
        message->id = amp_shm_load_32(&elem->id);
        if (amp_virtq_is_with_peer(vq, message->id)) {
            message->max_len = amp_shm_load_32(&elem->len);
            message->buffer = vq->buffers + message->id * vq->size;
            return true;
        }
    } else {
#if AMP_CONFIG_DEVICE
        message->id = amp_virtq_in_id(vq, vq->in_ring, vq->next_consume, false);
        message->buffer = amp_link_map_buffer(link, vq, message->id, &message->max_len);
        if (message->buffer != NULL) {
            if (AMP_CONFIG_FAST_PATH) { // it expects the next buffer to have the same length
                amp_link_set_buffer_size(link, vq, message->max_len);
            }
            return true;
        }
        violation = "available ring: no buffer in the shared memory";
#endif
    }
    amp_link_violated(link, violation);
    return false;
}

AMP_SLOW_PATH void amp_link_end_message(struct amp_rpmsg *link) {
    unsigned state = link->state;
    amp_link_clear(link, LINK_HELD);
    if (state & LINK_ENDED) {
        return;
    }
    if (state & LINK_LEFT) {
        --link->rx.next_consume; // the next poll reads the entry again, and checks it
        --link->stats.received;
    } else if (!(state & LINK_HELD)) {
        amp_link_give_back(link, link->rx_id, amp_link_is_host(link));
    }
}

static void receive_one(struct amp_rpmsg *link) {
    struct amp_message message;
    struct amp_header header;
    if (!read_entry(link, &message)) {
        return;
    }
    amp_virtq_consume(&link->rx);
    link->rx_id = (uint16_t)message.id;
    if (amp_link_read_header(link, &message, &header, amp_link_is_host(link))) {
        amp_link_dispatch(
            link, header.src, header.dst, message.buffer + AMP_HEADER_SIZE, header.len);
    } else {
        ++link->stats.malformed;
    }
    amp_link_end_message(link);
}

// ---- A poll ----

AMP_SLOW_PATH int amp_link_end_poll(struct amp_rpmsg *link, unsigned taken) {
    bool left = link->state & LINK_LEFT;
    amp_link_clear(link, LINK_POLLING | LINK_ENDED | LINK_LEFT);
    if (!left) {
        return link->violation != NULL ? -AMP_EPROTO : (int)taken;
    }
    // Ask for no notification: the program that left the message must poll again.
    if (--taken != 0) {
        amp_shm_fence(); // partner: the other side's before it looks again, see virtq.h
        amp_link_notify(link, &link->rx, taken);
    }
    return (int)taken;
}

// Receive messages until none is pending, and at most `max`.
static int poll_ring(struct amp_rpmsg *link, unsigned max) {
    struct amp_virtq *vq = &link->rx;
    unsigned taken = 0;
    int least = 0; // how many must be pending, or the index is a violation
    link->state |= LINK_POLLING;
    do {
        int pending = amp_virtq_pending(vq);
        if (pending < least) {
            amp_link_violated(link, amp_link_bad_index);
            return amp_link_end_poll(link, taken);
        }
        least = 1; // has_pending() said so: an index that goes back and forth must not loop here
        if (pending != 0) {
            amp_virtq_disable_notify(vq);
        }
        unsigned end = (unsigned)pending < max - taken ? taken + (unsigned)pending : max;
        while (taken != end) {
            unsigned done = amp_fast_receive(link, end - taken);
            if (done == 0) {
                receive_one(link);
                done = 1;
            }
            taken += done;
            if (link->state & (LINK_ENDED | LINK_LEFT)) {
                return amp_link_end_poll(link, taken);
            }
        }
        if (taken != max) {
            amp_virtq_enable_notify(vq);
        }
        amp_shm_fence(); // partner: the same one on the other side, see virtq.h
    } while (taken != max && amp_virtq_has_pending(vq));
    amp_link_clear(link, LINK_POLLING);
    if (taken != 0) {
        amp_link_notify(link, vq, taken);
    }
    return (int)taken;
}

int amp_link_poll(struct amp_rpmsg *link, unsigned max) {
    if (!amp_link_is_up(link) || (link->state & LINK_POLLING)) {
        return 0;
    }
    if (link->state & LINK_NS_DUE) {
        amp_ns_flush(link);
        if (!amp_link_is_up(link)) {
            return link->violation != NULL ? -AMP_EPROTO : 0;
        }
    }
    return poll_ring(link, max);
}

bool amp_rpmsg_peer_can_send(const struct amp_rpmsg *link) {
    // For an impossible index amp_virtq_pending() is -1, so the result is false.
    return amp_link_is_up(link)
        && (uint32_t)amp_virtq_pending(&link->rx) < amp_virtq_peer_count(&link->rx);
}

// ---- Holding a message ----

void amp_rx_hold(struct amp_rpmsg *link, struct amp_rx *rx) {
    rx->token.desc_state = NULL; // a token of no link
    if (!(link->state & LINK_ENDED)) { // otherwise the session ended, and the message with it
        link->state |= LINK_HELD;
        amp_link_begin_use(link, &link->rx, link->rx_id, &rx->token);
    }
}

bool amp_rx_leave(struct amp_rpmsg *link) {
    if (link->state & (LINK_ENDED | LINK_PEER_DIED)) {
        return false;
    }
    link->state |= LINK_LEFT;
    return true;
}

void amp_rx_release(struct amp_rpmsg *link, struct amp_rx *rx) {
    int id = amp_link_end_use(link, &link->rx, &rx->token);
    if (id >= 0) {
        amp_link_give_back(link, (uint32_t)id, amp_link_is_host(link));
        amp_link_notify_returned(link);
    }
}
