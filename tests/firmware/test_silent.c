/* Comes up and never announces anything. */
#include "openamp/firmware.h"

FIRMWARE_TABLE;

static struct amp_rpmsg link;

int main(void) {
    amp_rpmsg_init(&link, AMP_DEVICE, amp_remote_port());
    firmware_link_up(&link, &firmware_table, sizeof(firmware_table));
    firmware_serve(&link);
}
