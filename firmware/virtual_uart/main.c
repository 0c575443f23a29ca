/*
 * virtual_uart: announces "vuart-channel" and sends every message back to its
 * sender.
 *
 * No echo is ever lost: a message is received only when a transmit buffer for its
 * answer has been claimed.  Until there is one, the message waits in the ring, and each
 * kick of the host leads to another try.
 */
#include <string.h>

#include "openamp/firmware.h"

FIRMWARE_TABLE;

static struct amp_rpmsg link;
static struct amp_endpoint uart;
static struct amp_tx answer; // claimed while answer.data is not NULL

static void echo(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    size_t copied = len < answer.size ? len : answer.size;
    memcpy(answer.data, data, copied);
    amp_tx_commit(&link, &answer, ept->addr, src, copied);
    answer.data = NULL;
}

static bool claim_answer(void) {
    return answer.data != NULL || amp_tx_claim(&link, &answer) == 0;
}

int main(void) {
    amp_rpmsg_init(&link, AMP_DEVICE, amp_remote_port());
    amp_endpoint_create(&link, &uart, "vuart-channel", AMP_ADDR_ANY, AMP_ADDR_ANY, echo);
    firmware_link_up(&link, &firmware_table, sizeof(firmware_table));
    amp_remote_trace("virtual_uart: echoing on vuart-channel\n");
    uint32_t slept = 0;
    for (;;) {
        if (!amp_rpmsg_is_up(&link)) {
            answer.data = NULL; // the claim is void in another session
            firmware_next_session(&link);
        }
        if (!claim_answer()) {
            slept = firmware_wait_room(&link, slept);
            continue;
        }
        slept = 0;
        int taken = amp_rpmsg_poll_some(&link, 1);
        if (taken <= 0) {
            firmware_sleep(&link, taken);
        }
    }
}
