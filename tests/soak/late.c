/*
 * An echo where both sides' stores become visible late and out of order
 * (late_shm.h): no message and no wake-up is lost.  Built with LATE_BROKEN the
 * fences do nothing, and the same test must find lost wake-ups.
 * FAULT_MESSAGES: how many.
 */
#include "soak.h"

#ifdef LATE_BROKEN
#define LONGEST_MS 200
#else
#define LONGEST_MS BOUND_MS
#endif

static struct file image;
static struct amp_endpoint ept;
static uint32_t sent;
static uint32_t received;
static uint32_t lost;

static void echoed(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)self;
    (void)src;
    uint32_t number = 0;
    CHECK(len == 4 + received % 100);
    memcpy(&number, data, sizeof(number));
    CHECK(number == received);
    received++;
}

static void poll_all(void) {
    int taken;
    do {
        taken = amp_rproc_poll(&rproc);
        CHECK(taken >= 0);
    } while (taken != 0);
}

int main(void) {
    uint32_t count = 10 * (uint32_t)setting("FAULT_MESSAGES", 2000);
    seed = setting("SOAK_SEED", 1);
    begin();
    CHECK(
        amp_endpoint_create(&bus, &ept, "vuart-channel", AMP_ADDR_ANY, AMP_ADDR_ANY, echoed) == 0);
    read_firmware(&image, LATE_FIRMWARE);
    start(&image);
    while (received < count && lost < 3) {
        uint8_t message[104] = {0};
        for (uint32_t most = 1 + rnd(rnd(4) == 0 ? 80 : 3); most > 0; most--) {
            memcpy(message, &sent, sizeof(sent));
            if (amp_endpoint_send(&ept, message, 4 + sent % 100) < 0) {
                break;
            }
            sent++;
        }
        for (;;) {
            poll_all();
            if (received == sent && amp_endpoint_is_ready(&ept)) {
                break;
            }
            if (amp_platform_wait(LONGEST_MS) == 0) {
                lost++;
#ifndef LATE_BROKEN
                fail("a wake-up was lost after %u messages", received);
#endif
                break;
            }
        }
    }
    CHECK(amp_rproc_stop(&rproc) == 0);
#ifdef LATE_BROKEN
    if (lost == 0) {
        fail("no wake-up was lost without fences");
    }
    printf("late stores, no fences: the first wake-up lost after %u messages\n", received);
#else
    printf("late stores: %u messages, none lost\n", received);
#endif
    return 0;
}
