/*
 * A program in C for any bus: over our own rings, and on the Linux side of a chip, where
 * it is built with what `make install` has installed:
 *
 *     cc bus.c $(pkg-config --cflags --libs openamp) -o bus
 *     bus FIRMWARE.elf [MESSAGES]
 *
 * Sends messages to "vuart-channel", one after the other, and wants them back.  Exit code 0:
 * every one came.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "openamp/openamp.h"

static struct amp_endpoint ept;
static char expected[32];
static bool has_answer;
static bool wrong;

static void received(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)self;
    (void)src;
    has_answer = true;
    wrong |= len != strlen(expected) || memcmp(data, expected, len) != 0;
}

static int read_file(void *ctx, uint64_t offset, void *buffer, size_t len) {
    if (fseek(ctx, (long)offset, SEEK_SET) != 0 || fread(buffer, 1, len, ctx) != len) {
        return -AMP_EIO;
    }
    return 0;
}

static int load(struct amp_bus *bus, const char *path, struct amp_load_error *why) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return -AMP_ENOENT;
    }
    int error = -AMP_EIO;
    if (fseek(file, 0, SEEK_END) == 0) {
        struct amp_image image = {.read = read_file, .ctx = file, .size = (uint64_t)ftell(file)};
        error = bus->ops->load(bus, &image, why);
    }
    fclose(file);
    return error;
}

static bool is_ready(struct amp_bus *bus) {
    return bus->ops->is_ready(&ept);
}

static bool is_answered(struct amp_bus *bus) {
    (void)bus;
    return has_answer;
}

// Poll until it is so; and sleep only if the poll before has changed nothing.
static int wait_until(struct amp_bus *bus, bool (*is_so)(struct amp_bus *bus)) {
    int result = 0;
    while (!is_so(bus) && result >= 0) {
        result = bus->ops->poll(bus); // calls received()
        if (result == 0 && !is_so(bus)) {
            amp_platform_wait(-1);
        }
    }
    return result < 0 ? result : 0; // the core died
}

static int exchange(struct amp_bus *bus, unsigned long count) {
    int result = wait_until(bus, is_ready);
    for (unsigned long i = 0; i < count && result == 0 && !wrong; ++i) {
        snprintf(expected, sizeof(expected), "data %lu", i);
        has_answer = false;
        result = bus->ops->send(&ept, expected, strlen(expected));
        result = result < 0 ? result : wait_until(bus, is_answered);
    }
    return wrong ? -AMP_EPROTO : result;
}

// What went wrong, in words where there are some.
static int fail(struct amp_bus *bus, const char *what, int error, const char *why) {
    if (why == NULL && bus->ops->explain != NULL) {
        why = bus->ops->explain(bus);
    }
    if (why == NULL) {
        why = bus->ops->reason(bus);
    }
    fprintf(stderr, "%s: error %d: %s\n", what, -error, why != NULL ? why : "no reason was given");
    return 1;
}

int main(int argc, char **argv) {
    struct amp_load_error why = {.what = NULL};
    struct amp_bus *bus = amp_platform_bus(0);
    if (argc < 2 || argc > 3 || bus == NULL) {
        fprintf(stderr, "usage: %s FIRMWARE.elf [MESSAGES]\n", argv[0]);
        return 2;
    }
    unsigned long count = argc == 3 ? strtoul(argv[2], NULL, 10) : 1000;
    int error = bus->ops->open(bus);
    if (error != 0) {
        return fail(bus, "open", error, NULL);
    }
    error = bus->ops->create(
        bus, &ept, "vuart-channel", AMP_ADDR_ANY, AMP_ADDR_ANY, received, AMP_ENDPOINT_ANNOUNCE);
    error = error != 0 ? error : load(bus, argv[1], &why);
    error = error != 0 ? error : bus->ops->start(bus, &why);
    if (error != 0) {
        return fail(bus, argv[1], error, why.what);
    }
    error = exchange(bus, count);
    if (error != 0) {
        return fail(bus, "vuart-channel", error, NULL);
    }
    bus->ops->close(bus);
    bus->ops->destroy(&ept);
    printf("%lu of %lu messages came back\n", count, count);
    return 0;
}
