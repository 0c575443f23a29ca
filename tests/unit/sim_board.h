/* A simulated core with tests/firmware/test_bare.c on it, for tests and measurements. */
#ifndef TESTS_SIM_BOARD_H
#define TESTS_SIM_BOARD_H

#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "openamp/openamp.h"
#include "ports/sim/board.h"
#include "ports/sim/sim.h"

// As in tests/firmware/test_bare.c.
enum { PING = 1, SEGV, ILL, EXIT, SPIN, SYSCALL, JUMP, READ, TRACE, SLEEP };

struct control {
    uint32_t command;
    uint32_t answers;
    uint64_t argument[7];
    uint64_t result;
};

static inline const char *firmware_path(const char *name) {
    static char path[512];
    const char *folder = getenv("OPENAMP_TEST_FIRMWARE");
#ifdef AMP_TEST_FIRMWARE
    folder = folder == NULL ? AMP_TEST_FIRMWARE : folder;
#endif
    snprintf(path, sizeof(path), "%s/%s", folder == NULL ? "." : folder, name);
    return path;
}

static inline uint8_t *read_file(const char *path, size_t *len) {
    FILE *file = fopen(path, "rb");
    static uint8_t bytes[1 << 20];
    if (file == NULL) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(2);
    }
    *len = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    return bytes;
}

// The segments of a good image, with no question asked; returns the entry.
static inline amp_da_t load_image(const struct amp_port *port, const char *name) {
    size_t len;
    uint8_t *file = read_file(firmware_path(name), &len);
    Elf64_Ehdr head;
    memcpy(&head, file, sizeof(head));
    for (unsigned i = 0; i < head.e_phnum; i++) {
        Elf64_Phdr segment;
        memcpy(&segment, file + head.e_phoff + i * sizeof(segment), sizeof(segment));
        if (segment.p_type == PT_LOAD && segment.p_memsz != 0) {
            uint8_t *va = port->ops->map(port->ctx, segment.p_vaddr, segment.p_memsz);
            memset(va, 0, segment.p_memsz);
            memcpy(va, file + segment.p_offset, segment.p_filesz);
        }
    }
    return head.e_entry;
}

static inline volatile struct control *control_of(const struct amp_port *port) {
    return port->ops->map(port->ctx, AMP_SIM_POOL_DA, sizeof(struct control));
}

// Sleep until the core has answered `answers` times.  0, or -1 when it died.
static inline int await_answers(const struct amp_port *port, uint32_t answers) {
    volatile struct control *c = control_of(port);
    for (;;) {
        const char *reason;
        port->ops->doorbell_ack(port->ctx); // as amp_rproc_poll(): first, or it rings no more
        if (port->ops->core_state(port->ctx, &reason) != AMP_CORE_RUNNING) {
            return -1;
        }
        if (__atomic_load_n(&c->answers, __ATOMIC_ACQUIRE) >= answers) {
            return 0;
        }
        amp_sim_wait(-1);
    }
}

static inline int boot(const struct amp_port *port, amp_da_t entry) {
    memset((void *)(uintptr_t)control_of(port), 0, sizeof(struct control));
    int error = port->ops->core_start(port->ctx, entry);
    return error != 0 ? error : await_answers(port, 1);
}

// Have a command carried out, asleep meanwhile.  -1: the core died of it.
static inline int run_command(
    const struct amp_port *port, uint32_t command, const uint64_t *arguments) {
    volatile struct control *c = control_of(port);
    uint32_t answers = c->answers;
    for (int i = 0; i < 7; i++) {
        c->argument[i] = arguments == NULL ? 0 : arguments[i];
    }
    c->command = command;
    port->ops->kick(port->ctx, 0);
    return await_answers(port, answers + 1);
}

#endif // TESTS_SIM_BOARD_H
