/* The life of a core with a position-independent image, and the symbols of one. */
#include "core/wire/elf_layout.h"
#include "rproc_case.h"

enum { TYPE = R_ARM_RELATIVE, TRACE = IMAGE_PIE_LOW + 8 };

static struct amp_window windows[FAKE_WINDOWS];
static uint32_t trace_at; // the trace entry's offset in the table

// With the trace buffer in the image, as a compiler puts its address into the table.
static void build(void) {
    table_begin(&table, 2);
    table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 8, 16, 0);
    trace_at = table_add_trace(&table, TRACE, 16);
    image_build_pie(&image, false, &table, false, TYPE, 2);
    uint64_t place =
        image_get(&image, P_VADDR, IMAGE_DATA) + trace_at + offsetof(struct amp_rsc_trace, da);
    image_set_reloc(&image, 1, place, TYPE, TRACE);
}

static int setup_pie(void **state) {
    setup(state);
    memcpy(windows, fake.port.windows, sizeof(windows));
    windows[0].flags |= AMP_WINDOW_PIE;
    fake.port.windows = windows;
    fake.port.pie = &amp_pie;
    build();
    return 0;
}

static void test_pie_in_two_places(void **state) {
    (void)state;
    for (amp_da_t base = FAKE_CODE_DA; base <= FAKE_CODE_DA + 0x1000; base += 0x1000) {
        windows[0].da = base;
        windows[0].len = FAKE_CODE_DA + FAKE_CODE_LEN - base;
        remote_table = base + IMAGE_CODE_LEN;
        remote_table_len = table.len;
        load_and_start();
        assert_int_equal(fake.entry, base + 9);
        assert_int_equal(rproc.vdev.da, remote_table + 24);
        assert_int_equal(remote_open, 0);
        // The host reads the trace where the firmware finds it.
        uint8_t *bytes = fake_port_at(&fake, remote_table, table.len);
        assert_int_equal(table_get(bytes, trace_at + 4), base + 8);
        assert_int_equal(rproc.trace[0].da, base + 8);
        memcpy(fake_port_at(&fake, base + 8, 6), "hello", 6);
        char text[16] = {0};
        assert_int_equal(amp_rproc_trace(&rproc, 0, text, sizeof(text)), 5);
        assert_string_equal(text, "hello");
        bind();
        received = 0;
        assert_int_equal(amp_endpoint_send(&ept, "ping", 4), 4);
        assert_int_equal(amp_rpmsg_poll(&remote), 1);
        assert_int_equal(amp_rproc_poll(&rproc), 1);
        assert_int_equal(received, 1);
        assert_int_equal(amp_rproc_stop(&rproc), 0);
    }
}

// An address in the table that no relocation names is one of the board.
static void test_pie_fixed_trace(void **state) {
    (void)state;
    build();
    image_set_reloc(&image, 1, IMAGE_PIE_LOW + 4, TYPE, IMAGE_PIE_LOW);
    image_set_word(&image, image.data + trace_at + 4, FAKE_DATA_DA);
    assert_int_equal(load(), 0);
    assert_int_equal(rproc.trace[0].da, FAKE_DATA_DA);
    assert_int_equal(rproc.trace[0].len, 16);
}

static void test_refused_pie_touches_nothing(void **state) {
    (void)state;
    fake_port_snapshot(&fake);
    for (size_t size = 0; size < image.size; ++size) {
        image.source.size = size;
        assert_int_equal(load(), -AMP_ENOEXEC);
    }
    build();
    image_set_reloc(&image, 1, IMAGE_PIE_LOW + 17, TYPE, IMAGE_PIE_LOW); // the last one
    assert_int_equal(load(), -AMP_ENOEXEC);
    assert_string_equal(error.what, "misaligned relocation");
    assert_string_equal(error.unit, "address");
    assert_int_equal(error.where, IMAGE_PIE_LOW + 17);
    build();
    fake.port.pie = NULL;
    assert_int_equal(load(), -AMP_ENOEXEC);
    assert_string_equal(error.what, "no fixed addresses (PIE: link with -no-pie)");
    assert_true(fake_port_unchanged(&fake));
    assert_int_equal(fake.log_len, 0);
    assert_int_equal(rproc.state, AMP_RPROC_OFFLINE);
}

// ---- Symbols ----

