/*
 * The M4 runs already when this program begins: the option byte BCM4 says so.
 * Argument: 1 or 4 if it waits for a host, 2 if it does not, 3 if the core was
 * told to boot elsewhere.  4: it is virtual_uart, which has a resource table,
 * and not test_notable.  5: no option byte, but somebody else released it, and it waits
 * for no host.
 */
#include "m7.h"

#include <string.h>

#include "ports/stm32h7/regs.h"

enum { FIRMWARE = 0x081E0000, OTHER = 0x081D0000 };

static struct amp_load_error why;

static void refused(int result, const char *what) {
    CHECK(result == -AMP_EBUSY);
    host_print(what);
    host_print("\n");
}

// What runs cannot be loaded, and nothing of it was touched: it can still be
// attached to.
static void refuse_load(const char *expected) {
    refused(host_load(IMAGE_VIRTUAL_UART, &why), why.what);
    CHECK(strcmp(why.what, expected) == 0);
    CHECK(amp_rproc_stop(&host_rproc) == 0);
}

static void attach(void) {
    CHECK(amp_rproc_load_address(&host_rproc, FIRMWARE, &why) == 0);
    CHECK(amp_rproc_start(&host_rproc) == 0);
    CHECK(host_until(host_is_ready, 5000));
    for (int i = 0; i < 200; i++) {
        host_echo("attached");
    }
    host_print_dec(m7_resets());
    host_print(" attached\n");
    if (m7_resets() == 0) {
        (void)amp_rproc_stop(&host_rproc); // it boots again, and waits again
        CHECK(!"stop() returned");
    }
}

int main(void) {
    uint32_t kind = host_argument(0);
    host_init(kind == 4 ? "vuart-channel" : "test-notable");
    if (kind == 5) {
        RCC_GCR |= RCC_GCR_BOOT_C2;
    }
    // It has its time to begin, as while a real program sets itself up.
    amp_platform_wait(1);
    refuse_load(kind == 5 ? "runs already" : "option byte BCM4 boots it: clear that, or attach");
    if (kind == 1 || kind == 4) {
        attach();
    } else if (kind == 2 || kind == 5) {
        refused(amp_rproc_load_address(&host_rproc, FIRMWARE, &why), why.what);
    } else {
        CHECK(amp_rproc_load_address(&host_rproc, OTHER, &why) == 0);
        const char *reason = NULL;
        int result = amp_rproc_start(&host_rproc);
        host_rproc.port->ops->core_state(host_rproc.port->ctx, &reason);
        refused(result, reason);
    }
    host_print("OK\n");
    return 0;
}
