/* What the models of the peers have in common: endpoints, names, waiting. */
#include "peer.h"

#include <string.h>

enum { PATIENCE = 15000 }; // ms that open-amp and Linux wait for room

// ---- Messages ----

static uint32_t payload_of(const uint8_t *header) {
    return get16(header + 12);
}

int peer_claim(struct peer *p, struct peer_buffer *buffer) {
    uint64_t end = peer_now(p) + PATIENCE;
    bool asked = false;
    int result = p->model->claim(p, buffer);
    while (result == PEER_AGAIN && peer_now(p) < end) {
        if (p->habits->poll_room) {
            peer_sleep(p, 1);
        } else if (!p->model->want_room(p, true)) {
            asked = true;
            peer_sleep(p, PATIENCE);
        }
        result = p->model->claim(p, buffer);
    }
    if (asked) {
        p->model->want_room(p, false);
    }
    return result == PEER_AGAIN ? PEER_LATE : result;
}

void peer_commit(
    struct peer *p, const struct peer_buffer *buffer, uint32_t src, uint32_t dest, uint32_t len) {
    uint8_t *header = buffer->data;
    put32(header, src);
    put32(header + 4, dest);
    put16(header + 12, (uint16_t)len);
    put16(header + 14, 0);
    p->model->commit(p, buffer, len);
}

int peer_send(struct peer *p, uint32_t src, uint32_t dest, const void *data, uint32_t len) {
    struct peer_buffer buffer;
    if (!p->habits->cut && len > p->size[p->model->is_host] - HEADER) {
        return PEER_TOO_LONG;
    }
    int result = peer_claim(p, &buffer);
    if (result != 0) {
        return result;
    }
    // Who cuts, and believes a length of less than a header, has less than nothing
    // to fill.
    int room = (int)buffer.size - HEADER;
    int sent = p->habits->cut && room < (int)len ? room : (int)len;
    if (sent > 0) {
        memcpy(buffer.data + HEADER, data, (size_t)sent);
    }
    peer_commit(p, &buffer, src, dest, (uint32_t)sent);
    return sent;
}

// ---- Endpoints ----

static struct peer_ept *find_addr(struct peer *p, uint32_t addr) {
    for (struct peer_ept *e = p->ept; e != p->ept + PEER_EPTS; ++e) {
        if (e->born != 0 && e->addr == addr) {
            return e;
        }
    }
    return NULL;
}

// The oldest of this name that is bound to `addr`, or (`waits`) to nobody.
static struct peer_ept *find_name(struct peer *p, const char *name, uint32_t addr, bool waits) {
    struct peer_ept *oldest = NULL;
    for (struct peer_ept *e = p->ept; e != p->ept + PEER_EPTS; ++e) {
        bool fits = e->dest == addr || (waits && e->dest == ADDR_ANY);
        if (e->born != 0 && fits && strcmp(e->name, name) == 0
            && (oldest == NULL || e->born < oldest->born)) {
            oldest = e;
        }
    }
    return oldest;
}

static uint32_t choose_addr(struct peer *p) {
    uint32_t addr = p->habits->reuse_addr ? ADDR_DYNAMIC : p->next_addr;
    while (find_addr(p, addr) != NULL) {
        ++addr;
    }
    p->next_addr = addr + 1;
    return addr;
}

// The two ends of a service have found each other.
static void bind(struct peer *p, struct peer_ept *e, uint32_t addr) {
    e->dest = addr;
    if (e->addr == ADDR_ANY) {
        e->addr = choose_addr(p); // the driver is given a channel of its own
    }
    if (p->habits->empty_binds && p->model->is_host) {
        e->bound = true;
        peer_send(p, e->addr, e->dest, "", 0);
    }
}

// A new endpoint takes what was announced and nobody took.
static void take_known(struct peer *p, struct peer_ept *e) {
    for (unsigned i = 0; i < p->known_count && e->dest == ADDR_ANY; ++i) {
        uint32_t addr = p->known[i].addr;
        if (strcmp(p->known[i].name, e->name) == 0 && !find_name(p, e->name, addr, false)) {
            bind(p, e, addr);
        }
    }
}

struct peer_ept *peer_open(struct peer *p, const char *name, uint32_t addr, uint32_t dest) {
    struct peer_ept *e = p->ept;
    while (e != p->ept + PEER_EPTS - 1 && e->born != 0) {
        ++e;
    }
    *e = (struct peer_ept){.addr = addr, .dest = dest, .born = ++p->born};
    strcpy(e->name, name);
    bool waits = dest == ADDR_ANY && name[0] != '\0';
    if (addr == ADDR_ANY && !(p->habits->drivers && waits)) {
        e->addr = choose_addr(p);
    }
    if (waits && p->names && p->habits->announce && e->addr != ADDR_ANY) {
        e->announced = true;
        peer_announce(p, name, e->addr, false);
    }
    if (waits) {
        take_known(p, e);
    }
    return e;
}

// Tell the other side that `e` is gone, if it is told at all.
static void withdraw(struct peer *p, const struct peer_ept *e) {
    bool named = e->name[0] != '\0' && e->addr >= ADDR_DYNAMIC && e->addr != ADDR_ANY;
    if (p->names && (e->announced || (p->habits->withdraw_all && named))) {
        peer_announce(p, e->name, e->addr, true);
    }
}

void peer_close(struct peer *p, struct peer_ept *e) {
    struct peer_ept old = *e;
    e->born = 0;
    if (old.born != 0) {
        withdraw(p, &old);
    }
}

