/* Core dumps: every byte of the core's memory that is not zero, once, and its registers. */
#include "core/wire/elf_layout.h"
#include "rproc_case.h"

enum { BLOCK = 1024, RUNS = 32, NOTE_HEADER = 20 };

static struct {
    uint8_t bytes[1 << 18];
    size_t len;
    unsigned pieces;
    unsigned fail_at; // this piece, counted from 1
} file;

static int write_piece(void *ctx, const void *data, size_t len) {
    (void)ctx;
    assert_int_not_equal(len, 0);
    if (++file.pieces == file.fail_at) {
        return -AMP_EIO;
    }
    assert_true(file.len + len <= sizeof(file.bytes));
    memcpy(file.bytes + file.len, data, len);
    file.len += len;
    return 0;
}

static void dump(int expected) {
    file.len = 0;
    file.pieces = 0;
    assert_int_equal(amp_rproc_coredump(&rproc, write_piece, NULL), expected);
}

// ---- What the file says ----

// A program header of either class.
static struct elf64_phdr header_of(unsigned i) {
    struct elf64_phdr p;
    struct elf32_phdr narrow;
    if (file.bytes[4] == ELFCLASS64) {
        memcpy(&p, file.bytes + sizeof(struct elf64_ehdr) + i * sizeof(p), sizeof(p));
        return p;
    }
    memcpy(&narrow, file.bytes + sizeof(struct elf32_ehdr) + i * sizeof(narrow), sizeof(narrow));
    return (struct elf64_phdr){.p_type = narrow.p_type,
        .p_flags = narrow.p_flags,
        .p_offset = narrow.p_offset,
        .p_vaddr = narrow.p_vaddr,
        .p_paddr = narrow.p_paddr,
        .p_filesz = narrow.p_filesz,
        .p_memsz = narrow.p_memsz,
        .p_align = narrow.p_align};
}

static unsigned header_count(bool wide) {
    struct elf32_ehdr h;
    struct elf64_ehdr h64;
    memcpy(&h, file.bytes, sizeof(h));
    memcpy(&h64, file.bytes, sizeof(h64));
    assert_memory_equal(file.bytes,
        "\x7F"
        "ELF",
        4);
    assert_int_equal(file.bytes[4], wide ? ELFCLASS64 : ELFCLASS32);
    assert_int_equal(h.e_type, ET_CORE);
    assert_int_equal(h.e_version, 1);
    assert_int_equal(h.e_machine, fake.port.elf_machine);
    assert_int_equal(wide ? h64.e_phoff : h.e_phoff, wide ? sizeof(h64) : sizeof(h));
    assert_int_equal(wide ? h64.e_ehsize : h.e_ehsize, wide ? sizeof(h64) : sizeof(h));
    assert_int_equal(wide ? h64.e_phentsize : h.e_phentsize,
        wide ? sizeof(struct elf64_phdr) : sizeof(struct elf32_phdr));
    return wide ? h64.e_phnum : h.e_phnum;
}

// Does the file have all of this window that is not zero, and nothing that is not so?  Returns
// how many runs it has.
static unsigned check_window(const struct amp_window *window, unsigned count) {
    const uint8_t *memory = fake_port_at(&fake, window->da, window->len);
    static uint8_t seen[FAKE_SHARED_LEN];
    unsigned runs = 0;
    memset(seen, 0, sizeof(seen));
    for (unsigned i = 1; i < count; ++i) {
        struct elf64_phdr p = header_of(i);
        if (p.p_vaddr < window->da || p.p_vaddr >= window->da + window->len) {
            continue;
        }
        size_t at = (size_t)p.p_vaddr - window->da;
        ++runs;
        assert_true(p.p_filesz > 0 && p.p_filesz <= window->len - at);
        assert_true(at % BLOCK == 0);
        assert_memory_equal(file.bytes + p.p_offset, memory + at, p.p_filesz);
        memset(seen + at, 1, p.p_filesz);
    }
    bool dumped = memory != NULL && (window->flags & (AMP_WINDOW_LOAD | AMP_WINDOW_SHARED));
    for (size_t at = 0; dumped && at < window->len; ++at) {
        assert_true(seen[at] || memory[at] == 0);
    }
    assert_true(dumped || runs == 0);
    return runs;
}

