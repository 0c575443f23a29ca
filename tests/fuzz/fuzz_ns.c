/*
 * The name service, against a second and plainer telling of its rules: the
 * input is a story of announcements (well-formed or not), endpoints that come
 * and go, also inside the events, and lives that end.  After each step, who is
 * bound to whom, what is remembered and what was told must be the same in both.
 */
#include "fuzz.h"
#include "core/link.h"
#include "pair.h"

enum { ENDPOINTS = 6, MAX_STEPS = 300, NAMES = 6 };

static const char *const names[NAMES] = {
    "a", "b", "tty", "tty0", "31 bytes, the longest that can be", ""};

static struct pair pair;
static struct pair_side *ours;
static struct pair_side *theirs;
static struct input in;
static unsigned depth;

// ---- The plain telling ----

static struct {
    char name[AMP_NAME_SIZE];
    uint32_t addr;
    bool told;
} services[AMP_CONFIG_MAX_SERVICES];
static unsigned service_count;

static struct plain {
    struct amp_endpoint ept; // first: an endpoint is its plain twin
    char name[AMP_NAME_SIZE];
    uint32_t dest;
    uint32_t age; // when it was created
    bool alive;
    bool closing;
    bool bound; // `dest` was learned
} twins[ENDPOINTS];
static uint32_t clock_of_creation;
static uint32_t malformed;
static uint32_t forgotten;
static bool listening; // the service event is set

// The oldest living endpoint of that name and destination.
static struct plain *find(const char *name, uint32_t dest) {
    struct plain *found = NULL;
    for (unsigned i = 0; i < ENDPOINTS; ++i) {
        struct plain *twin = &twins[i];
        if (twin->alive && !twin->closing && twin->dest == dest && strcmp(twin->name, name) == 0
            && (found == NULL || twin->age < found->age)) {
            found = twin;
        }
    }
    return found;
}

static void plain_forget(unsigned i) {
    memmove(&services[i], &services[i + 1], (--service_count - i) * sizeof(services[0]));
}

// What nobody has of that name, for those that wait for it.
static void plain_match(const char *name) {
    for (unsigned i = 0; i < service_count && name[0] != '\0'; ++i) {
        struct plain *twin = find(name, AMP_ADDR_ANY);
        if (twin != NULL && strcmp(services[i].name, name) == 0
            && find(name, services[i].addr) == NULL) {
            twin->dest = services[i].addr;
            twin->bound = true;
        }
    }
}

static void plain_announce(const char *name, uint32_t addr) {
    unsigned i = 0;
    while (i < service_count && (services[i].addr != addr || strcmp(services[i].name, name) != 0)) {
        ++i;
    }
    if (i < service_count) {
        plain_forget(i); // said again, it is the newest
    } else if (service_count == AMP_CONFIG_MAX_SERVICES) {
        plain_forget(0);
        ++forgotten;
    }
    i = service_count++;
    memset(&services[i], 0, sizeof(services[i]));
    strcpy(services[i].name, name);
    services[i].addr = addr;
    struct plain *twin = find(name, addr);
    if (twin != NULL) {
        twin->bound = true;
    }
    plain_match(name);
}

static void plain_withdraw(const char *name, uint32_t addr) {
    for (unsigned i = 0; i < service_count; ++i) {
        if (services[i].addr == addr && strcmp(services[i].name, name) == 0) {
            plain_forget(i--);
        }
    }
    for (unsigned i = 0; i < ENDPOINTS; ++i) {
        if (twins[i].alive && twins[i].dest == addr && strcmp(twins[i].name, name) == 0
            && name[0] != '\0') {
            twins[i].dest = AMP_ADDR_ANY;
        }
    }
    plain_match(name);
}

static void plain_message(const uint8_t *data, size_t len) {
    char name[AMP_NAME_SIZE];
    uint32_t addr;
    uint32_t flags;
    if (len < 40) {
        ++malformed;
        return;
    }
    memcpy(name, data, sizeof(name));
    name[sizeof(name) - 1] = '\0';
    memcpy(&addr, data + 32, 4);
    memcpy(&flags, data + 36, 4);
    if (name[0] == '\0' || addr == AMP_ADDR_ANY) {
        ++malformed;
    } else if (flags & RPMSG_NS_DESTROY) {
        plain_withdraw(name, addr);
    } else {
        plain_announce(name, addr);
    }
}

static void plain_down(void) {
    service_count = 0;
    for (unsigned i = 0; i < ENDPOINTS; ++i) {
        if (twins[i].bound) {
            twins[i].dest = AMP_ADDR_ANY;
        }
    }
}

