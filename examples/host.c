/*
 * The program of acceptance.py in C: load a firmware, start it, send messages to
 * "vuart-channel", and count the messages that come back.
 *
 *     host FIRMWARE.elf [MESSAGES]   a path, or a name in the folder $OPENAMP_FIRMWARE
 *     host ADDRESS [MESSAGES]        firmware that is in place already
 *
 * Exit code 0: every message came back, in order.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "openamp/openamp.h"

static struct amp_rpmsg link;
static struct amp_rproc rproc;
static struct amp_endpoint ept;
static unsigned long came_back;
static bool wrong;

static void received(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)self;
    (void)src;
    char expected[32];
    int expected_len = snprintf(expected, sizeof(expected), "data %lu", came_back);
    wrong |= len != (size_t)expected_len || memcmp(data, expected, len) != 0;
    came_back++;
}

static int read_file(void *ctx, uint64_t offset, void *buffer, size_t len) {
    if (fseek(ctx, (long)offset, SEEK_SET) != 0 || fread(buffer, 1, len, ctx) != len) {
        return -AMP_EIO;
    }
    return 0;
}

// Find the file as RemoteProc() of the Python module does: by its path, or in the folder
// that the environment variable OPENAMP_FIRMWARE names.
static FILE *open_firmware(const char *name) {
    FILE *file = fopen(name, "rb");
    const char *folder = getenv("OPENAMP_FIRMWARE");
    if (file == NULL && errno == ENOENT && name[0] != '/' && folder != NULL) {
        char path[PATH_MAX];
        int len = snprintf(path, sizeof(path), "%s/%s", folder, name);
        file = len < (int)sizeof(path) ? fopen(path, "rb") : NULL;
    }
    return file;
}

static int load_file(const char *name, struct amp_load_error *why) {
    FILE *file = open_firmware(name);
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        *why = (struct amp_load_error){.what = NULL};
        return -AMP_ENOENT;
    }
    struct amp_image image = {.read = read_file, .ctx = file, .size = (uint64_t)ftell(file)};
    int error = amp_rproc_load(&rproc, &image, why);
    fclose(file);
    return error;
}

static bool load(const char *path) {
    struct amp_load_error why;
    char *end;
    amp_da_t address = strtoul(path, &end, 0);
    int error =
        *end == '\0' ? amp_rproc_load_address(&rproc, address, &why) : load_file(path, &why);
    if (error != 0) {
        fprintf(stderr, "%s: error %d", path, -error);
        if (error == -AMP_ENOENT && path[0] != '/') {
            const char *folder = getenv("OPENAMP_FIRMWARE");
            fprintf(stderr, ": not in this folder, nor in $OPENAMP_FIRMWARE (%s)",
                folder != NULL ? folder : "not set");
        }
        if (why.what != NULL) {
            fprintf(stderr, ": %s (%s 0x%lx", why.what, why.unit, (unsigned long)why.where);
            if (why.len != 0) {
                fprintf(stderr, ", 0x%zx bytes at 0x%lx", why.len, (unsigned long)why.da);
            }
            fprintf(stderr, ")");
        }
        fprintf(stderr, "\n");
    }
    return error == 0;
}

// Send messages while there is room.  False: the remote is gone.
static bool send_some(unsigned long *sent, unsigned long count) {
    while (*sent < count && amp_endpoint_is_ready(&ept)) {
        char text[32];
        int len = snprintf(text, sizeof(text), "data %lu", *sent);
        int result = amp_endpoint_send(&ept, text, (size_t)len);
        if (result == -AMP_EAGAIN) {
            return true;
        }
        if (result < 0) {
            return false;
        }
        ++*sent;
    }
    return true;
}

// Send all messages and receive their echoes.  Sleep only when no message has come and there
// is no room to send.
static bool exchange(unsigned long count) {
    unsigned long sent = 0;
    uint32_t slept = 0;
    while (came_back < count && !wrong) {
        int taken = amp_rproc_poll(&rproc);
        if (taken < 0 || !send_some(&sent, count)) {
            return false;
        }
        bool stuck = sent < count && amp_endpoint_is_ready(&ept);
        uint32_t ms =
            stuck ? amp_rpmsg_room_timeout(&link, slept) : amp_rpmsg_message_timeout(&link, slept);
        if (taken == 0 && ms != 0) {
            bool due = amp_platform_wait(ms > INT_MAX ? -1 : (int)ms);
            slept = due ? 0 : ms;
        }
    }
    return !wrong;
}

int main(int argc, char **argv) {
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: %s FIRMWARE.elf|ADDRESS [MESSAGES]\n", argv[0]);
        return 2;
    }
    unsigned long count = argc == 3 ? strtoul(argv[2], NULL, 10) : 10000;
    const struct amp_port *port = amp_platform_port(0);
    if (port == NULL) {
        fprintf(stderr, "this machine has no other core\n");
        return 1;
    }
    amp_rpmsg_init(&link, AMP_HOST, port);
    amp_rproc_init(&rproc, port, &link);
    amp_endpoint_create(&link, &ept, "vuart-channel", AMP_ADDR_ANY, AMP_ADDR_ANY, received);
    if (!load(argv[1])) {
        return 1;
    }
    int error = amp_rproc_start(&rproc);
    if (error != 0) {
        fprintf(stderr, "%s: core does not start: error %d\n", argv[1], -error);
        return 1;
    }
    bool good = exchange(count);
    if (!good && rproc.reason != NULL) {
        fprintf(stderr, "the core is dead: %s\n", rproc.reason);
    }
    printf("%lu of %lu messages came back\n", came_back, count);
    amp_rproc_shutdown(&rproc);
    return good ? 0 : 1;
}
