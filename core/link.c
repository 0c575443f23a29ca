/* What all files of the RPMsg layer use: violations, notifications and tokens. */
#include "core/link.h"

const char amp_link_bad_index[] = "bad ring index";
const char amp_link_bad_id[] = "bad ring id";

int amp_link_violated(struct amp_rpmsg *link, const char *what) {
    ++link->stats.violations;
    link->violation = what; // before down(), whose events may begin a new session
    amp_rpmsg_down(link);
    return -AMP_EPROTO;
}

// ---- Doorbells ----

// Does the peer keep event indices on `vq`?  A changed event index of our transmit
// queue, on which the peer receives, proves that it keeps those of both queues.  One of our
// receive queue may only have disabled the notifications of returned buffers (open-amp does
// that), so it proves them for this queue alone, unless it is the value with which openamp
// disables them, AMP_EVENT_NEVER.
static bool keeps_event_indices(const struct amp_rpmsg *link, const struct amp_virtq *vq) {
    const struct amp_virtq *rx = &link->rx;
    bool returned =
        amp_virtq_event_moved(rx) && (vq == rx || amp_virtq_peer_event_idx(rx) == AMP_EVENT_NEVER);
    return returned || amp_virtq_event_moved(&link->tx);
}

void amp_link_notify(struct amp_rpmsg *link, struct amp_virtq *vq, unsigned count) {
    if (amp_virtq_event_is_unproven(vq) && keeps_event_indices(link, vq)) {
        amp_virtq_accept_event(vq);
    }
    if (amp_virtq_needs_notify_batch(vq, count)) {
        amp_link_kick(link, vq);
    }
}

void amp_link_notify_returned(struct amp_rpmsg *link) {
    amp_shm_fence(); // partner: the other side's before it looks again, see virtq.h
    // Inside a callback, also for the buffers that the poll has given back so far, of which
    // it would notify only at its end.
    amp_link_notify(link, &link->rx, link->state & LINK_POLLING ? amp_rpmsg_depth(link) : 1);
}

// ---- Buffers in use ----

void amp_link_begin_use(
    struct amp_rpmsg *link, struct amp_virtq *vq, uint32_t id, struct amp_token *token) {
    uint32_t use = link->use + 1;
    if (use < AMP_DESC_IN_USE) { // the first one, or it wrapped
        use = AMP_DESC_IN_USE;
    }
    link->use = token->use = use;
    token->desc_state = &vq->desc_state[id];
    amp_virtq_set_desc_state(vq, id, use);
}

int amp_link_end_use(
    const struct amp_rpmsg *link, struct amp_virtq *vq, const struct amp_token *token) {
    // A token of another link or queue, or of none, points to none of these states.
    uintptr_t id =
        ((uintptr_t)token->desc_state - (uintptr_t)vq->desc_state) / sizeof(*vq->desc_state);
    if (id > vq->mask || vq->desc_state[id] != token->use || !amp_link_is_up(link)) {
        return -AMP_EPIPE;
    }
    amp_virtq_clear_desc_state(vq, (uint32_t)id);
    return (int)id;
}
