/*
 * The name service: who offers what under which address.
 *
 * Announcements of the other side are remembered (bounded) until they are
 * withdrawn, whether or not somebody wanted them, so it does not matter which
 * of the two, announcement or endpoint, is there first.
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

struct amp_service *amp_ns_find(struct amp_rpmsg *link, const char *name, uint32_t addr) {
    struct amp_service *service = link->services;
    for (unsigned left = link->service_count; left != 0; --left, ++service) {
        if (strcmp(service->name, name) == 0
            && (service->addr == addr
                || (addr == AMP_ADDR_ANY && !amp_link_find_bound(link, name, service->addr)))) {
            return service;
        }
    }
    return NULL;
}

static void forget(struct amp_rpmsg *link, struct amp_service *service) {
    const struct amp_service *end = &link->services[link->service_count--];
    memmove(service, service + 1, (size_t)((const char *)end - (const char *)(service + 1)));
}

void amp_ns_deliver(struct amp_rpmsg *link) {
    // An event may end this life of the link, and with it this loop: nothing is
    // added, nor is a name overwritten, before the next poll.
    for (unsigned i = 0; i < link->service_count; ++i) {
        struct amp_service *service = &link->services[i];
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

// What the other side said, private and checked.
union said {
    uint32_t words[sizeof(struct rpmsg_ns_msg) / 4];
    struct rpmsg_ns_msg msg;
    struct amp_service service; // the same, with `delivered` for `flags`
};
_Static_assert(sizeof(union said) == sizeof(struct rpmsg_ns_msg), "a service is what was said");

static struct amp_service *remember(struct amp_rpmsg *link, const union said *said) {
    if (link->service_count == AMP_CONFIG_MAX_SERVICES) {
        forget(link, &link->services[0]); // the oldest
        ++link->stats.services_forgotten;
    }
    struct amp_service *service = &link->services[link->service_count++];
    memcpy(service, &said->service, sizeof(*service));
    return service;
}

// `service`: if it is known already.
static void announced(struct amp_rpmsg *link, const union said *said, struct amp_service *service) {
    if (service == NULL) {
        service = remember(link, said);
    }
    service->delivered = false;
    const char *name = said->msg.name;
    struct amp_endpoint *ept = amp_link_find_bound(link, name, said->msg.addr);
    if (ept == NULL) {
        ept = amp_link_find_bound(link, name, AMP_ADDR_ANY); // the oldest that waits for one
    }
    if (ept != NULL) {
        amp_link_bind(ept, said->msg.addr);
    }
    amp_ns_deliver(link);
}

static void withdrawn(struct amp_rpmsg *link, const union said *said, struct amp_service *service) {
    if (service != NULL) {
        forget(link, service);
    }
    struct amp_endpoint *ept;
    while ((ept = amp_link_find_bound(link, said->msg.name, said->msg.addr)) != NULL) {
        amp_link_unbind(ept);
    }
}

void amp_ns_receive(struct amp_rpmsg *link, const void *data, size_t len) {
    union said said;
    if (len < sizeof(said)) {
        ++link->stats.malformed;
        return;
    }
    // Private before anything is looked at.
    for (int i = sizeof(said) / 4 - 1; i >= 0; --i) {
        said.words[i] = amp_shm_load_32((const uint32_t *)data + i);
    }
    said.msg.name[AMP_NAME_SIZE - 1] = '\0';
    if (said.msg.name[0] == '\0' || said.msg.addr == AMP_ADDR_ANY) {
        ++link->stats.malformed;
        return;
    }
    struct amp_service *service = amp_ns_find(link, said.msg.name, said.msg.addr);
    if (said.msg.flags & RPMSG_NS_DESTROY) {
        withdrawn(link, &said, service);
    } else {
        announced(link, &said, service);
    }
}
