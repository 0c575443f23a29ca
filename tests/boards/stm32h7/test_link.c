/*
 * Many messages, of all lengths.  Arguments: how many, and the number of the image, or 5 for
 * firmware that is in the flash already.
 */
#include "m7.h"

enum { IN_PLACE = 5, FIRMWARE = 0x081E0000 };

// What the program wrote to the M4's memory before must not come out of the
// cache later, over the M4's stack.
static void scribble(void) {
    enum { STACK = 4096, BEGIN = AMP_STM32H7_D2_DA + AMP_STM32H7_D2_LEN - STACK };
    volatile uint32_t *stack = (volatile uint32_t *)(uintptr_t)BEGIN;
    for (int i = 0; i < STACK / 4; i++) {
        stack[i] = 0xDEADBEEF;
    }
}

static int load(uint32_t image) {
    struct amp_load_error why;
    return image == IN_PLACE ? amp_rproc_load_address(&host_rproc, FIRMWARE, &why)
                             : host_load(image, &why);
}

int main(void) {
    uint32_t count = host_argument(0);
    host_init("vuart-channel");
    CHECK(load(host_argument(1)) == 0);
    scribble();
    CHECK(amp_rproc_start(&host_rproc) == 0);
    CHECK(host_until(host_is_ready, 5000));
    host_messages(count);
    return 0;
}
