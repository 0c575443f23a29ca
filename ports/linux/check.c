/*
 * The checks of an image, before the kernel has it: those of every other host, as far as they
 * need no knowledge of the machine.  Which memory the core has only its driver in the kernel
 * knows, so every address is a good one here, and the image says for which machine it is.
 */
#include <string.h>

#include "core/elf.h"
#include "linux.h"

static void *map(void *ctx, amp_da_t da, size_t len) {
    (void)da;
    (void)len;
    (void)ctx;
    // Nothing is read or written there; the kernel's half, in which this program has no memory
    // of its own that could be in the way.
    return (void *)(UINTPTR_MAX / 4 * 3);
}

int linux_check(const struct amp_image *image, struct amp_load_error *error) {
    static const struct amp_port_ops ops = {.map = map};
    static const struct amp_window everywhere = {
        .len = SIZE_MAX, .flags = AMP_WINDOW_LOAD | AMP_WINDOW_RUN | AMP_WINDOW_SHARED};
    struct amp_port port = {.ops = &ops, .windows = &everywhere, .window_count = 1};
    struct amp_elf elf = {.check = {.port = &port}, .image = image};
    int what = amp_elf_check(&elf);
    if (what == AMP_OTHER_MACHINE) { // elf_machine is 0, which no image has: take the image's
        port.elf_machine = (uint16_t)elf.check.where;
        elf = (struct amp_elf){.check = {.port = &port}, .image = image};
        what = amp_elf_check(&elf);
    }
    return amp_load_report(&elf.check, what, error);
}
