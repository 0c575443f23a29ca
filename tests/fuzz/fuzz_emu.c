/*
 * An image is not trusted: whatever it is, the emulated core executes it without
 * touching anything but its own memory, and ends or goes on.
 *
 * The input is code, behind registers of its choice and a byte for the doorbells
 * that the host rings meanwhile.  Sanitizers watch the rest.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "openamp/error.h"
#include "ports/emu/board.h"
#include "ports/emu/emu.h"

#include "fuzz.h"

enum { SLICES = 8, SLICE = 60 };

static unsigned told;
static unsigned seen;

static void notified(void *arg) {
    (void)arg;
    told++;
}

static void watch(unsigned core, const struct amp_emu_step *step) {
    CHECK(core == 0);
    CHECK(step->act != AMP_EMU_STORED || (step->address >= AMP_EMU_DATA_DA && step->len <= 4));
    seen++;
}

// Does what the port says of the core fit together?
static void check(const struct amp_port *port) {
    struct amp_emu_view view;
    const char *reason = NULL;
    CHECK(amp_emu_look(0, &view) == 0);
    enum amp_core_state state = port->ops->core_state(port->ctx, &reason);
    bool dead = state == AMP_CORE_FAULTED || state == AMP_CORE_EXITED;
    CHECK(dead == (view.activity == AMP_EMU_DEAD));
    CHECK(dead == (reason != NULL && strlen(reason) > 4 && strlen(reason) < 96));
    CHECK(view.x[0] == 0);
    CHECK(view.instructions <= SLICES * SLICE);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size) {
    const struct amp_port *port = amp_platform_port(0);
    if (size < 1 || size > 4096) {
        return 0;
    }
    port->ops->set_doorbell_cb(port->ctx, notified, NULL);
    CHECK(port->ops->core_prepare(port->ctx, true) == 0);
    uint8_t doorbells = input[0];
    uint8_t *code = port->ops->map(port->ctx, AMP_EMU_CODE_DA, 8192);
    memset(code, 0, 8192);
    memcpy(code, input + 1, size - 1);
    amp_emu_watch(size % 2 == 0 ? watch : NULL);
    // Four empty bytes are no instruction: nothing is in place.
    bool empty = memcmp(code, (const uint8_t[4]){0}, 4) == 0;
    CHECK(port->ops->core_start(port->ctx, AMP_EMU_CODE_DA) == (empty ? -AMP_ENOEXEC : 0));
    if (empty) {
        return 0;
    }
    for (unsigned i = 0; i < SLICES; i++) {
        if ((doorbells >> i & 1) != 0) {
            port->ops->kick(port->ctx, i);
        }
        amp_emu_run(SLICE);
        check(port);
    }
    CHECK(port->ops->core_stop(port->ctx) == 0);
    amp_emu_watch(NULL);
    return 0;
}