// The service that the user has to be told of next; service_count: none.
static unsigned plain_next_news(void) {
    unsigned i = 0;
    for (; i < service_count; ++i) {
        if (!services[i].told && find(services[i].name, services[i].addr) == NULL) {
            break;
        }
        services[i].told = true;
    }
    return i;
}

// ---- Steps ----

static void step(void);

static void announced(struct amp_rpmsg *link, uint32_t src, const char *name) {
    CHECK(link == &ours->link && listening);
    CHECK(memchr(name, '\0', AMP_NAME_SIZE) != NULL);
    unsigned i = plain_next_news();
    CHECK(i < service_count && services[i].addr == src && strcmp(services[i].name, name) == 0);
    services[i].told = true;
    if (depth < 3) {
        ++depth;
        for (unsigned steps = input_8(&in) % 4; steps > 0; --steps) {
            step();
        }
        --depth;
    }
}

static void released(struct amp_rpmsg *link, struct amp_endpoint *ept) {
    struct plain *twin = (struct plain *)ept;
    CHECK(link == &ours->link && twin->alive && twin->closing && ept->link == NULL);
    memset(twin, 0, sizeof(*twin)); // the memory is ours again
}

static void received(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)data;
    (void)len;
    struct plain *twin = (struct plain *)ept;
    CHECK(twin->alive && !twin->closing && twin->dest != AMP_ADDR_ANY && src != 0);
}

static const struct amp_rpmsg_events events = {.service = announced, .released = released};
static const struct amp_rpmsg_events deaf = {.released = released};

// Theirs says something to the name service, and we look at once.
static void tell(void) {
    uint8_t what = input_8(&in);
    struct rpmsg_ns_msg msg = {.addr = input_8(&in) % 8, .flags = what & 1};
    size_t len = sizeof(msg);
    strncpy(msg.name, names[(what >> 1) % NAMES], sizeof(msg.name));
    switch (what >> 4) {
        case 0:
            len = input_8(&in) % sizeof(msg);
            break;
        case 1:
            msg.addr = AMP_ADDR_ANY;
            break;
        case 2:
            for (size_t i = 0; i < sizeof(msg); ++i) {
                ((uint8_t *)&msg)[i] = input_8(&in);
            }
            break;
        case 3:
            memset(msg.name, 'x', sizeof(msg.name));
            break;
        case 4:
            msg.addr = input_8(&in); // many
            break;
        default:
            break;
    }
    if (amp_rpmsg_is_polling(&ours->link)) {
        return;
    }
    if (amp_rpmsg_send(&theirs->link, 9, RPMSG_NS_ADDR, &msg, len) == (int)len) {
        plain_message((uint8_t *)&msg, len);
        CHECK(amp_rpmsg_poll(&ours->link) == 1);
    }
}

// A message for an endpoint: one that waits for a peer takes the sender.
static void message(void) {
    struct plain *twin = &twins[input_8(&in) % ENDPOINTS];
    uint32_t src = 1 + input_8(&in) % 8;
    if (amp_rpmsg_is_polling(&ours->link) || !twin->alive) {
        return;
    }
    if (amp_rpmsg_send(&theirs->link, src, twin->ept.addr, "m", 1) == 1) {
        if (!twin->closing && twin->dest == AMP_ADDR_ANY) {
            twin->dest = src;
            twin->bound = true;
        }
        CHECK(amp_rpmsg_poll(&ours->link) == 1);
    }
}

static void create(void) {
    uint8_t what = input_8(&in);
    struct plain *twin = &twins[what % ENDPOINTS];
    const char *name = names[(what >> 3) % NAMES];
    uint32_t dest = what & 128 ? input_8(&in) % 8 : AMP_ADDR_ANY;
    bool nameless = name[0] == '\0' && what & 64;
    if (twin->alive) {
        return;
    }
    memset(twin, 0, sizeof(*twin));
    strncpy(twin->name, name, sizeof(twin->name) - 1);
    twin->dest = dest;
    twin->age = clock_of_creation++;
    for (unsigned i = 0; i < service_count && name[0] != '\0'; ++i) {
        if (strcmp(services[i].name, twin->name) == 0
            && (services[i].addr == dest
                || (dest == AMP_ADDR_ANY && find(services[i].name, services[i].addr) == NULL))) {
            twin->dest = services[i].addr;
            twin->bound = true;
            break;
        }
    }
    twin->alive = true;
    int result = amp_endpoint_create(
        &ours->link, &twin->ept, nameless ? NULL : name, AMP_ADDR_ANY, dest, received);
    // 32 bytes and more, and none, are no name.
    bool good = nameless || (name[0] != '\0' && strlen(name) < AMP_NAME_SIZE);
    CHECK(result == (good ? 0 : -AMP_EINVAL));
    if (!good) {
        memset(twin, 0, sizeof(*twin));
    }
}

