/*
 * What can be asked of a core: its memory, and a core dump; and a core
 * that runs already, which is attached to.
 */
#include "core/wire/elf_layout.h"
#include "openamp/bus.h"
#include "rproc_case.h"

// ---- Memory ----

static void test_map(void **state) {
    (void)state;
    assert_ptr_equal(
        amp_rproc_map(&rproc, FAKE_ROM_DA, 16, false), fake_port_at(&fake, FAKE_ROM_DA, 16));
    assert_null(amp_rproc_map(&rproc, FAKE_ROM_DA, 16, true)); // nothing may be written there
    assert_non_null(amp_rproc_map(&rproc, FAKE_SHARED_DA, 16, true));
    assert_null(amp_rproc_map(&rproc, FAKE_ROM_DA + FAKE_ROM_LEN - 8, 16, false));
    fake.ops.cache_invalidate = NULL; // a machine without a cache
    assert_non_null(amp_rproc_map(&rproc, FAKE_CODE_DA, 16, true));
}

// What the core wrote is looked for in memory, and not in our cache.
static const void *invalidated;
static size_t invalidated_len;
static void note_invalidated(void *ctx, const void *va, size_t len) {
    (void)ctx;
    invalidated = va;
    invalidated_len = len;
}
static void test_map_cached(void **state) {
    (void)state;
    fake.ops.cache_invalidate = note_invalidated;
    assert_ptr_equal(amp_rproc_map(&rproc, FAKE_CODE_DA + 4, 16, false),
        fake_port_at(&fake, FAKE_CODE_DA + 4, 16));
    assert_ptr_equal(invalidated, fake_port_at(&fake, FAKE_CODE_DA + 4, 16));
    assert_int_equal(invalidated_len, 16);
}

// ---- A core that runs already ----

static int attach_error;
static amp_da_t attach_entry;
static int attach_to(void *ctx, amp_da_t *entry) {
    (void)ctx;
    *entry = attach_entry;
    return attach_error;
}

static void test_attach(void **state) {
    (void)state;
    amp_da_t entry = 0;
    assert_int_equal(amp_rproc_attach(&rproc, &entry, &error), -AMP_ENODEV);
    assert_non_null(error.what);

    fake.ops.core_attach = attach_to;
    fake.reason = "nobody waits";
    attach_error = -AMP_ENODEV;
    assert_int_equal(amp_rproc_attach(&rproc, &entry, &error), -AMP_ENODEV);
    assert_string_equal(error.what, "nobody waits");
    assert_int_equal(rproc.state, AMP_RPROC_OFFLINE);

    // It says that it runs where nothing can.
    attach_error = 0;
    fake.on_start = NULL;
    attach_entry = FAKE_DATA_DA | 1;
    assert_int_equal(amp_rproc_attach(&rproc, &entry, &error), -AMP_ENOEXEC);
    assert_int_equal(rproc.state, AMP_RPROC_OFFLINE);

    attach_entry = FAKE_CODE_DA | 1;
    fake.start_error = -AMP_EIO;
    assert_int_equal(amp_rproc_attach(&rproc, &entry, &error), -AMP_EIO);
    assert_string_equal(error.what, "nobody waits");
    fake.start_error = 0;
    assert_int_equal(amp_rproc_attach(&rproc, &entry, &error), 0);
    assert_int_equal(rproc.state, AMP_RPROC_RUNNING);
    assert_int_equal(entry, FAKE_CODE_DA | 1);
    assert_int_equal(amp_rproc_attach(&rproc, &entry, &error), -AMP_EBUSY);
}

// A bus whose core cannot be had says why.
static void test_open_refused(void **state) {
    (void)state;
    static struct amp_bus_host host;
    const char *reason;
    fake.stop_error = -AMP_EIO;
    fake.reason = "held by somebody";
    struct amp_bus *bus = amp_bus_host_init(&host, &fake.port);
    assert_int_equal(bus->ops->open(bus), -AMP_EIO);
    reason = bus->ops->reason(bus);
    assert_non_null(reason);
    assert_string_equal(reason, "held by somebody");
}

// ---- A core dump ----

static struct {
    uint8_t bytes[1 << 18];
    size_t len;
    unsigned pieces;
    unsigned fail_at; // this piece, counted from 1
} file;

static int write_piece(void *ctx, const void *data, size_t len) {
    (void)ctx;
    if (++file.pieces == file.fail_at) {
        return -AMP_EIO;
    }
    assert_true(file.len + len <= sizeof(file.bytes));
    memcpy(file.bytes + file.len, data, len);
    file.len += len;
    return 0;
}

static bool give_registers(void *ctx, void *registers, size_t len) {
    (void)ctx;
    memset(registers, 0x77, len);
    return true;
}

static void dump(int expected) {
    file.len = 0;
    file.pieces = 0;
    assert_int_equal(amp_rproc_coredump(&rproc, write_piece, NULL), expected);
}

