/*
 * Segments that lie on each other, without contents, or where nothing is loaded;
 * where a refusal says that it is; and headers that are others when an image is
 * loaded than they were when it was checked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/elf.h"
#include "core/wire/elf_layout.h"
#include "fake_port.h"
#include "image.h"

enum { CONTENTS = 4096, ENTRY_DA = FAKE_CODE_DA + 0x3000 };

static struct fake_port fake;
static struct amp_window windows[FAKE_WINDOWS];
static struct image image;
static struct amp_elf elf;
static struct amp_load_error error;

// One program header.  Its contents are bytes that no other has.
struct segment {
    amp_da_t da;
    size_t filesz;
    size_t memsz;
};

static int setup(void **state) {
    (void)state;
    fake_port_init(&fake);
    memcpy(windows, fake.port.windows, sizeof(windows));
    fake.port.windows = windows;
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fake_port_free(&fake);
    return 0;
}

// Header 0 is four bytes of code at ENTRY_DA; the others follow.
static void build(const struct segment *segments, unsigned count) {
    image_build(&image, IMAGE_LAST_CLASS, NULL);
    image_set(&image, E_SHOFF, 0, 0);
    image_set(&image, E_PHNUM, 0, count + 1);
    image_set(&image, E_ENTRY, 0, ENTRY_DA);
    image.source.size = image.size = IMAGE_MAX;
    for (size_t i = CONTENTS; i < IMAGE_MAX; ++i) {
        image.bytes[i] = (uint8_t)(i % 251 + 1);
    }
    for (unsigned i = 0; i <= count; ++i) {
        image_set(&image, P_TYPE, i, PT_LOAD);
        image_set(&image, P_OFFSET, i, CONTENTS + 64 * i);
        image_set(&image, P_PADDR, i, i == 0 ? ENTRY_DA : segments[i - 1].da);
        image_set(&image, P_FILESZ, i, i == 0 ? 4 : segments[i - 1].filesz);
        image_set(&image, P_MEMSZ, i, i == 0 ? 4 : segments[i - 1].memsz);
        image_set(&image, P_FLAGS, i, 7);
    }
}

static int check(void) {
    memset(&elf, 0, sizeof(elf));
    memset(&error, 0, sizeof(error));
    elf.check.port = &fake.port;
    elf.image = &image.source;
    fake_port_snapshot(&fake);
    int result = amp_load_report(&elf.check, amp_elf_check(&elf), &error);
    assert_true(fake_port_unchanged(&fake));
    return result;
}

static int load(void) {
    memset(&error, 0, sizeof(error));
    return amp_load_report(&elf.check, amp_elf_load(&elf), &error);
}

static void expect_place(
    const char *what, amp_da_t segment, amp_da_t da, size_t len, uint32_t missed) {
    assert_int_equal(check(), -AMP_ENOEXEC);
    assert_string_equal(error.what, what);
    assert_string_equal(error.unit, "segment");
    assert_int_equal(error.where, segment);
    assert_int_equal(error.len, len);
    assert_true(len == 0 || error.da == da);
    assert_int_equal(error.missed, missed);
}

// ---- On each other ----

static bool overlap(amp_da_t a, size_t len_a, amp_da_t b, size_t len_b) {
    return len_a != 0 && len_b != 0 && a < b + len_b && b < a + len_a;
}

// What loaders that do one after the other make of it.
static void in_order(uint8_t *memory, const struct segment *segments, unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
        uint8_t *to = memory + (segments[i].da - FAKE_DATA_DA);
        memset(to, 0, segments[i].memsz);
        memcpy(to, image.bytes + CONTENTS + 64 * (i + 1), segments[i].filesz);
    }
}

static unsigned tried[2];

static void expect_in_order(const struct segment *segments, unsigned count) {
    enum { LEN = 64 };
    uint8_t expected[LEN];
    amp_da_t refused = 0;
    for (unsigned i = 0; i < count && refused == 0; ++i) {
        for (unsigned j = 0; j < i; ++j) {
            // What is there already may not be replaced, nor zeroed.
            if (overlap(segments[i].da, segments[i].memsz, segments[j].da, segments[j].filesz)) {
                refused = i + 1;
            }
        }
    }
    ++tried[refused != 0];
    build(segments, count);
    if (refused != 0) {
        expect_place("overlaps memory in use", refused, segments[refused - 1].da,
            segments[refused - 1].memsz, 0);
        return;
    }
    assert_int_equal(check(), 0);
    uint8_t *memory = fake_port_at(&fake, FAKE_DATA_DA, LEN);
    memset(memory, 0x5A, LEN);
    memset(expected, 0x5A, LEN);
    in_order(expected, segments, count);
    assert_int_equal(load(), 0);
    assert_memory_equal(memory, expected, LEN);
    for (unsigned i = 0; i < count; ++i) {
        assert_memory_equal(memory + (segments[i].da - FAKE_DATA_DA),
            image.bytes + CONTENTS + 64 * (i + 1), segments[i].filesz);
    }
}

static void test_two_segments_in_every_position(void **state) {
    (void)state;
    memset(tried, 0, sizeof(tried));
    for (size_t filesz = 0; filesz <= 3; ++filesz) {
        for (size_t memsz = filesz == 0 ? 1 : filesz; memsz <= 5; ++memsz) {
            for (size_t at = 0; at <= 16; ++at) {
                for (size_t tail = 0; tail <= 4; tail += 2) {
                    const struct segment both[] = {
                        {FAKE_DATA_DA + 8, 4, 4 + tail}, {FAKE_DATA_DA + at, filesz, memsz}};
                    expect_in_order(both, 2);
                    const struct segment empty[] = {{FAKE_DATA_DA + 8, 0, 4 + tail}, both[1]};
                    expect_in_order(empty, 2);
                }
            }
        }
    }
    assert_true(tried[0] > 800 && tried[1] > 200);
}

// GNU ld with a second section behind .bss that lies elsewhere in flash: data, zeros
// behind it, and in the place of these zeros the contents of the next segment.
static void test_second_data_behind_bss(void **state) {
    (void)state;
    static const struct segment segments[] = {
        {FAKE_DATA_DA, 16, 48}, {FAKE_DATA_DA + 16, 8, 40}, {FAKE_DATA_DA + 24, 8, 8}};
    expect_in_order(segments, 3);
    // Its table is the first thing there, and stays what was checked.
    static const struct segment other_way[] = {{FAKE_DATA_DA + 16, 8, 8}, {FAKE_DATA_DA, 16, 17}};
    expect_in_order(other_way, 2);
}

// ---- Without contents ----

static void test_without_contents(void **state) {
    (void)state;
    // Linkers leave any offset there; nothing is read.
    static const struct segment bss[] = {{FAKE_DATA_DA, 0, 16}, {FAKE_DATA_DA + 32, 4, 4}};
    build(bss, 2);
    image_set(&image, P_OFFSET, 1, UINT64_MAX);
    assert_int_equal(check(), 0);
    image_set(&image, P_OFFSET, 1, IMAGE_MAX + 1);
    assert_int_equal(check(), 0);
    image_set(&image, P_FILESZ, 1, 1);
    expect_place("cut short", 1, FAKE_DATA_DA, 16, 0);
    image_set(&image, P_MEMSZ, 1, 0); // there is nothing of it in memory
    assert_int_equal(check(), 0);
    assert_int_equal(load(), 0);
    const uint8_t *memory = fake_port_at(&fake, FAKE_DATA_DA, 36);
    assert_int_equal(memory[0], 0x5A);
    assert_memory_equal(memory + 32, image.bytes + CONTENTS + 128, 4);
}

// Shared memory in which nothing is loaded: the linker keeps it for the rings, or for
// what both sides use.  The host writes nothing there.
static void test_reservation(void **state) {
    (void)state;
    static const struct segment in_shared[] = {
        {FAKE_SHARED_DA + 0x100, 0, 0x1000}, {FAKE_DATA_DA, 4, 8}};
    build(in_shared, 2);
    windows[2].flags = AMP_WINDOW_SHARED;
    assert_int_equal(check(), 0);
    assert_int_equal(load(), 0);
    const uint8_t *shared = fake_port_at(&fake, FAKE_SHARED_DA, FAKE_SHARED_LEN);
    for (size_t i = 0; i < FAKE_SHARED_LEN; ++i) {
        assert_int_equal(shared[i], 0x5A);
    }
    assert_int_equal(((uint8_t *)fake_port_at(&fake, FAKE_DATA_DA, 8))[7], 0);
    // Not with contents, nor with a byte outside of it, nor in a window of another use.
    image_set(&image, P_FILESZ, 1, 1);
    expect_place("outside the board's memory", 1, FAKE_SHARED_DA + 0x100, 0x1000,
        AMP_WINDOW_LOAD | AMP_WINDOW_ANY);
    image_set(&image, P_FILESZ, 1, 0);
    image_set(&image, P_MEMSZ, 1, FAKE_SHARED_LEN - 0x100);
    assert_int_equal(check(), 0);
    image_set(&image, P_MEMSZ, 1, FAKE_SHARED_LEN - 0xFF);
    expect_place("outside the board's memory", 1, FAKE_SHARED_DA + 0x100, FAKE_SHARED_LEN - 0xFF,
        AMP_WINDOW_LOAD | AMP_WINDOW_ANY);
    image_set(&image, P_PADDR, 1, FAKE_ROM_DA);
    image_set(&image, P_MEMSZ, 1, 1);
    expect_place("outside the board's memory", 1, FAKE_ROM_DA, 1, AMP_WINDOW_LOAD | AMP_WINDOW_ANY);
    // Where images may be loaded it is zeroed, like any other.
    windows[2].flags |= AMP_WINDOW_LOAD;
    build(in_shared, 2);
    assert_int_equal(check(), 0);
    assert_int_equal(load(), 0);
    for (size_t i = 0; i < FAKE_SHARED_LEN; ++i) {
        assert_int_equal(shared[i], i - 0x100 < 0x1000 ? 0 : 0x5A);
    }
}

// In the region that the host gives from: what is kept clear of it.
static void test_reservation_of_the_region(void **state) {
    (void)state;
    static const struct {
        amp_da_t da;
        size_t len;
        size_t reserved;
    } cases[] = {
        {FAKE_HEAP_DA, 1, 1},
        {FAKE_HEAP_DA - 16, 16, 0},
        {FAKE_HEAP_DA - 16, 17, 1},
        {FAKE_HEAP_DA + 0x1000, 0x234, 0x1234},
        {FAKE_HEAP_DA, FAKE_HEAP_LEN / 2, FAKE_HEAP_LEN / 2},
        // One that takes more is the linker's name for the region itself.
        {FAKE_HEAP_DA, FAKE_HEAP_LEN / 2 + 1, 0},
        {FAKE_HEAP_DA, FAKE_HEAP_LEN, 0},
        {FAKE_SHARED_DA, FAKE_SHARED_LEN, 0},
        {FAKE_HEAP_DA + FAKE_HEAP_LEN - 1, 1, 0},
        {FAKE_DATA_DA, 16, 0},
    };
    for (unsigned loads = 0; loads < 2; ++loads) {
        windows[2].flags = AMP_WINDOW_SHARED | (loads != 0 ? AMP_WINDOW_LOAD : 0);
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
            const struct segment two[] = {
                {cases[i].da, 0, cases[i].len}, {FAKE_HEAP_DA - 64, 0, 66}};
            build(two, 1);
            assert_int_equal(check(), 0);
            assert_int_equal(elf.check.reserved, cases[i].reserved);
            build(two, 2); // the one that ends last counts
            assert_int_equal(check(), 0);
            assert_int_equal(elf.check.reserved, cases[i].reserved > 2 ? cases[i].reserved : 2);
        }
    }
    // Contents, and zeros behind them, are no reservation.
    static const struct segment contents[] = {{FAKE_HEAP_DA - 4, 4, 5}};
    build(contents, 1);
    expect_place("overlaps memory in use", 1, FAKE_HEAP_DA - 4, 5, 0);
    image_set(&image, P_MEMSZ, 1, 4);
    assert_int_equal(check(), 0);
    image_set(&image, P_PADDR, 1, FAKE_HEAP_DA + FAKE_HEAP_LEN - 4);
    expect_place("overlaps memory in use", 1, FAKE_HEAP_DA + FAKE_HEAP_LEN - 4, 4, 0);
}

// ---- Where ----

static void test_a_refusal_says_where(void **state) {
    (void)state;
    static const struct segment good[] = {{FAKE_DATA_DA, 8, 16}, {FAKE_DATA_DA + 64, 8, 8}};
    static const char outside[] = "outside the board's memory";
    const uint32_t missed = AMP_WINDOW_LOAD | AMP_WINDOW_ANY;
    const amp_da_t end = FAKE_DATA_DA + FAKE_DATA_LEN;
    build(good, 2);
    image_set(&image, P_PADDR, 2, end - 7);
    expect_place(outside, 2, end - 7, 8, missed);
    image_set(&image, P_PADDR, 2, end - 8);
    assert_int_equal(check(), 0);
    image_set(&image, P_PADDR, 2, FAKE_DATA_DA - 1);
    expect_place(outside, 2, FAKE_DATA_DA - 1, 8, missed);
    image_set(&image, P_PADDR, 2, UINTPTR_MAX - 3); // its end wraps
    expect_place(outside, 2, UINTPTR_MAX - 3, 8, missed);
    image_set(&image, P_PADDR, 2, FAKE_DATA_DA);
    expect_place("overlaps memory in use", 2, FAKE_DATA_DA, 8, 0);
    image_set(&image, P_PADDR, 2, FAKE_DATA_DA + 7);
    expect_place("overlaps memory in use", 2, FAKE_DATA_DA + 7, 8, 0);
    image_set(&image, P_PADDR, 2, FAKE_DATA_DA + 8); // zeros of the first
    assert_int_equal(check(), 0);
    // Contents that end with the image, and one byte behind it.
    image_set(&image, P_OFFSET, 2, IMAGE_MAX - 8);
    assert_int_equal(check(), 0);
    image_set(&image, P_OFFSET, 2, IMAGE_MAX - 7);
    expect_place("cut short", 2, FAKE_DATA_DA + 8, 8, 0);
    image_set(&image, P_OFFSET, 2, UINT64_MAX - 3);
    expect_place("cut short", 2, FAKE_DATA_DA + 8, 8, 0);
    build(good, 2);
    image_set(&image, P_FILESZ, 1, 17);
    expect_place("cut short", 1, FAKE_DATA_DA, 16, 0);
    // A header that is not there: the number, and no memory.
    image_set(&image, P_FILESZ, 1, 8);
    image.source.size = image.phoff + (IMAGE_LAST_CLASS ? 56 : 32) * 3 - 1;
    image_set(&image, P_OFFSET, 0, 0);
    image_set(&image, P_OFFSET, 1, 0);
    expect_place("cut short", 2, 0, 0, 0);
}

// The windows that were missed are those with the flag.
static void test_windows_that_were_missed(void **state) {
    (void)state;
    static const struct segment outside[] = {{FAKE_ROM_DA, 8, 16}};
    build(outside, 1);
    assert_int_equal(check(), -AMP_ENOEXEC);
    for (unsigned i = 0; i < FAKE_WINDOWS; ++i) {
        assert_int_equal(amp_load_missed(&error, &windows[i]), windows[i].da != FAKE_ROM_DA);
    }
    build(outside, 0);
    image_set(&image, E_ENTRY, 0, FAKE_DATA_DA);
    assert_int_equal(check(), -AMP_ENOEXEC);
    for (unsigned i = 0; i < FAKE_WINDOWS; ++i) {
        assert_int_equal(amp_load_missed(&error, &windows[i]), windows[i].flags >> 1 & 1);
    }
    image_set(&image, E_TYPE, 0, 0);
    assert_int_equal(check(), -AMP_ENOEXEC);
    assert_false(amp_load_missed(&error, &windows[0]));
}

// ---- Another image when it is loaded ----

static void test_headers_change_before_loading(void **state) {
    (void)state;
    static const struct segment good[] = {{FAKE_DATA_DA, 8, 16}};
    static const struct {
        enum image_field field;
        uint64_t value;
    } cases[] = {
        {P_PADDR, FAKE_ROM_DA},
        {P_PADDR, FAKE_HEAP_DA},
        {P_PADDR, FAKE_HEAP_DA - 15},
        {P_PADDR, FAKE_DATA_DA + FAKE_DATA_LEN - 15},
        {P_PADDR, ENTRY_DA},
        {P_PADDR, 0},
        {P_MEMSZ, UINT64_MAX},
        {P_MEMSZ, FAKE_DATA_LEN + 1},
        {P_MEMSZ, 7},
        {P_FILESZ, 17},
        {P_FILESZ, UINT64_MAX},
        {P_OFFSET, IMAGE_MAX - 7},
        {P_OFFSET, UINT64_MAX},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        build(good, 1);
        assert_int_equal(check(), 0);
        image_set(&image, cases[i].field, 1, cases[i].value);
        assert_int_equal(load(), -AMP_ENOEXEC);
        assert_string_equal(error.unit, "segment");
        assert_int_equal(error.where, 1);
        // The code was loaded before; that is all.
        const uint8_t *code = fake_port_at(&fake, ENTRY_DA, 4);
        assert_memory_equal(code, image.bytes + CONTENTS, 4);
        memset(fake_port_at(&fake, ENTRY_DA, 4), 0x5A, 4);
        assert_true(fake_port_unchanged(&fake));
    }
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_two_segments_in_every_position),
        TEST(test_second_data_behind_bss),
        TEST(test_without_contents),
        TEST(test_reservation),
        TEST(test_reservation_of_the_region),
        TEST(test_a_refusal_says_where),
        TEST(test_windows_that_were_missed),
        TEST(test_headers_change_before_loading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