static void add_symbol(uint32_t value, uint16_t section) {
    size_t text = image.size;
    size_t at = text + 8;
    struct elf32_sym symbol = {
        .st_name = (uint32_t)text, .st_value = value, .st_info = 1 << 4, .st_shndx = section};
    memcpy(image.bytes + text, "name", 5);
    memcpy(image.bytes + at, &symbol, sizeof(symbol));
    image_set(&image, SH_TYPE, 1, SHT_SYMTAB);
    image_set(&image, SH_OFFSET, 1, at);
    image_set(&image, SH_SIZE, 1, sizeof(symbol));
    image.source.size = image.size = at + sizeof(symbol);
}

static amp_da_t value;
static int symbol(void) {
    return amp_rproc_symbol(&rproc, &image.source, "name", &value);
}

static void test_pie_symbol(void **state) {
    (void)state;
    for (amp_da_t base = FAKE_CODE_DA; base <= FAKE_CODE_DA + 0x1000; base += 0x1000) {
        windows[0].da = base;
        windows[0].len = FAKE_CODE_DA + FAKE_CODE_LEN - base;
        build();
        assert_int_equal(load(), 0);
        struct image before = image;
        add_symbol(IMAGE_PIE_LOW + 5, 1);
        assert_int_equal(symbol(), 0);
        assert_int_equal(value, base + 5);
        image = before;
        add_symbol(0x1234, 0xFFF1); // an absolute one stays
        assert_int_equal(symbol(), 0);
        assert_int_equal(value, 0x1234);
        image = before;
    }
}

// What the core does not write is compared as it was relocated.
static void test_pie_symbol_of_another_image(void **state) {
    (void)state;
    assert_int_equal(load(), 0);
    add_symbol(IMAGE_PIE_LOW, 1);
    uint8_t *code = fake_port_at(&fake, FAKE_CODE_DA, IMAGE_CODE_LEN);
    for (unsigned i = 0; i < IMAGE_CODE_LEN; ++i) {
        assert_int_equal(symbol(), 0);
        code[i] ^= 1;
        assert_int_equal(symbol(), -AMP_ESTALE);
        code[i] ^= 1;
    }
    image_set(&image, E_ENTRY, 0, IMAGE_PIE_LOW + 11);
    assert_int_equal(symbol(), -AMP_ESTALE);
    image_set(&image, E_ENTRY, 0, IMAGE_PIE_LOW + 9);
    image_set_reloc(&image, 0, IMAGE_PIE_LOW + 1, TYPE, 0); // it would not load
    assert_int_equal(symbol(), -AMP_ESTALE);
    fake.port.pie = NULL;
    assert_int_equal(symbol(), -AMP_ESTALE);
}

// A segment is compared in pieces: here with a relocation in the second one.
static void test_pie_symbol_compares_pieces(void **state) {
    (void)state;
    image_build_pie(&image, false, NULL, false, TYPE, 8);
    image_set(&image, P_FLAGS, IMAGE_DATA, 4);
    uint64_t place = image_get(&image, P_VADDR, IMAGE_DATA) + 100;
    image_set_reloc(&image, 7, place, TYPE, IMAGE_PIE_LOW + 20);
    assert_int_equal(load(), 0);
    uint8_t *word = fake_port_at(&fake, FAKE_CODE_DA + (place - IMAGE_PIE_LOW), 4);
    assert_int_equal(table_get(word, 0), FAKE_CODE_DA + 20);
    add_symbol(IMAGE_PIE_LOW, 1);
    assert_int_equal(symbol(), 0);
    word[0] ^= 1;
    assert_int_equal(symbol(), -AMP_ESTALE);
}

static void test_pie_symbol_cannot_be_read(void **state) {
    (void)state;
    assert_int_equal(load(), 0);
    add_symbol(IMAGE_PIE_LOW, 1);
    image.reads = 0;
    assert_int_equal(symbol(), 0);
    unsigned reads = image.reads;
    image.fail_error = -AMP_EIO;
    for (unsigned i = 1; i <= reads; ++i) {
        image.fail_at = image.reads + i;
        assert_int_equal(symbol(), -AMP_EIO);
    }
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup_pie, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_pie_in_two_places),
        TEST(test_pie_fixed_trace),
        TEST(test_refused_pie_touches_nothing),
        TEST(test_pie_symbol),
        TEST(test_pie_symbol_of_another_image),
        TEST(test_pie_symbol_compares_pieces),
        TEST(test_pie_symbol_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