// The whole file, of a machine whose note has so many bytes.
static unsigned check_file(bool wide, size_t status) {
    dump(0);
    unsigned count = header_count(wide);
    struct elf64_phdr note = header_of(0);
    size_t at = wide ? sizeof(struct elf64_ehdr) + count * sizeof(struct elf64_phdr)
                     : sizeof(struct elf32_ehdr) + count * sizeof(struct elf32_phdr);
    assert_int_equal(note.p_type, PT_NOTE);
    assert_int_equal(note.p_flags, 0);
    assert_int_equal(note.p_vaddr, 0);
    assert_int_equal(note.p_offset, at);
    assert_int_equal(note.p_filesz, NOTE_HEADER + status);
    at += NOTE_HEADER + status;
    for (unsigned i = 1; i < count; ++i) {
        struct elf64_phdr p = header_of(i);
        assert_int_equal(p.p_type, PT_LOAD);
        assert_int_equal(p.p_flags, 7);
        assert_int_equal(p.p_align, 1);
        assert_int_equal(p.p_paddr, p.p_vaddr);
        assert_int_equal(p.p_memsz, p.p_filesz);
        assert_int_equal(p.p_offset, at); // one behind the other
        at += p.p_filesz;
    }
    assert_int_equal(file.len, at);
    unsigned runs = 0;
    for (size_t i = 0; i < fake.port.window_count; ++i) {
        unsigned some = check_window(&fake.port.windows[i], count);
        assert_true(some <= RUNS / fake.port.window_count);
        runs += some;
    }
    assert_int_equal(runs, count - 1);
    return runs;
}

// ---- Memory ----

static const struct amp_window three[] = {
    {FAKE_DATA_DA, FAKE_DATA_LEN - 100, AMP_WINDOW_LOAD}, // ends inside a block
    {FAKE_ROM_DA, FAKE_ROM_LEN, AMP_WINDOW_RUN}, // nobody writes there
    {FAKE_SHARED_DA, FAKE_SHARED_LEN, AMP_WINDOW_SHARED},
};

static void clear(void) {
    memset(fake_port_at(&fake, FAKE_DATA_DA, FAKE_DATA_LEN), 0, FAKE_DATA_LEN);
    memset(fake_port_at(&fake, FAKE_SHARED_DA, FAKE_SHARED_LEN), 0, FAKE_SHARED_LEN);
    memset(fake_port_at(&fake, FAKE_ROM_DA, FAKE_ROM_LEN), 0x11, FAKE_ROM_LEN);
}

static void use_windows(void) {
    assert_int_equal(load(), 0);
    fake.state = AMP_CORE_FAULTED;
    fake.port.windows = three;
    fake.port.window_count = sizeof(three) / sizeof(three[0]);
    clear();
}

static void put(amp_da_t da, uint8_t value) {
    *(uint8_t *)fake_port_at(&fake, da, 1) = value;
}

static void test_no_memory(void **state) {
    (void)state;
    use_windows();
    assert_int_equal(check_file(false, 148), 0);
}

// The first and the last byte of a window, the last of a block, the first of the next one.
static void test_where_bytes_lie(void **state) {
    (void)state;
    use_windows();
    for (unsigned which = 0; which < 1 << 6; ++which) {
        static const amp_da_t places[] = {FAKE_DATA_DA, FAKE_DATA_DA + FAKE_DATA_LEN - 101,
            FAKE_DATA_DA + 4 * BLOCK - 1, FAKE_DATA_DA + 4 * BLOCK, FAKE_SHARED_DA + 5 * BLOCK + 77,
            FAKE_SHARED_DA + FAKE_SHARED_LEN - 1};
        clear();
        for (unsigned i = 0; i < 6; ++i) {
            put(places[i], which >> i & 1 ? 0xA0 + (uint8_t)i : 0);
        }
        unsigned joined = (which & 0xC) == 0xC; // two of them are one run
        assert_int_equal(check_file(false, 148), (unsigned)__builtin_popcount(which) - joined);
    }
}

