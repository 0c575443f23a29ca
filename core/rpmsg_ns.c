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
    struct rpmsg_ns_msg msg = {.addr = ept->addr, .flags = flags};
    memcpy(msg.name, ept->name, strlen(ept->name));
    int error = amp_rpmsg_send(link, ept->addr, RPMSG_NS_ADDR, &msg, sizeof(msg));
    if (error == -AMP_EAGAIN && amp_rpmsg_want_room(link)) {
        // Once: a peer that shows room and takes it back could keep us here.
        error = amp_rpmsg_send(link, ept->addr, RPMSG_NS_ADDR, &msg, sizeof(msg));
    }
    // The doorbell for a buffer brings us back, through amp_ns_flush().
    if (error == -AMP_EAGAIN) {
        link->state |= LINK_NS_DUE;
    }
    return error;
}

// The first endpoint that has something to say, or NULL.
static struct amp_endpoint *find_due(const struct amp_rpmsg *link) {
    struct amp_endpoint *ept = link->endpoints;
    while (ept != NULL && !(ept->flags & (EPT_ANNOUNCE | EPT_CLOSING))) {
        ept = ept->next;
    }
    return ept;
}

void amp_ns_flush(struct amp_rpmsg *link) {
    struct amp_endpoint *ept;
    amp_link_clear(link, LINK_NS_DUE);
    // From the start each time: `released` may change the list.
    while (amp_link_is_up(link) && (ept = find_due(link)) != NULL) {
        bool closing = ept->flags & EPT_CLOSING;
        int error = 0;
        if (link->name_service) {
            error = amp_ns_send(link, ept, closing ? RPMSG_NS_DESTROY : RPMSG_NS_CREATE);
        }
        if (error == -AMP_EAGAIN || error == -AMP_EPROTO) {
            return; // with the life of the link `ept` may have ended
        }
        // Any other error is final: buffers too short for a name.
        ept->flags = (uint16_t)((ept->flags & ~EPT_ANNOUNCE) | (error > 0 ? EPT_ANNOUNCED : 0));
        if (closing) {
            amp_link_remove(link, ept);
        }
    }
}

// ---- Theirs ----

static bool is_bound_to(const struct amp_endpoint *ept, const char *name, uint32_t addr) {
    return ept->dest == addr && ept->name != NULL && strncmp(ept->name, name, AMP_NAME_SIZE) == 0;
}

static struct amp_endpoint *find_bound(
    const struct amp_rpmsg *link, const char *name, uint32_t addr) {
    struct amp_endpoint *ept = link->endpoints;
    while (ept != NULL && ((ept->flags & EPT_CLOSING) || !is_bound_to(ept, name, addr))) {
        ept = ept->next;
    }
    return ept;
}

static struct amp_service *find_service(struct amp_rpmsg *link, const char *name, uint32_t addr) {
    for (unsigned i = 0; i < link->service_count; ++i) {
        struct amp_service *service = &link->services[i];
        if (service->addr == addr && strncmp(service->name, name, AMP_NAME_SIZE) == 0) {
            return service;
        }
    }
    return NULL;
}

static void forget(struct amp_rpmsg *link, struct amp_service *service) {
    --link->service_count;
    for (; service < &link->services[link->service_count]; ++service) {
        service[0] = service[1];
    }
}

static void remember(struct amp_rpmsg *link, const char *name, uint32_t addr) {
    struct amp_service *service = find_service(link, name, addr);
    if (service == NULL) {
        if (link->service_count == AMP_CONFIG_MAX_SERVICES) {
            forget(link, &link->services[0]); // the oldest
            ++link->stats.services_forgotten;
        }
        service = &link->services[link->service_count++];
        memcpy(service->name, name, AMP_NAME_SIZE);
        service->addr = addr;
    }
    service->delivered = false;
}

void amp_ns_bind(struct amp_rpmsg *link, struct amp_endpoint *ept) {
    for (unsigned i = 0; i < link->service_count; ++i) {
        struct amp_service *service = &link->services[i];
        if (strncmp(service->name, ept->name, AMP_NAME_SIZE) != 0) {
            continue;
        }
        // With a destination of its own, an endpoint takes its service along
        // with all that holds for it: withdrawal, restart.
        if (ept->dest == service->addr
            || (ept->dest == AMP_ADDR_ANY && !find_bound(link, service->name, service->addr))) {
            amp_link_bind(ept, service->addr);
            return;
        }
    }
}

void amp_ns_deliver(struct amp_rpmsg *link) {
    uint16_t generation = link->generation;
    for (unsigned i = 0; i < link->service_count; ++i) {
        struct amp_service *service = &link->services[i];
        if (service->delivered || link->events == NULL || link->events->service == NULL) {
            continue;
        }
        service->delivered = true;
        if (find_bound(link, service->name, service->addr) != NULL) {
            continue; // taken, and no news either when it is free again
        }
        struct amp_service copy = *service;
        link->events->service(link, copy.addr, copy.name);
        if (link->generation != generation) {
            return;
        }
    }
}

static void announced(struct amp_rpmsg *link, const char *name, uint32_t addr) {
    remember(link, name, addr);
    struct amp_endpoint *ept = find_bound(link, name, addr);
    if (ept == NULL) {
        ept = find_bound(link, name, AMP_ADDR_ANY); // the oldest that waits for one
    }
    if (ept != NULL) {
        amp_link_bind(ept, addr);
    }
    amp_ns_deliver(link);
}

static void withdrawn(struct amp_rpmsg *link, const char *name, uint32_t addr) {
    struct amp_service *service = find_service(link, name, addr);
    if (service != NULL) {
        forget(link, service);
    }
    for (struct amp_endpoint *ept = link->endpoints; ept != NULL; ept = ept->next) {
        if (is_bound_to(ept, name, addr)) {
            amp_link_unbind(ept);
        }
    }
}

void amp_ns_receive(struct amp_rpmsg *link, const void *data, size_t len) {
    // Private before anything is looked at.
    union {
        uint32_t words[sizeof(struct rpmsg_ns_msg) / 4];
        struct rpmsg_ns_msg msg;
    } copy;
    if (len < sizeof(copy)) {
        ++link->stats.malformed;
        return;
    }
    for (size_t i = 0; i < sizeof(copy) / 4; ++i) {
        copy.words[i] = amp_shm_load_32((const uint32_t *)data + i);
    }
    copy.msg.name[AMP_NAME_SIZE - 1] = '\0';
    if (copy.msg.name[0] == '\0' || copy.msg.addr == AMP_ADDR_ANY) {
        ++link->stats.malformed;
    } else if (copy.msg.flags & RPMSG_NS_DESTROY) {
        withdrawn(link, copy.msg.name, copy.msg.addr);
    } else {
        announced(link, copy.msg.name, copy.msg.addr);
    }
}
