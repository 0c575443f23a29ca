/*
 * Several services: "svc-0" to "svc-3", each an echo that puts its own digit in
 * front, and "test-services" for commands: "withdraw N" and "announce N", which
 * answer "done".  One more has a name that is not UTF-8.  From "announce 4" on,
 * each is another service of the name "more".
 */
#include <string.h>

#include "openamp/firmware.h"

#define NAMED 4
#define SERVICES 16

FIRMWARE_TABLE;

static struct amp_rpmsg link;
static struct amp_endpoint control;
static struct amp_endpoint unspeakable;
static struct amp_endpoint service[SERVICES];
static const char *const names[NAMED] = {"svc-0", "svc-1", "svc-2", "svc-3"};

// What a command asked for; carried out outside of the callback.
static uint32_t chosen = SERVICES;
static bool announce;

static void echo(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    char text[64];
    size_t copied = len < sizeof(text) - 1 ? len : sizeof(text) - 1;
    text[0] = self->name[4];
    memcpy(text + 1, data, copied);
    amp_rpmsg_send(&link, self->addr, src, text, copied + 1);
}

static void command(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)self;
    (void)src;
    announce = firmware_begins_with(data, len, "announce");
    chosen = firmware_number(data, len, SERVICES);
}

static void create(uint32_t n) {
    const char *name = n < NAMED ? names[n] : "more";
    amp_endpoint_create(&link, &service[n], name, AMP_ADDR_ANY, AMP_ADDR_ANY, echo);
}

static void obey(void) {
    if (chosen < SERVICES) {
        if (announce) {
            create(chosen);
        } else {
            amp_endpoint_destroy(&service[chosen]);
        }
        firmware_send(&control, "done", 4);
    }
    chosen = SERVICES;
}

int main(void) {
    amp_rpmsg_init(&link, AMP_DEVICE, amp_remote_port());
    for (uint32_t i = 0; i < NAMED; i++) {
        create(i);
    }
    amp_endpoint_create(&link, &unspeakable, "\xC3(", AMP_ADDR_ANY, AMP_ADDR_ANY, echo);
    amp_endpoint_create(&link, &control, "test-services", AMP_ADDR_ANY, AMP_ADDR_ANY, command);
    firmware_link_up(&link, &firmware_table, sizeof(firmware_table));
    for (;;) {
        int taken = amp_rpmsg_poll_some(&link, 1); // one: a command is obeyed before the next
        if (taken < 0) {
            return 1;
        }
        obey();
        if (taken == 0) {
            amp_remote_wait(AMP_REMOTE_FOREVER);
        }
    }
}