// More runs than there may be: the last one has all that follows, with the zeros between.
static void test_too_many_runs(void **state) {
    (void)state;
    const unsigned most = RUNS / 3;
    use_windows();
    for (unsigned runs = most - 1; runs <= most + 2; ++runs) {
        clear();
        for (unsigned i = 0; i < runs; ++i) {
            put(FAKE_SHARED_DA + 2 * BLOCK * i + 9, 0x55);
        }
        put(FAKE_DATA_DA, 1);
        assert_int_equal(check_file(false, 148), 1 + (runs < most ? runs : most));
    }
}

// A window that the host cannot reach, and more windows than runs.
static void test_windows(void **state) {
    (void)state;
    assert_int_equal(load(), 0);
    assert_true(check_file(false, 148) >= 2); // the standard ones, one of which is dark
    static struct amp_window many[RUNS + 1];
    for (unsigned i = 0; i <= RUNS; ++i) {
        many[i] = (struct amp_window){FAKE_DATA_DA + 64 * i, 64, AMP_WINDOW_LOAD};
    }
    fake.port.windows = many;
    fake.port.window_count = RUNS + 1;
    dump(0);
    assert_int_equal(header_count(false), 1);
}

// ---- Registers ----

static bool give_numbers(void *ctx, void *registers, size_t len) {
    (void)ctx;
    for (size_t i = 0; i < len; ++i) {
        ((uint8_t *)registers)[i] = (uint8_t)(1 + i % 200);
    }
    return true;
}

// Linux's struct elf_prstatus of each machine.
static void test_registers(void **state) {
    (void)state;
    static const struct {
        uint16_t machine;
        bool wide;
        size_t status;
        size_t at;
        size_t len;
        size_t thread_at;
    } machines[] = {{AMP_EM_ARM, false, 148, 72, 72, 24}, {AMP_EM_RISCV, false, 204, 72, 128, 24},
        {AMP_EM_X86_64, true, 336, 112, 216, 32}, {AMP_EM_AARCH64, true, 392, 112, 272, 32}};
    use_windows();
    fake.ops.core_registers = give_numbers;
    put(FAKE_DATA_DA + 3, 3);
    for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); ++i) {
        if (machines[i].wide && !IMAGE_LAST_CLASS) {
            continue;
        }
        for (unsigned crashed = 0; crashed < 2; ++crashed) {
            uint8_t expected[392] = {0};
            fake.port.elf_machine = machines[i].machine;
            rproc.state = crashed ? AMP_RPROC_CRASHED : AMP_RPROC_RUNNING;
            assert_int_equal(check_file(machines[i].wide, machines[i].status), 1);
            const uint8_t *note = file.bytes + header_of(0).p_offset;
            // Sizes of name and contents, the type, "CORE" and padding.
            const uint32_t head[] = {5, (uint32_t)machines[i].status, NT_PRSTATUS};
            assert_memory_equal(note, head, sizeof(head));
            assert_memory_equal(note + sizeof(head), "CORE\0\0\0", 8);
            expected[12] = crashed ? 11 : 0; // SIGSEGV
            expected[machines[i].thread_at] = 1;
            give_numbers(NULL, expected + machines[i].at, machines[i].len);
            assert_memory_equal(note + NOTE_HEADER, expected, machines[i].status);
        }
    }
    rproc.state = AMP_RPROC_OFFLINE;
}

// ---- Errors ----

