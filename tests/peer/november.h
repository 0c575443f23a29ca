/* What both roles of our own library did alike in November 2026. */
#ifndef PEER_NOVEMBER_H
#define PEER_NOVEMBER_H

#include "peer.h"

// Ask for the bell at entry `next` of a ring, or (flags only) for silence.
// With event indices nothing is written to be silent: it rings once only.
static inline void november_listen(
    const struct peer *p, uint8_t *event, uint8_t *flags, uint16_t next, bool listen) {
    if (!p->event_idx) {
        put16(flags, listen ? 0 : RING_F_SILENT);
    } else if (listen) {
        put16(event, next);
    }
}

// Entries `first` up to `last` were published: ring if the other side waits for
// one of them.
static inline void november_tell(struct peer *p, unsigned ring, const uint8_t *event,
    const uint8_t *flags, uint16_t first, uint16_t last) {
    uint16_t wanted = get16(event);
    bool due =
        p->event_idx ? (uint16_t)(last - wanted) <= (uint16_t)(last - first) : get16(flags) == 0;
    if (due) {
        peer_ring(p, ring);
    }
}

#endif // PEER_NOVEMBER_H
