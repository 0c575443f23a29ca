/*
 * watchdog: a worker that sends heartbeats while its main loop runs, so that the host can
 * restart it when it hangs.  examples/watchdog.py is the host's program.
 *
 * The service "worker" takes jobs as text: "square N" is answered with the square of N;
 * "hang" and "crash" make this core do that.
 */
#include <string.h>

#include "openamp/firmware.h"

FIRMWARE_TABLE;

static struct amp_rpmsg link;
static struct amp_endpoint worker;
static struct firmware_heartbeat heart;

static void hang(void) {
    amp_remote_trace("watchdog: hanging\n");
    for (;;) {
        __asm__ volatile("" ::: "memory"); // a compiler may remove a loop without effects
    }
}

static void job(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)src;
    if (firmware_begins_with(data, len, "square")) {
        uint32_t number = firmware_number(data, len, 0);
        number *= number;
        (void)amp_endpoint_send(self, &number, sizeof(number));
    } else if (firmware_begins_with(data, len, "hang")) {
        hang();
    } else if (firmware_begins_with(data, len, "crash")) {
        __builtin_trap();
    }
}

int main(void) {
    amp_rpmsg_init(&link, AMP_DEVICE, amp_remote_port());
    amp_endpoint_create(&link, &worker, "worker", AMP_ADDR_ANY, AMP_ADDR_ANY, job);
    firmware_heartbeat_begin(&heart, &link, 20);
    firmware_link_up(&link, &firmware_table, sizeof(firmware_table));
    for (;;) {
        firmware_turn(&link, firmware_heartbeat(&heart));
    }
}