static void test_errors(void **state) {
    (void)state;
    use_windows();
    put(FAKE_DATA_DA, 1);
    dump(0);
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

// ---- Aliases ----

enum { ALIAS_DA = 0x60000000, ALIAS_LEN = 0x01000000 };

// The data memory is there again and again, at multiples of ALIAS_LEN.
static void *map_alias(void *ctx, amp_da_t da, size_t len) {
    return fake_port_at(ctx, da >= ALIAS_DA ? da % ALIAS_LEN + FAKE_DATA_DA : da, len);
}

// Memory that the core sees at two addresses is in the file once, and both headers say where.
static void test_coredump_alias(void **state) {
    (void)state;
    enum { LEN = 0x2000, OTHER_DA = ALIAS_DA + ALIAS_LEN, LONG_DA = OTHER_DA + ALIAS_LEN };
    static const struct amp_window windows[] = {
        {OTHER_DA, LEN, AMP_WINDOW_RUN}, // not written, so nothing is an alias of it
        {FAKE_DATA_DA, LEN, AMP_WINDOW_LOAD},
        {FAKE_DATA_DA + LEN, LEN, AMP_WINDOW_LOAD}, // no part of that
        {FAKE_CODE_DA, FAKE_CODE_LEN, AMP_WINDOW_LOAD},
        {ALIAS_DA, LEN, AMP_WINDOW_LOAD},
        {LONG_DA, LEN + 0x400, AMP_WINDOW_LOAD}, // not the same memory: it is longer
        {FAKE_SHARED_DA, FAKE_SHARED_LEN, AMP_WINDOW_SHARED},
    };
    static const struct {
        amp_da_t da;
        const char *contents;
        bool again; // in the file already
    } expected[] = {{FAKE_DATA_DA + 0x400, "1.", false}, {FAKE_DATA_DA + 0x1000, "2.", false},
        {FAKE_DATA_DA + LEN, "3.", false}, {FAKE_CODE_DA, "4.", false},
        {ALIAS_DA + 0x400, "1.", true}, {ALIAS_DA + 0x1000, "2.", true},
        {LONG_DA + 0x400, "1.", false}, {LONG_DA + 0x1000, "2.", false},
        {LONG_DA + LEN, "3.", false}, {FAKE_SHARED_DA + 0x400, "5.", false}};
    enum { COUNT = sizeof(expected) / sizeof(expected[0]) };
    assert_int_equal(load(), 0);
    fake.port.windows = windows;
    fake.port.window_count = sizeof(windows) / sizeof(windows[0]);
    fake.ops.map = map_alias;
    clear();
    memset(fake_port_at(&fake, FAKE_CODE_DA, FAKE_CODE_LEN), 0, FAKE_CODE_LEN);
    for (unsigned i = 0; i < COUNT; ++i) {
        if (!expected[i].again && expected[i].da < ALIAS_DA) {
            memcpy(fake_port_at(&fake, expected[i].da, 2), expected[i].contents, 2);
        }
    }
    dump(0);
    assert_int_equal(header_count(false), 1 + COUNT);
    size_t end = (size_t)header_of(1).p_offset;
    for (unsigned i = 0; i < COUNT; ++i) {
        struct elf64_phdr p = header_of(1 + i);
        assert_int_equal(p.p_vaddr, expected[i].da);
        assert_int_equal(p.p_filesz, 1024);
        assert_memory_equal(file.bytes + p.p_offset, expected[i].contents, 2);
        assert_true(expected[i].again || p.p_offset == end);
        end += expected[i].again ? 0 : 1024;
    }
    assert_int_equal(file.len, end);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_no_memory),
        TEST(test_where_bytes_lie),
        TEST(test_too_many_runs),
        TEST(test_windows),
        TEST(test_registers),
        TEST(test_errors),
        TEST(test_coredump_alias),
    };
    return cmocka_run_group_tests_name("coredump", tests, NULL, NULL);
}
