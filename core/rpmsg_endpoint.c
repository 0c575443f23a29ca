/* Endpoints: create them, find them by address at constant cost, destroy them. */
#include <string.h>

#include "core/link.h"

struct amp_endpoint *amp_link_find_endpoint(const struct amp_rpmsg *link, uint32_t addr) {
    struct amp_endpoint *ept = *amp_link_bucket(link, addr);
    while (ept != NULL && ept->addr != addr) {
        ept = ept->next_in_bucket;
    }
    return ept;
}

struct amp_endpoint *amp_link_find_bound(
    const struct amp_rpmsg *link, const char *name, uint32_t addr) {
    struct amp_endpoint *oldest = NULL;
    for (struct amp_endpoint *ept = link->endpoints; ept != NULL; ept = ept->next) {
        if (ept->dest == addr && ept->name != NULL && !(ept->flags & EPT_CLOSING)
            && strcmp(ept->name, name) == 0) {
            oldest = ept;
        }
    }
    return oldest;
}

static void bucket_insert(struct amp_rpmsg *link, struct amp_endpoint *ept) {
    struct amp_endpoint **bucket = amp_link_bucket(link, ept->addr);
    ept->next_in_bucket = *bucket;
    *bucket = ept;
}

static void bucket_remove(struct amp_rpmsg *link, struct amp_endpoint *ept) {
    struct amp_endpoint **p = amp_link_bucket(link, ept->addr);
    while (*p != ept) {
        p = &(*p)->next_in_bucket;
    }
    *p = ept->next_in_bucket;
}

struct amp_endpoint **amp_rpmsg_set_buckets(
    struct amp_rpmsg *link, struct amp_endpoint **buckets, uint32_t count) {
    struct amp_endpoint **old = link->buckets;
    for (uint32_t i = 0; i < count; ++i) {
        buckets[i] = &link->sink;
    }
    link->buckets = buckets;
    link->bucket_mask = count - 1;
    for (struct amp_endpoint *ept = link->endpoints; ept != NULL; ept = ept->next) {
        if (!(ept->flags & EPT_CLOSING)) {
            bucket_insert(link, ept);
        }
    }
    return old == link->own_buckets ? NULL : old;
}

// ---- The destination ----

// The callback of an endpoint without a destination: the sender of the first message
// becomes it.  A sender without an address does not, as it cannot be answered.
static void bind_first(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    if (src != AMP_ADDR_ANY) {
        amp_link_bind(ept, src);
    }
    ept->bound_cb(ept, src, data, len);
}

void amp_link_bind(struct amp_endpoint *ept, uint32_t addr) {
    ++ept->link->stats.changes;
    ept->dest = addr;
    ept->flags |= EPT_BOUND;
    ept->cb = ept->bound_cb;
}

__attribute__((noinline)) // -Os would copy it, with the address of bind_first()
void
amp_link_unbind(struct amp_endpoint *ept) {
    ++ept->link->stats.changes;
    ept->dest = AMP_ADDR_ANY;
    ept->cb = bind_first;
}

// ---- Creating and destroying ----

// An address that was never in use; AMP_ADDR_ANY if none is left.
static uint32_t choose_addr(struct amp_rpmsg *link) {
    uint32_t addr = link->next_addr;
    while (amp_link_find_endpoint(link, addr) != NULL) {
        ++addr; // the program gave this address to an endpoint
    }
    link->next_addr = addr;
    return addr < AMP_ADDR_CHOSEN_END ? addr : AMP_ADDR_ANY;
}

static bool name_is_valid(const char *name) {
    return name == NULL || strlen(name) - 1 < AMP_NAME_SIZE - 1;
}

void amp_link_drop(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)src;
    (void)data;
    (void)len;
    --ept->link->stats.received;
    ++ept->link->stats.dropped;
}

int amp_endpoint_create_with(struct amp_rpmsg *link, struct amp_endpoint *ept, const char *name,
    uint32_t addr, uint32_t dest, amp_endpoint_cb cb, unsigned options) {
    if (!name_is_valid(name)) {
        return -AMP_EINVAL;
    }
    if (addr == AMP_ADDR_ANY) {
        addr = choose_addr(link);
    }
    if (addr == RPMSG_NS_ADDR || amp_link_find_endpoint(link, addr) != NULL) {
        return -AMP_EADDRINUSE; // also for AMP_ADDR_ANY, the address of link->sink
    }
    ept->link = link;
    ept->bound_cb = cb != NULL ? cb : amp_link_drop;
    ept->cb = ept->bound_cb;
    ept->name = name;
    ept->addr = addr;
    ept->dest = dest;
    ept->flags = 0;
    ept->next = link->endpoints;
    link->endpoints = ept;
    bucket_insert(link, ept);
    if (dest == AMP_ADDR_ANY) {
        amp_link_unbind(ept);
    }
    if (name != NULL) {
        if (dest == AMP_ADDR_ANY) {
            ept->flags = (uint16_t)options;
        }
        // If `dest` is the address of a remembered service of this name, the endpoint is
        // bound to that service, so that a withdrawal or a restart unbinds it.
        const struct amp_service *service = amp_ns_find_service(link, name, dest);
        if (service != NULL) {
            amp_link_bind(ept, service->addr);
        }
        amp_ns_flush(link);
    }
    return 0;
}

// No message finds a closed endpoint, it cannot send, and its address is free.
static void close_endpoint(struct amp_rpmsg *link, struct amp_endpoint *ept) {
    if (!(ept->flags & EPT_CLOSING)) {
        bucket_remove(link, ept);
        if (ept->addr < AMP_ADDR_CHOSEN_END && ept->addr >= link->next_addr) {
            link->next_addr = ept->addr + 1; // messages to this address may be under way
        }
        ept->flags = EPT_CLOSING;
        ept->dest = AMP_ADDR_ANY;
        if (ept->name != NULL) {
            amp_ns_match(link, ept->name); // another endpoint may bind to its service now
        }
    }
}

int amp_endpoint_destroy(struct amp_endpoint *ept) {
    struct amp_rpmsg *link = ept->link;
    if (link == NULL) {
        return 0;
    }
    if (!(ept->flags & EPT_CLOSING)) {
        if (!(ept->flags & EPT_ANNOUNCED)
            || amp_ns_send(link, ept, RPMSG_NS_DESTROY) != -AMP_EAGAIN) {
            amp_endpoint_abandon(ept);
            return 0;
        }
        close_endpoint(link, ept);
    }
    return -AMP_EAGAIN;
}

void amp_endpoint_abandon(struct amp_endpoint *ept) {
    struct amp_rpmsg *link = ept->link;
    if (link == NULL) {
        return;
    }
    close_endpoint(link, ept);
    struct amp_endpoint **p = &link->endpoints;
    while (*p != ept) {
        p = &(*p)->next;
    }
    *p = ept->next;
    ept->link = NULL;
}
