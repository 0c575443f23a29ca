/* What both roles of open-amp do alike (lib/virtio, lib/rpmsg), whatever the ring. */
#ifndef PEER_OPEN_AMP_H
#define PEER_OPEN_AMP_H

#include "peer.h"

// It has taken the entries before `next` of the ring on which it receives, and
// wants to hear of that one: which it never says, and has never said.
static inline void open_amp_listen(const struct peer *p, uint8_t *event, uint16_t next) {
    if (p->event_idx && !p->habits->event_once) {
        put16(event, next);
    }
}

// Its one wish at its start: no bells for the buffers that it sends, as it looks
// for room by itself.  `event` and `flags` are those that it may write on the
// ring that it sends on.  Nothing is ever written there again, and on the other
// ring nothing at all.
static inline void open_amp_disable(
    const struct peer *p, uint8_t *event, uint8_t *flags, unsigned num) {
    if (p->event_idx) {
        put16(event, 0xFFFF - num);
    } else {
        put16(flags, get16(flags) | RING_F_SILENT);
    }
}

// After `queued` entries up to `idx` were published on `ring`: ring its bell, if
// the other side's `event` or `flags` say so.
static inline void open_amp_kick(struct peer *p, unsigned ring, const uint8_t *event,
    const uint8_t *flags, uint16_t idx, unsigned *queued) {
    bool due = p->event_idx ? passes_event(get16(event), idx, (uint16_t)(idx - *queued))
                            : !(get16(flags) & RING_F_SILENT);
    *queued = 0;
    if (due) {
        peer_ring(p, ring);
    }
}

#endif // PEER_OPEN_AMP_H
