/*
 * The matrix: each kind of peer, in each of the tests, on every shape of rings
 * and buffers.  What is printed on standard output is the table of
 * docs/PEERS.md; what failed is named on standard error.
 *
 * usage: matrix [-v] [-n HABIT]... [KIND [TEST]]: only those that begin so; -v names
 * each shape that fails; -n takes a bad habit from the peers, to see what it is
 * that a test finds.
 */
#include "matrix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define OPEN_AMP \
    .cut = true, .poll_room = true, .announce = true, .withdraw_all = true, .bind_first = true
#define LITE .poll_room = true, .announce = true, .bind_first = true, .reuse_addr = true
#define LITE_MASTER LITE, .size_by_used_len = true, .prefill_used = true, .never_interrupt = true
#define ZEPHYR \
    .cut = true, .poll_room = true, .withdraw_all = true, .bind_first = true, .empty_binds = true
#define NOVEMBER .announce = true, .remember = true, .bind_first = true

static const struct kind kinds[] = {
    {.name = "open-amp host, 2026",
        .model = &open_amp_host,
        .habits = {OPEN_AMP, .size_by_used_len = true, .flags_only = true, .ring_each = true},
        .align = 16},
    {.name = "open-amp host, v2023.10",
        .model = &open_amp_host,
        .habits = {OPEN_AMP, .size_by_used_len = true, .restock_by_used_len = true,
            .event_once = true, .reuse_addr = true},
        .align = 16},
    {.name = "rpmsg-lite master",
        .model = &lite_master,
        .habits = {LITE_MASTER, .silent_returns = true},
        .one_size = true,
        .no_features = true,
        .align = 16},
    {.name = "rpmsg-lite master that rings for room",
        .model = &lite_master,
        .habits = {LITE_MASTER},
        .one_size = true,
        .no_features = true,
        .align = 16},
    {.name = "Zephyr host",
        .model = &open_amp_host,
        .habits = {ZEPHYR, .size_by_used_len = true, .ring_each = true, .remember = true,
            .fault_again = true, .drivers = true},
        .one_size = true,
        .no_features = true,
        .needs_names = true,
        .align = 4},
    {.name = "Linux",
        .model = &linux_host,
        .habits = {.announce = true, .remember = true, .drivers = true, .reuse_addr = true},
        .only_size = 512,
        .align = 16},
    {.name = "openamp host, November 2026",
        .model = &november_host,
        .habits = {NOVEMBER},
        .one_size = true,
        .align = 16},
    {.name = "open-amp device, 2026",
        .model = &open_amp_device,
        .habits = {OPEN_AMP, .event_once = true, .ring_each = true},
        .align = 16},
    {.name = "open-amp device, v2024.10",
        .model = &open_amp_device,
        .habits = {OPEN_AMP, .flags_only = true, .ring_each = true},
        .align = 16},
    {.name = "open-amp device, v2023.10",
        .model = &open_amp_device,
        .habits = {OPEN_AMP, .event_once = true, .reuse_addr = true},
        .align = 16},
    {.name = "rpmsg-lite remote",
        .model = &lite_remote,
        .habits = {LITE, .deaf_to_driver = true, .silent_returns = true},
        .one_size = true,
        .no_features = true,
        .align = 16},
    {.name = "rpmsg-lite remote that rings for room",
        .model = &lite_remote,
        .habits = {LITE, .deaf_to_driver = true},
        .one_size = true,
        .no_features = true,
        .align = 16},
    {.name = "Zephyr remote",
        .model = &open_amp_device,
        .habits = {ZEPHYR, .announce = true, .ring_each = true, .fault_unknown = true},
        .one_size = true,
        .no_features = true,
        .needs_names = true,
        .align = 4},
    {.name = "openamp firmware, November 2026",
        .model = &november_device,
        .habits = {NOVEMBER, .odd_used_len = true},
        .align = 16},
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

// The bad habits that can be broken, one at a time (-n).
static const struct {
    const char *name;
    size_t at;
} bad_habits[] = {
    {"size_by_used_len", offsetof(struct habits, size_by_used_len)},
    {"restock_by_used_len", offsetof(struct habits, restock_by_used_len)},
    {"odd_used_len", offsetof(struct habits, odd_used_len)},
    {"prefill_used", offsetof(struct habits, prefill_used)},
    {"event_once", offsetof(struct habits, event_once)},
    {"flags_only", offsetof(struct habits, flags_only)},
    {"never_interrupt", offsetof(struct habits, never_interrupt)},
    {"deaf_to_driver", offsetof(struct habits, deaf_to_driver)},
    {"silent_returns", offsetof(struct habits, silent_returns)},
};
enum { BAD_HABITS = sizeof(bad_habits) / sizeof(bad_habits[0]) };

static const struct test *const topics[] = {
    tests_of_messages, tests_of_names, tests_of_buffers, tests_of_life};
enum { TOPICS = sizeof(topics) / sizeof(topics[0]) };

static struct world world;
static bool verbose;
static struct {
    const char *name[BAD_HABITS]; // that no peer has in this run
    unsigned count;
} broken;
static unsigned red;

// ---- Shapes ----

static const uint16_t sizes[][2] = {{128, 128}, {512, 512}, {1024, 1024}, {128, 1024}, {1024, 128}};
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]), SHAPES = 8 * SIZES * 4 };