// Of a machine of 32 bits: what each header says is where it says, and no less.
static void test_coredump(void **state) {
    (void)state;
    fake.ops.core_registers = give_registers;
    assert_int_equal(load(), 0);
    fake.state = AMP_CORE_FAULTED;
    memset(fake_port_at(&fake, FAKE_DATA_DA, FAKE_DATA_LEN), 0, FAKE_DATA_LEN);
    uint8_t *mark = fake_port_at(&fake, FAKE_DATA_DA + 0x800, 4);
    memcpy(mark, "mark", 4);
    dump(0);
    struct elf32_ehdr h;
    struct elf32_phdr p;
    memcpy(&h, file.bytes, sizeof(h));
    assert_int_equal(h.e_machine, FAKE_MACHINE);
    assert_true(h.e_phnum >= 2);
    bool found = false;
    size_t end = 0;
    for (unsigned i = 0; i < h.e_phnum; ++i) {
        memcpy(&p, file.bytes + h.e_phoff + i * sizeof(p), sizeof(p));
        end = p.p_offset + p.p_filesz;
        assert_true(end <= file.len);
        if (i == 0) { // the note: 20 bytes of its own, then the thread's registers at 72
            assert_int_equal(p.p_filesz, 20 + 148);
            assert_int_equal(file.bytes[p.p_offset + 20 + 72], 0x77);
            assert_int_equal(file.bytes[p.p_offset + 20 + 71], 0);
        } else if (p.p_vaddr <= FAKE_DATA_DA + 0x800
            && FAKE_DATA_DA + 0x804 <= p.p_vaddr + p.p_filesz) {
            size_t at = p.p_offset + FAKE_DATA_DA + 0x800 - p.p_vaddr;
            assert_memory_equal(file.bytes + at, "mark", 4);
            assert_true(p.p_vaddr > FAKE_DATA_DA); // zeros before it are left out
            found = true;
        }
    }
    assert_true(found);
    assert_int_equal(end, file.len);

    // Whichever piece cannot be written, that error is returned, and no more is written.
    unsigned pieces = file.pieces;
    for (file.fail_at = 1; file.fail_at <= pieces; ++file.fail_at) {
        dump(-AMP_EIO);
        assert_int_equal(file.pieces, file.fail_at);
    }
    file.fail_at = 0;
    fake.port.elf_machine = 1; // of which no core file is known
    dump(-AMP_ENOEXEC);
    assert_int_equal(file.len, 0);
}

enum { ALIAS_DA = 0x60000000 };

static void *map_alias(void *ctx, amp_da_t da, size_t len) {
    return fake_port_at(ctx, da >= ALIAS_DA ? da - ALIAS_DA + FAKE_DATA_DA : da, len);
}

// Memory that the core sees at two addresses is in the file once, and both headers say where.
static void test_coredump_alias(void **state) {
    (void)state;
    static const struct amp_window windows[] = {
        {ALIAS_DA - 0x10000, FAKE_DATA_LEN, AMP_WINDOW_RUN}, // not written, so it is left out
        {FAKE_DATA_DA, FAKE_DATA_LEN, AMP_WINDOW_LOAD},
        {FAKE_CODE_DA, FAKE_CODE_LEN, AMP_WINDOW_LOAD},
        {ALIAS_DA, FAKE_DATA_LEN, AMP_WINDOW_LOAD},
    };
    assert_int_equal(load(), 0);
    fake.port.windows = windows;
    fake.port.window_count = sizeof(windows) / sizeof(windows[0]);
    fake.ops.map = map_alias;
    memset(fake_port_at(&fake, FAKE_DATA_DA, FAKE_DATA_LEN), 0, FAKE_DATA_LEN);
    memset(fake_port_at(&fake, FAKE_CODE_DA, FAKE_CODE_LEN), 0, FAKE_CODE_LEN);
    memcpy(fake_port_at(&fake, FAKE_DATA_DA + 0x400, 2), "1.", 2);
    memcpy(fake_port_at(&fake, FAKE_DATA_DA + 0x1000, 2), "2.", 2);
    memcpy(fake_port_at(&fake, FAKE_CODE_DA, 2), "3.", 2);
    dump(0);
    struct elf32_phdr p[6];
    memcpy(p, file.bytes + sizeof(struct elf32_ehdr), sizeof(p));
    static const struct {
        amp_da_t da;
        const char *contents;
    } expected[] = {{FAKE_DATA_DA + 0x400, "1."}, {FAKE_DATA_DA + 0x1000, "2."},
        {FAKE_CODE_DA, "3."}, {ALIAS_DA + 0x400, "1."}, {ALIAS_DA + 0x1000, "2."}};
    for (unsigned i = 0; i < 5; ++i) {
        assert_int_equal(p[1 + i].p_vaddr, expected[i].da);
        assert_int_equal(p[1 + i].p_filesz, 1024);
        assert_memory_equal(file.bytes + p[1 + i].p_offset, expected[i].contents, 2);
    }
    assert_int_equal(file.len, p[1].p_offset + 3 * 1024);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_map),
        TEST(test_map_cached),
        TEST(test_attach),
        TEST(test_open_refused),
        TEST(test_coredump),
        TEST(test_coredump_alias),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
