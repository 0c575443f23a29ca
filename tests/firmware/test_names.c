/*
 * What reaches this side of the name service.  "test-names" reports each
 * announcement of the host that nobody here takes, "+name", and its withdrawal,
 * "-name".  The last one announced is met by an endpoint of the same name,
 * which echoes, and which sends "hello" when "test-names" is told "greet".
 */
#include <string.h>

#include "openamp/firmware.h"

FIRMWARE_TABLE;

static struct amp_rpmsg link;
static struct amp_endpoint control;
static struct amp_endpoint guest;
static char guest_name[AMP_NAME_SIZE];
static bool guest_is_new;
static bool greet;

static void echo(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    amp_rpmsg_send(&link, self->addr, src, data, len);
}

static void command(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)self;
    (void)src;
    greet = firmware_begins_with(data, len, "greet");
}

static void announced(struct amp_rpmsg *self, uint32_t src, const char *name) {
    amp_endpoint_destroy(&guest);
    memcpy(guest_name, name, strlen(name) + 1);
    amp_endpoint_create(self, &guest, guest_name, AMP_ADDR_ANY, src, echo);
    guest_is_new = true;
}

static void report(char sign) {
    char text[1 + AMP_NAME_SIZE];
    text[0] = sign;
    memcpy(text + 1, guest_name, AMP_NAME_SIZE);
    firmware_send(&control, text, 1 + strlen(guest_name));
}

static const struct amp_rpmsg_events events = {.service = announced};

int main(void) {
    amp_rpmsg_init(&link, AMP_DEVICE, amp_remote_port());
    amp_endpoint_create(&link, &control, "test-names", AMP_ADDR_ANY, AMP_ADDR_ANY, command);
    firmware_link_up(&link, &firmware_table, sizeof(firmware_table));
    for (;;) {
        int taken = amp_rpmsg_poll_some(&link, 1);
        if (taken < 0) {
            return 1;
        }
        // What came before there was somebody to report to waits until now.
        if (control.dest != AMP_ADDR_ANY && link.events == NULL) {
            amp_rpmsg_set_events(&link, &events);
        }
        if (guest_is_new) {
            guest_is_new = false;
            report('+');
        }
        if (guest.link != NULL && !amp_endpoint_is_ready(&guest)) {
            amp_endpoint_destroy(&guest);
            report('-');
        }
        if (greet) {
            greet = false;
            firmware_send(&guest, "hello", 5);
        }
        if (taken == 0) {
            amp_remote_wait(AMP_REMOTE_FOREVER);
        }
    }
}