static struct shape shape_at(unsigned i) {
    struct shape shape = {.names = i & 1, .event_idx = i & 2};
    i /= 4;
    shape.num = (uint16_t)(2u << i % 8);
    memcpy(shape.size, sizes[i / 8], sizeof(shape.size));
    return shape;
}

static bool is_possible(const struct kind *kind, const struct shape *shape) {
    bool sizes_fit = kind->only_size == 0
        || (shape->size[0] == kind->only_size && shape->size[1] == kind->only_size);
    return sizes_fit && !(kind->one_size && shape->size[0] != shape->size[1])
        && !(kind->no_features && shape->event_idx);
}

// ---- One cell ----

static struct habits habits_of(const struct kind *kind) {
    struct habits habits = kind->habits;
    for (unsigned i = 0; i < BAD_HABITS * broken.count; ++i) {
        unsigned at = i / broken.count;
        if (strcmp(bad_habits[at].name, broken.name[i % broken.count]) == 0) {
            *(bool *)((char *)&habits + bad_habits[at].at) = false;
        }
    }
    return habits;
}

// A test on one shape.  Returns whether it passes; if not, world.failure says
// why.
static bool passes(const struct kind *kind, const struct test *test, const struct shape *shape) {
    jmp_buf failed;
    struct habits habits = habits_of(kind);
    world_open(&world, kind, &habits, shape);
    world.failed = &failed;
    bool passed = false;
    if (setjmp(failed) == 0) {
        test->run(&world);
        passed = true;
    }
    world_close(&world);
    return passed;
}

static void report(const struct kind *kind, const struct test *test, const struct shape *shape) {
    fprintf(stderr, "RED %s: %s: rings of %u, buffers of %u and %u%s%s: %s\n", kind->name,
        test->name, shape->num, shape->size[0], shape->size[1], shape->names ? ", names" : "",
        shape->event_idx ? ", event indices" : "", world.failure);
}

// What came of a test that has several outcomes, and how often.
static struct {
    const char *what;
    unsigned count;
} outcomes[4];

static void note_outcome(const char *what) {
    unsigned i = 0;
    while (i < 3 && outcomes[i].what != NULL && strcmp(outcomes[i].what, what) != 0) {
        ++i;
    }
    outcomes[i].what = what;
    ++outcomes[i].count;
}

static void print_passed(unsigned count) {
    printf(" %u", count);
    for (unsigned i = 0; i < 4 && outcomes[i].what != NULL; ++i) {
        printf("%s %s %u", i == 0 ? ":" : ",", outcomes[i].what, outcomes[i].count);
    }
    printf(" |");
}

// Prints the cell: how many shapes passed, or how many of them did not.
static void print_cell(const struct kind *kind, const struct test *test) {
    unsigned count = 0;
    unsigned failed = 0;
    memset(outcomes, 0, sizeof(outcomes));
    for (unsigned i = 0; i < SHAPES; ++i) {
        struct shape shape = shape_at(i);
        if (is_possible(kind, &shape) && test->applies(kind, &shape)) {
            ++count;
            if (!passes(kind, test, &shape)) {
                if (failed++ == 0 || verbose) {
                    report(kind, test, &shape);
                }
            } else if (world.outcome != NULL) {
                note_outcome(world.outcome);
            }
        }
    }
    red += failed != 0;
    if (count == 0) {
        printf(" - |");
    } else if (failed == 0) {
        print_passed(count);
    } else {
        printf(" **%u of %u fail** |", failed, count);
    }
    fflush(stdout);
}

// ---- All of them ----

static bool is_meant(const char *name, const char *wanted) {
    return wanted == NULL || strncmp(name, wanted, strlen(wanted)) == 0;
}

// What is printed of each test: in the head of the table, in the list of what
// they show, or of one kind.
enum part { HEAD, RULE, LIST, CELL };

static void print_tests(enum part part, const char *wanted, const struct kind *kind) {
    for (unsigned t = 0; t < TOPICS; ++t) {
        for (const struct test *test = topics[t]; test->name != NULL; ++test) {
            if (!is_meant(test->name, wanted)) {
                continue;
            }
            switch (part) {
                case HEAD:
                    printf(" %s |", test->name);
                    break;
                case RULE:
                    printf("---|");
                    break;
                case LIST:
                    printf("| %s | %s |\n", test->name, test->what);
                    break;
                case CELL:
                    print_cell(kind, test);
                    break;
            }
        }
    }
    printf("\n");
}

int main(int argc, char **argv) {
    int next = 1;
    if (next < argc && strcmp(argv[next], "-v") == 0) {
        verbose = true;
        ++next;
    }
    while (next + 1 < argc && strcmp(argv[next], "-n") == 0 && broken.count < BAD_HABITS) {
        broken.name[broken.count++] = argv[next + 1];
        next += 2;
    }
    const char *kind = next < argc ? argv[next] : NULL;
    const char *test = next + 1 < argc ? argv[next + 1] : NULL;
    printf("| test | what it shows |\n|---|---|\n");
    print_tests(LIST, test, NULL);
    printf("| peer |");
    print_tests(HEAD, test, NULL);
    printf("|---|");
    print_tests(RULE, test, NULL);
    for (unsigned i = 0; i < KINDS; ++i) {
        if (is_meant(kinds[i].name, kind)) {
            printf("| %s |", kinds[i].name);
            print_tests(CELL, test, &kinds[i]);
        }
    }
    fprintf(stderr, "%u cells are red, %.1f s\n", red, (double)clock() / CLOCKS_PER_SEC);
    return red != 0;
}
