/*
 * The name service: which service is at which address.
 *
 * Announcements of the peer are remembered until they are withdrawn, a bounded number
 * of them, whether or not an endpoint wanted them; so it does not matter whether the
 * announcement or the endpoint comes first.  A repeated announcement counts as new.
 */
#include <string.h>

#include "core/link.h"

// ---- Announcing and withdrawing our endpoints ----

int amp_ns_send(struct amp_rpmsg *link, const struct amp_endpoint *ept, uint32_t flags) {
    if (!link->name_service) {
        return 0;
    }
    struct rpmsg_ns_msg msg;
    strncpy(msg.name, ept->name, AMP_NAME_SIZE - 1); // fills the rest with zeros
    msg.name[AMP_NAME_SIZE - 1] = '\0';
    msg.addr = ept->addr;
    msg.flags = flags;
    // Bounded, because a hostile index could show a returned buffer again and again.
    unsigned tries = amp_virtq_num(&link->tx);
    int error;
    do {
        error = amp_rpmsg_send(link, msg.addr, RPMSG_NS_ADDR, &msg, sizeof(msg));
    } while (error == -AMP_EAGAIN && tries-- != 0 && amp_rpmsg_want_room(link));
    // The notification of a returned buffer leads to a poll, and that to amp_ns_flush().
    if (error == -AMP_EAGAIN) {
        link->state |= LINK_NS_DUE;
    }
    return error;
}

// The oldest endpoint that waits to be announced or withdrawn, or NULL.  While the link
// is down only closing endpoints count, which are released without a message.
static struct amp_endpoint *find_due(const struct amp_rpmsg *link) {
    struct amp_endpoint *oldest = NULL;
    unsigned due = amp_link_is_up(link) ? EPT_ANNOUNCE | EPT_CLOSING : EPT_CLOSING;
    for (struct amp_endpoint *ept = link->endpoints; ept != NULL; ept = ept->next) {
        if (ept->flags & due) {
            oldest = ept;
        }
    }
    return oldest;
}

// The withdrawal of an endpoint was sent or is no longer needed: give the endpoint's memory
// back to its owner.
static void release(struct amp_rpmsg *link, struct amp_endpoint *ept) {
    amp_endpoint_abandon(ept);
    if (link->events != NULL && link->events->released != NULL) {
        link->events->released(link, ept);
    }
}

void amp_ns_flush(struct amp_rpmsg *link) {
    struct amp_endpoint *ept;
    amp_link_clear(link, LINK_NS_DUE);
    // The search begins anew each time, because the event `released` may change the list.
    while ((ept = find_due(link)) != NULL) {
        unsigned closing = ept->flags & EPT_CLOSING;
        int error = amp_ns_send(link, ept, closing); // RPMSG_NS_DESTROY or 0
        if (error == -AMP_EAGAIN || error == -AMP_EPROTO) {
            return; // if the session ended, `ept` may have been released
        }
        // Any other error is final: the buffers are too short for a name, or the link is
        // down.
        if (closing) {
            release(link, ept);
        } else {
            ept->flags ^= EPT_ANNOUNCE | EPT_ANNOUNCED;
        }
    }
}

// ---- Announcements of the peer ----

struct amp_service *amp_ns_find_service(struct amp_rpmsg *link, const char *name, uint32_t addr) {
    for (struct amp_service *service = link->services; service != link->services_end; ++service) {
        if (strcmp(service->name, name) == 0
            && (service->addr == addr
                || (addr == AMP_ADDR_ANY && !amp_link_find_bound(link, name, service->addr)))) {
            return service;
        }
    }
    return NULL;
}

// Forget a remembered announcement.  Those behind it move up, and so does the one at
// services_end, which is being received.
static void forget(struct amp_rpmsg *link, struct amp_service *service) {
    const struct amp_service *end = link->services_end--;
    memmove(service, service + 1, (size_t)((const char *)end - (const char *)service));
}

void amp_ns_deliver(struct amp_rpmsg *link) {
    // An event may end the session, and with it this loop.  No announcement is added, and
    // so no name overwritten, before the next poll.
    for (struct amp_service *service = link->services; service < link->services_end; ++service) {
        const struct amp_rpmsg_events *events = link->events;
        if (events == NULL || events->service == NULL) {
            return;
        }
        if (!service->delivered) {
            service->delivered = true;
            // A service that an endpoint has bound to is not reported, neither now nor
            // when that endpoint is closed.
            if (amp_link_find_bound(link, service->name, service->addr) == NULL) {
                events->service(link, service->addr, service->name);
            }
        }
    }
}

void amp_ns_match(struct amp_rpmsg *link, const char *name) {
    const struct amp_service *service;
    struct amp_endpoint *ept;
    while ((ept = amp_link_find_bound(link, name, AMP_ADDR_ANY)) != NULL
        && (service = amp_ns_find_service(link, name, AMP_ADDR_ANY)) != NULL) {
        amp_link_bind(ept, service->addr);
    }
}

// Handle the announcement at link->services_end, behind the remembered ones.
static void handle_announcement(struct amp_rpmsg *link) {
    struct amp_service *service = link->services_end++;
    service->delivered = false;
    struct amp_endpoint *ept = amp_link_find_bound(link, service->name, service->addr);
    if (ept != NULL) {
        amp_link_bind(ept, service->addr); // created with this `dest`: now it is bound by name
    }
    amp_ns_match(link, service->name);
    amp_ns_deliver(link);
}

// Handle the withdrawal at the same place.
static void handle_withdrawal(struct amp_rpmsg *link) {
    const struct amp_service *service = link->services_end;
    struct amp_endpoint *ept;
    while ((ept = amp_link_find_bound(link, service->name, service->addr)) != NULL) {
        amp_link_unbind(ept);
    }
    amp_ns_match(link, service->name); // its new address may have been announced before
}

_Static_assert(sizeof(struct amp_service) == sizeof(struct rpmsg_ns_msg)
        && offsetof(struct amp_service, addr) == offsetof(struct rpmsg_ns_msg, addr),
    "a service is remembered as its message came, with `delivered` in place of the flags");

void amp_ns_receive(struct amp_rpmsg *link, const void *data, size_t len) {
    // The message is copied to private memory: the entry behind the remembered ones.
    struct amp_service *received = link->services_end;
    if (len < sizeof(*received)) {
        ++link->stats.malformed;
        return;
    }
    for (size_t i = 0; i < sizeof(*received) / 4; ++i) {
        ((uint32_t *)received)[i] = amp_shm_load_32((const uint32_t *)data + i);
    }
    received->name[AMP_NAME_SIZE - 1] = '\0';
    if (received->name[0] == '\0' || received->addr == AMP_ADDR_ANY) {
        ++link->stats.malformed;
        return;
    }
    bool destroy = received->delivered & RPMSG_NS_DESTROY;
    struct amp_service *known = amp_ns_find_service(link, received->name, received->addr);
    if (known == NULL && !destroy && received == &link->services[AMP_CONFIG_MAX_SERVICES]) {
        known = link->services; // the oldest
        ++link->stats.services_forgotten;
    }
    if (known != NULL) {
        forget(link, known);
    }
    if (destroy) {
        handle_withdrawal(link);
    } else {
        handle_announcement(link);
    }
}