void peer_start(struct peer *p) {
    memset(p->ept, 0, sizeof(p->ept));
    p->known_count = 0;
    p->rung = 0;
    p->calls = 0;
    p->next_addr = ADDR_DYNAMIC;
    if (p->status != NULL && !p->model->is_host && *p->status != DRIVER_OK) {
        peer_fault(p, "waits for DRIVER_OK in the status byte for ever");
    }
    p->model->start(p);
    if (p->status != NULL && p->model->is_host) {
        *p->status = DRIVER_OK; // which nobody ever takes back
    }
}

// ---- Names ----

void peer_announce(struct peer *p, const char *name, uint32_t addr, bool destroy) {
    uint8_t message[NAMES_LEN] = {0};
    strncpy((char *)message, name, NAME_SIZE - 1);
    put32(message + NAME_SIZE, addr);
    put32(message + NAME_SIZE + 4, destroy);
    int sent = peer_send(p, addr, ADDR_NAMES, message, sizeof(message));
    if (sent != NAMES_LEN) {
        peer_fault(p, "an announcement cannot be sent: %d", sent);
    }
}

static void forget(struct peer *p, const char *name, uint32_t addr) {
    for (unsigned i = 0; i < p->known_count; ++i) {
        if (p->known[i].addr == addr && strcmp(p->known[i].name, name) == 0) {
            p->known[i] = p->known[--p->known_count];
        }
    }
}

// To be kept until an endpoint of that name is there.
static void remember(struct peer *p, const char *name, uint32_t addr) {
    for (unsigned i = 0; p->habits->fault_again && i < p->known_count; ++i) {
        if (strcmp(p->known[i].name, name) == 0) {
            peer_fault(p, "announced \"%s\" again, which its program does not want yet", name);
        }
    }
    forget(p, name, addr);
    if (p->known_count < PEER_NAMES) {
        strcpy(p->known[p->known_count].name, name);
        p->known[p->known_count++].addr = addr;
    }
}

// Has it an endpoint of that name, whoever it is bound to?
static bool has_name(const struct peer *p, const char *name) {
    for (const struct peer_ept *e = p->ept; e != p->ept + PEER_EPTS; ++e) {
        if (e->born != 0 && strcmp(e->name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void announced(struct peer *p, const char *name, uint32_t addr) {
    struct peer_ept *e = p->habits->remember ? find_name(p, name, addr, false) : NULL;
    if (e == NULL) {
        e = find_name(p, name, addr, true);
    }
    if (e == NULL && p->habits->fault_again && has_name(p, name)) {
        peer_fault(p, "announced \"%s\" twice, of which it has one: its list is broken", name);
    }
    if (p->habits->remember && (e == NULL || !p->habits->fault_again)) {
        remember(p, name, addr);
    }
    if (e != NULL) {
        bind(p, e, addr);
    } else if (p->habits->fault_unknown) {
        peer_fault(p, "announced \"%s\", for which no endpoint waits: it faults", name);
    } else {
        peer_service(p, name, addr);
    }
}

static void withdrawn(struct peer *p, const char *name, uint32_t addr) {
    struct peer_ept *e = find_name(p, name, addr, !p->habits->remember);
    forget(p, name, addr);
    if (e == NULL) {
        return;
    }
    struct peer_ept old = *e;
    e->dest = ADDR_ANY;
    if (p->habits->drivers) { // its channel is gone, and it waits for another
        e->addr = ADDR_ANY;
        e->bound = false;
    } else if (p->habits->empty_binds) {
        e->born = 0;
    }
    if (p->habits->empty_binds) {
        withdraw(p, &old);
    }
}

// ---- Receiving ----

static bool to_names(struct peer *p, const struct peer_buffer *buffer) {
    char name[NAME_SIZE];
    const uint8_t *message = buffer->data + HEADER;
    if (payload_of(buffer->data) == NAMES_LEN) {
        memcpy(name, message, NAME_SIZE);
        name[NAME_SIZE - 1] = '\0';
        uint32_t addr = get32(message + NAME_SIZE);
        (get32(message + NAME_SIZE + 4) & 1 ? withdrawn : announced)(p, name, addr);
    }
    return false;
}

static bool to_endpoint(struct peer *p, const struct peer_buffer *buffer) {
    uint32_t src = get32(buffer->data);
    struct peer_ept *e = find_addr(p, get32(buffer->data + 4));
    if (e == NULL || e->addr == ADDR_ANY) {
        ++p->strays;
        return false;
    }
    if (e->dest == ADDR_ANY && p->habits->bind_first) {
        e->dest = src;
    }
    if (p->habits->empty_binds && payload_of(buffer->data) == 0) {
        if (!e->bound) {
            e->bound = true;
            peer_send(p, e->addr, e->dest, "", 0);
        }
        return false;
    }
    return peer_received(p, e, src, buffer);
}

bool peer_deliver(struct peer *p, const struct peer_buffer *buffer) {
    if (payload_of(buffer->data) + HEADER > buffer->size) {
        peer_fault(p, "reads a message of %u bytes in a buffer of %u", payload_of(buffer->data),
            buffer->size);
    }
    ++p->calls;
    bool names = p->names && get32(buffer->data + 4) == ADDR_NAMES;
    bool kept = names ? to_names(p, buffer) : to_endpoint(p, buffer);
    --p->calls;
    return kept;
}
