/*
 * What the long-running tests of the sim port share: one host with one core,
 * driven through the C API.  A test waits for its event; the bounds are only
 * there so that a hang ends, with a line that says what was waited for.
 */
#ifndef TESTS_SOAK_SOAK_H
#define TESTS_SOAK_SOAK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <dirent.h>
#include <elf.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "openamp/openamp.h"
#include "ports/sim/board.h"
#include "ports/sim/sim.h"
#include "tests/clock.h"

enum { BOUND_MS = 30000 };

static struct amp_rpmsg bus;
static struct amp_rproc rproc;
static uint64_t seed;

// splitmix64: less than n.
static inline uint32_t rnd(uint32_t n) {
    uint64_t z = seed += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)((z ^ (z >> 31)) % n);
}

// A number from the environment.
static inline unsigned long setting(const char *name, unsigned long otherwise) {
    const char *text = getenv(name);
    return text == NULL || text[0] == '\0' ? otherwise : strtoul(text, NULL, 0);
}

static inline __attribute__((noreturn, format(printf, 1, 2))) void fail(const char *format, ...) {
    va_list list;
    va_start(list, format);
    printf("FAIL: ");
    vprintf(format, list);
    va_end(list);
    printf(" (state %d, %s; violation: %s; seed %llu)\n", rproc.state,
        rproc.reason == NULL ? "no reason" : rproc.reason,
        bus.violation == NULL ? "none" : bus.violation, (unsigned long long)seed);
    exit(1);
}

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fail("%s:%d: %s", __FILE__, __LINE__, #condition); \
        } \
    } while (0)

// ---- Images ----

struct file {
    uint8_t bytes[1 << 19];
    size_t len;
};

static inline int read_image(void *ctx, uint64_t offset, void *buffer, size_t len) {
    memcpy(buffer, ((struct file *)ctx)->bytes + offset, len);
    return 0;
}

static inline void read_firmware(struct file *file, const char *name) {
    char path[512];
    const char *folder = getenv("OPENAMP_TEST_FIRMWARE");
    snprintf(path, sizeof(path), "%s/%s", folder == NULL ? AMP_TEST_FIRMWARE : folder, name);
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) {
        fail("cannot read %s", path);
    }
    file->len = fread(file->bytes, 1, sizeof(file->bytes), stream);
    fclose(stream);
}

// Have its table ask for rings of so many buffers.
static inline void set_rings(struct file *file, uint32_t count) {
    Elf64_Ehdr *head = (void *)file->bytes;
    Elf64_Shdr *sections = (void *)(file->bytes + head->e_shoff);
    const char *names = (char *)file->bytes + sections[head->e_shstrndx].sh_offset;
    for (unsigned i = 0; i < head->e_shnum; i++) {
        if (strcmp(names + sections[i].sh_name, ".resource_table") == 0) {
            struct amp_table_rpmsg *table = (void *)(file->bytes + sections[i].sh_offset);
            table->vring[0].num = count;
            table->vring[1].num = count;
            return;
        }
    }
    fail("no resource table");
}

// ---- Life ----

static inline void begin(void) {
    const struct amp_port *port = amp_platform_port(0);
    setvbuf(stdout, NULL, _IOLBF, 0);
    CHECK(port != NULL);
    amp_rpmsg_init(&bus, AMP_HOST, port);
    amp_rproc_init(&rproc, port, &bus);
}

static inline void load(struct file *file) {
    struct amp_load_error error;
    struct amp_image image = {.read = read_image, .ctx = file, .size = file->len};
    int result = amp_rproc_load(&rproc, &image, &error);
    if (result != 0) {
        fail("load: %d, %s", result, error.what == NULL ? "" : error.what);
    }
}

static inline void start(struct file *file) {
    load(file);
    CHECK(amp_rproc_start(&rproc) == 0);
}

// Poll, asleep in between, until the condition holds, or the core is gone.
#define POLL_UNTIL(condition) \
    do { \
        uint64_t end_ = now_us() + BOUND_MS * UINT64_C(1000); \
        int taken_ = 0; \
        while (taken_ >= 0 && !(condition)) { \
            taken_ = amp_rproc_poll(&rproc); \
            if (taken_ == 0 && !(condition)) { \
                amp_platform_wait(BOUND_MS); \
            } \
            if (now_us() > end_) { \
                fail("%s:%d: no sign of: %s", __FILE__, __LINE__, #condition); \
            } \
        } \
    } while (0)

// ---- What can leak ----

static inline unsigned count_files(void) {
    DIR *dir = opendir("/proc/self/fd");
    unsigned count = 0;
    while (dir != NULL && readdir(dir) != NULL) {
        count++;
    }
    closedir(dir);
    return count;
}

// The program's own memory: not what it shares with a core.
static inline long memory_kib(void) {
    long kib = -1;
    char line[256];
    FILE *file = fopen("/proc/self/status", "r");
    while (file != NULL && kib < 0 && fgets(line, sizeof(line), file) != NULL) {
        (void)sscanf(line, "RssAnon: %ld", &kib);
    }
    CHECK(file != NULL && fclose(file) == 0);
    return kib;
}

static inline unsigned count_maps(void) {
    FILE *file = fopen("/proc/self/maps", "r");
    unsigned count = 0;
    int c;
    while (file != NULL && (c = fgetc(file)) != EOF) {
        count += c == '\n';
    }
    fclose(file);
    return count;
}

#endif // TESTS_SOAK_SOAK_H
