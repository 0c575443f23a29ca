#include "host.h"

#include <string.h>

#include "boards/common/semihost.h"

struct amp_rpmsg host_link;
struct amp_rproc host_rproc;
struct amp_endpoint host_ept;
uint32_t host_received;
void (*host_callback)(const void *data, size_t len);

void host_print(const char *text) {
    semihost_print(text);
}

void host_print_dec(uint32_t number) {
    char text[11];
    char *p = text + sizeof(text);
    *--p = '\0';
    do {
        *--p = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    host_print(p);
}

void host_check(bool condition, const char *text, const char *file, int line) {
    if (condition) {
        return;
    }
    host_print(file);
    host_print(":");
    host_print_dec((uint32_t)line);
    host_print(": FAILED: ");
    host_print(text);
    host_print("\n");
    if (host_rproc.reason != NULL) {
        host_print(host_rproc.reason);
        host_print("\n");
    }
    semihost_exit(1);
}

uint32_t host_argument(unsigned n) {
    static char text[128];
    const char *p = semihost_arguments(text, sizeof(text));
    CHECK(*p != '\0');
    for (; n > 0; n--) {
        while (*p != ' ' && *p != '\0') {
            p++;
        }
        CHECK(*p == ' ');
        p++;
    }
    uint32_t number = 0;
    for (; *p >= '0' && *p <= '9'; p++) {
        number = number * 10 + (uint32_t)(*p - '0');
    }
    return number;
}

// ---- The link ----

static void received(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)ept;
    (void)src;
    host_received++;
    if (host_callback != NULL) {
        host_callback(data, len);
    }
}

static volatile bool due;

static void notified(void *arg) {
    (void)arg;
    due = true;
}

void host_init(const char *name) {
    const struct amp_port *port = amp_platform_port(0);
    CHECK(port != NULL);
    amp_rpmsg_init(&host_link, AMP_HOST, port);
    amp_rproc_init(&host_rproc, port, &host_link);
    port->ops->set_doorbell_cb(port->ctx, notified, NULL);
    CHECK(amp_endpoint_create(&host_link, &host_ept, name, AMP_ADDR_ANY, AMP_ADDR_ANY, received)
        == 0);
}

// ---- Images ----

// Where something finds that nobody will ever ring (tests/boards/h7sim), -1: for ever.
#ifndef HOST_WAIT_MS
#define HOST_WAIT_MS 1000
#endif

#ifndef IMAGE_DA // another board's
#define IMAGE_DA 0x80A00000
#define IMAGE_LEN 0x40000
#endif

uint32_t host_image_da(unsigned n) {
    return IMAGE_DA + n * IMAGE_LEN;
}

static int read_image(void *ctx, uint64_t offset, void *buffer, size_t len) {
    memcpy(buffer, (const char *)ctx + offset, len);
    return 0;
}

int host_load(unsigned n, struct amp_load_error *error) {
    struct amp_load_error ignored;
    struct amp_image image = {
        .read = read_image,
        .ctx = (void *)(uintptr_t)host_image_da(n),
        .size = IMAGE_LEN,
    };
    return amp_rproc_load(&host_rproc, &image, error != NULL ? error : &ignored);
}

// ---- Working together ----

bool host_until(bool (*done)(void), int ms) {
    for (int waited = 0;;) {
        int taken = amp_rproc_poll(&host_rproc);
        if (done()) {
            return true;
        }
        if (taken == 0 && !amp_platform_wait(HOST_WAIT_MS)) {
            waited += 1000;
        }
        if (waited > ms) {
            return false;
        }
    }
}

bool host_is_ready(void) {
    return amp_endpoint_is_ready(&host_ept);
}

bool host_is_crashed(void) {
    return host_rproc.state == AMP_RPROC_CRASHED;
}

void host_run(unsigned n) {
    CHECK(host_load(n, NULL) == 0);
    CHECK(amp_rproc_start(&host_rproc) == 0);
    CHECK(host_until(host_is_ready, 5000));
}

static bool has_room(void) {
    return amp_rpmsg_want_room(&host_link);
}

void host_send(const char *text) {
    int result = amp_endpoint_send(&host_ept, text, strlen(text));
    while (result == -AMP_EAGAIN) {
        CHECK(host_until(has_room, 5000));
        result = amp_endpoint_send(&host_ept, text, strlen(text));
    }
    CHECK(result >= 0);
}

static uint32_t before;

static bool came_back(void) {
    return host_received != before;
}

void host_echo(const char *text) {
    before = host_received;
    host_send(text);
    CHECK(host_until(came_back, 5000));
}