static void destroy(void) {
    uint8_t what = input_8(&in);
    struct plain *twin = &twins[what % ENDPOINTS];
    if (!twin->alive || (twin->closing && what & 128)) {
        return;
    }
    char name[AMP_NAME_SIZE];
    memcpy(name, twin->name, sizeof(name));
    int result = 0;
    if (what & 128) {
        amp_endpoint_abandon(&twin->ept);
    } else {
        result = amp_endpoint_destroy(&twin->ept);
        CHECK(result == 0 ? !twin->closing : result == -AMP_EAGAIN);
    }
    if (result == 0) {
        memset(twin, 0, sizeof(*twin));
    } else {
        twin->closing = true;
    }
    plain_match(name);
}

static void restart(void) {
    uint8_t what = input_8(&in);
    if (what & 6) {
        return; // most lives are longer
    }
    plain_down();
    amp_rpmsg_down(&theirs->link);
    amp_rpmsg_down(&ours->link);
    if (amp_rpmsg_is_up(&ours->link)) {
        return; // cannot be: no event of ours begins a life
    }
    CHECK(amp_rpmsg_up(&pair.host.link, &pair.host.layout) == 0);
    CHECK(amp_rpmsg_up(&pair.device.link, &pair.device.layout) == 0);
}

static void drain(void) {
    (void)amp_rpmsg_poll(&theirs->link);
    if (input_8(&in) & 1 && !amp_rpmsg_is_polling(&ours->link)) {
        CHECK(amp_rpmsg_poll(&ours->link) == 0);
    }
}

static void listen(void) {
    listening = !listening;
    amp_rpmsg_set_events(&ours->link, listening ? &events : &deaf);
    CHECK(!listening || plain_next_news() == service_count); // all was told
}

static void step(void) {
    static void (*const steps[])(void) = {
        tell, create, tell, destroy, message, drain, listen, restart};
    steps[input_8(&in) % 8]();
}

// ---- Both tellings agree ----

static void compare(void) {
    const struct amp_rpmsg *link = &ours->link;
    CHECK(amp_rpmsg_is_up(link) && link->violation == NULL);
    CHECK(pair_services_of(link) == service_count);
    CHECK(!listening || plain_next_news() == service_count);
    for (unsigned i = 0; i < service_count; ++i) {
        CHECK(strcmp(link->services[i].name, services[i].name) == 0);
        CHECK(link->services[i].addr == services[i].addr);
    }
    CHECK(link->stats.malformed == malformed && link->stats.services_forgotten == forgotten);
    unsigned alive = 0;
    for (unsigned i = 0; i < ENDPOINTS; ++i) {
        const struct plain *twin = &twins[i];
        alive += twin->alive;
        CHECK(!twin->alive || twin->ept.link == link);
        if (twin->alive && !twin->closing) {
            CHECK(twin->ept.dest == twin->dest);
            CHECK(amp_link_find_endpoint(link, twin->ept.addr) == &twin->ept);
            CHECK(amp_endpoint_is_ready(&twin->ept) == (twin->dest != AMP_ADDR_ANY));
        }
    }
    for (const struct amp_endpoint *ept = link->endpoints; ept != NULL; ept = ept->next) {
        CHECK(alive-- > 0);
    }
    CHECK(alive == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    in = (struct input){data, size};
    uint8_t how = input_8(&in);
    pair_init(&pair,
        (struct pair_shape){
            .num = {(uint16_t)(1 << (how >> 1 & 3)), (uint16_t)(1 << (how >> 3 & 3))},
            .buffer_size = 64,
        });
    ours = how & 1 ? &pair.host : &pair.device;
    theirs = ours->other;
    memset(twins, 0, sizeof(twins));
    service_count = 0;
    clock_of_creation = malformed = forgotten = 0;
    depth = 0;
    listening = true;
    amp_rpmsg_set_events(&ours->link, &events);
    pair_up(&pair);
    for (unsigned steps = 0; in.left != 0 && steps < MAX_STEPS; ++steps) {
        step();
        compare();
    }
    plain_down();
    pair_down(&pair);
    pair_free(&pair);
    return 0;
}
