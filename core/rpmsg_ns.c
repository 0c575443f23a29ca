/*
 * The name service: who offers what under which address.
 *
 * Announcements of the other side are remembered (bounded) until they are
 * withdrawn, whether or not somebody wanted them, so it does not matter which
 * of the two, announcement or endpoint, is there first.  One that is repeated
 * is new.
 */
#include <string.h>

#include "core/link.h"

// ---- Ours: announce and withdraw ----

int amp_ns_send(struct amp_rpmsg *link, const struct amp_endpoint *ept, uint32_t flags) {
    if (!link->name_service) {
        return 0;
    }
    struct rpmsg_ns_msg msg;
    strncpy(msg.name, ept->name, AMP_NAME_SIZE - 1); // fills up with zeros
    msg.name[AMP_NAME_SIZE - 1] = '\0';
    msg.addr = ept->addr;
    msg.flags = flags;
    // Not for ever: a peer could show room and take it back, again and again.
    unsigned tries = amp_virtq_num(&link->tx);
    int error;
    do {
        error = amp_rpmsg_send(link, msg.addr, RPMSG_NS_ADDR, &msg, sizeof(msg));
    } while (error == -AMP_EAGAIN && tries-- != 0 && amp_rpmsg_want_room(link));
    // The doorbell for a buffer brings us back, through amp_ns_flush().
    if (error == -AMP_EAGAIN) {
        link->state |= LINK_NS_DUE;
    }
    return error;
}

// The oldest endpoint that has something to say, or NULL.  A link that is down
// hears of the closing ones only: it lets them go.
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

// The withdrawal of an endpoint is sent, or needed no more: it is its owner's again.
static void release(struct amp_rpmsg *link, struct amp_endpoint *ept) {
    amp_endpoint_abandon(ept);
    if (link->events != NULL && link->events->released != NULL) {
        link->events->released(link, ept);
    }
}

void amp_ns_flush(struct amp_rpmsg *link) {
    struct amp_endpoint *ept;
    amp_link_clear(link, LINK_NS_DUE);
    // From the start each time: `released` may change the list.
    while ((ept = find_due(link)) != NULL) {
        unsigned closing = ept->flags & EPT_CLOSING;
        int error = amp_ns_send(link, ept, closing); // RPMSG_NS_DESTROY or 0
        if (error == -AMP_EAGAIN || error == -AMP_EPROTO) {
            return; // with the life of the link `ept` may have ended
        }
        // Any other error is final: buffers too short for a name, or nobody there.
        if (closing) {
            release(link, ept);
        } else {
            ept->flags ^= EPT_ANNOUNCE | EPT_ANNOUNCED;
        }
    }
}

// ---- Theirs ----

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

// All behind it move up, with the one that is being said.
static void forget(struct amp_rpmsg *link, struct amp_service *service) {
    const struct amp_service *end = link->services_end--;
    memmove(service, service + 1, (size_t)((const char *)end - (const char *)service));
}

void amp_ns_deliver(struct amp_rpmsg *link) {
    // An event may end this life of the link, and with it this loop: nothing is
    // added, nor is a name overwritten, before the next poll.
    for (struct amp_service *service = link->services; service < link->services_end; ++service) {
        const struct amp_rpmsg_events *events = link->events;
        if (events == NULL || events->service == NULL) {
            return;
        }
        if (!service->delivered) {
            service->delivered = true;
            // What is taken is no news, and none either when it is free again.
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

static void announced(struct amp_rpmsg *link) {
    struct amp_service *service = link->services_end++;
    service->delivered = false;
    struct amp_endpoint *ept = amp_link_find_bound(link, service->name, service->addr);
    if (ept != NULL) {
        amp_link_bind(ept, service->addr); // as if it had waited: it is bound by name now
    }
    amp_ns_match(link, service->name);
    amp_ns_deliver(link);
}

static void withdrawn(struct amp_rpmsg *link) {
    const struct amp_service *service = link->services_end;
    struct amp_endpoint *ept;
    while ((ept = amp_link_find_bound(link, service->name, service->addr)) != NULL) {
        amp_link_unbind(ept);
    }
    amp_ns_match(link, service->name); // it may have moved, and said so before
}

_Static_assert(sizeof(struct amp_service) == sizeof(struct rpmsg_ns_msg)
        && offsetof(struct amp_service, addr) == offsetof(struct rpmsg_ns_msg, addr),
    "a service is remembered as it was said, with `delivered` for the flags");

void amp_ns_receive(struct amp_rpmsg *link, const void *data, size_t len) {
    struct amp_service *said = link->services_end; // private: there is one more than is remembered
    if (len < sizeof(*said)) {
        ++link->stats.malformed;
        return;
    }
    for (size_t i = 0; i < sizeof(*said) / 4; ++i) {
        ((uint32_t *)said)[i] = amp_shm_load_32((const uint32_t *)data + i);
    }
    said->name[AMP_NAME_SIZE - 1] = '\0';
    if (said->name[0] == '\0' || said->addr == AMP_ADDR_ANY) {
        ++link->stats.malformed;
        return;
    }
    bool destroy = said->delivered & RPMSG_NS_DESTROY;
    struct amp_service *known = amp_ns_find_service(link, said->name, said->addr);
    if (known == NULL && !destroy && said == &link->services[AMP_CONFIG_MAX_SERVICES]) {
        known = link->services; // the oldest
        ++link->stats.services_forgotten;
    }
    if (known != NULL) {
        forget(link, known);
    }
    if (destroy) {
        withdrawn(link);
    } else {
        announced(link);
    }
}
