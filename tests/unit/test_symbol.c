/* The names in the image of a core (core/elf_symbol.c). */
#include "core/wire/elf_layout.h"
#include "rproc_case.h"

static const char *name = "name";
static amp_da_t value;
static int symbol(void) {
    return amp_rproc_symbol(&rproc, &image.source, name, &value);
}

// An image that ends before what its headers say.
static void test_symbol_cut_short(void **state) {
    (void)state;
    assert_int_equal(load(), 0);
    assert_int_equal(symbol(), -AMP_ENXIO); // it has no table of names

    image_set(&image, SH_TYPE, 1, SHT_SYMTAB);
    image_set(&image, SH_OFFSET, 1, image.size - 4);
    image_set(&image, SH_SIZE, 1, 64);
    assert_int_equal(symbol(), -AMP_ENOEXEC); // its symbols
    uint64_t shoff = image_get(&image, E_SHOFF, 0);
    image_set(&image, E_SHOFF, 0, image.size);
    assert_int_equal(symbol(), -AMP_ENOEXEC); // its sections
    image_set(&image, E_SHOFF, 0, shoff);
    image_set(&image, E_PHOFF, 0, image.size);
    assert_int_equal(symbol(), -AMP_ESTALE); // and not the image that was loaded
}

// A table of names behind the image; section 1 becomes it, and names are counted from the
// file's first byte.
static void add_symbols(const struct elf32_sym *symbols, size_t count) {
    uint32_t text = (uint32_t)image.size;
    memcpy(image.bytes + text, name, strlen(name) + 1);
    size_t table = text + 64;
    image_set(&image, SH_TYPE, 1, SHT_SYMTAB);
    image_set(&image, SH_OFFSET, 1, table);
    image_set(&image, SH_SIZE, 1, count * sizeof(*symbols));
    for (size_t i = 0; i < count; ++i) {
        struct elf32_sym symbol = symbols[i];
        symbol.st_name = text;
        memcpy(image.bytes + table + i * sizeof(symbol), &symbol, sizeof(symbol));
    }
    image.size = table + count * sizeof(*symbols);
    image.source.size = image.size;
}

// Each segment is compared that the core has no reason to write, not only the first: here the
// one with the table, in which the host wrote its answers.
static void test_symbol_compares_all(void **state) {
    (void)state;
    static const struct elf32_sym one = {.st_info = 1 << 4, .st_shndx = 1};
    assert_int_equal(load(), 0);
    add_symbols(&one, 1);
    assert_int_equal(symbol(), 0);
    image_set(&image, P_FLAGS, IMAGE_DATA, 4);
    assert_int_equal(symbol(), -AMP_ESTALE);
}

// Of those of one name the global one, else the first local one; never that of a file.
static void test_symbol_of_several(void **state) {
    (void)state;
    enum { GLOBAL = 1 << 4 };
    static const struct elf32_sym symbols[] = {
        {.st_value = 1, .st_info = STT_FILE, .st_shndx = 0xFFF1},
        {.st_value = 2, .st_info = GLOBAL}, // wanted from elsewhere
        {.st_value = 3, .st_shndx = 1},
        {.st_value = 4, .st_shndx = 1},
        {.st_value = 5, .st_info = GLOBAL, .st_shndx = 1},
    };
    assert_int_equal(load(), 0);
    struct image before = image;
    add_symbols(symbols, 5);
    assert_int_equal(symbol(), 0);
    assert_int_equal(value, 5);
    unsigned reads = image.reads;
    assert_int_equal(symbol(), 0);
    reads = image.reads - reads;

    // What the file cannot give is its own error.
    image.fail_error = -AMP_EIO;
    for (unsigned i = 1; i <= reads; ++i) {
        image.fail_at = image.reads + i;
        assert_int_equal(symbol(), -AMP_EIO);
    }
    image.fail_at = 0;

    image = before;
    image.source.ctx = &image;
    add_symbols(symbols, 4);
    assert_int_equal(symbol(), 0);
    assert_int_equal(value, 3);
}

// Names of every length; each that differs in one character is another one.
static void test_symbol_whole_name(void **state) {
    (void)state;
    static const struct elf32_sym one = {.st_value = 7, .st_info = 1 << 4, .st_shndx = 1};
    static const char long_name[] = "a_name_of_more_than_forty_characters_in_all";
    static char other[sizeof(long_name)];
    assert_int_equal(load(), 0);
    struct image before = image;
    for (size_t len = 1; len < sizeof(long_name); ++len) {
        image = before;
        image.source.ctx = &image;
        name = long_name + sizeof(long_name) - 1 - len;
        add_symbols(&one, 1);
        value = 0;
        assert_int_equal(symbol(), 0);
        assert_int_equal(value, 7);
        for (size_t i = 0; i < len; ++i) {
            strcpy(other, long_name + sizeof(long_name) - 1 - len);
            other[i] ^= 1;
            name = other;
            assert_int_equal(symbol(), -AMP_ENOENT);
        }
        name = long_name + sizeof(long_name) - len; // its end
        assert_int_equal(symbol(), -AMP_ENOENT);
    }
    name = "name";
}

// Every byte of a segment is compared; also where that is one byte.
static void test_symbol_compares_each_byte(void **state) {
    (void)state;
    static const struct elf32_sym one = {.st_info = 1 << 4, .st_shndx = 1};
    assert_int_equal(load(), 0);
    add_symbols(&one, 1);
    uint8_t *code = fake_port_at(&fake, FAKE_CODE_DA, 1);
    const size_t len = 200; // compared in several pieces
    image_set(&image, P_FILESZ, IMAGE_CODE, len);
    memcpy(code, image.bytes + image_get(&image, P_OFFSET, IMAGE_CODE), len);
    for (size_t i = 0; i < len; ++i) {
        assert_int_equal(symbol(), 0);
        code[i] ^= 1;
        assert_int_equal(symbol(), -AMP_ESTALE);
        code[i] ^= 1;
    }
    image_set(&image, P_FILESZ, IMAGE_CODE, 1);
    code[0] ^= 1;
    assert_int_equal(symbol(), -AMP_ESTALE);
    code[0] ^= 1;
    // Headers behind the last one are none.
    image_set(&image, E_PHNUM, 0, IMAGE_DATA);
    image_set(&image, P_FLAGS, IMAGE_DATA, 4);
    assert_int_equal(symbol(), 0);
}

// The kinds of symbol: of a file none, of all others each.
static void test_symbol_kinds(void **state) {
    (void)state;
    assert_int_equal(load(), 0);
    struct image before = image;
    for (unsigned info = 0; info < 48; ++info) {
        const struct elf32_sym symbols[] = {
            {.st_value = 1, .st_info = (uint8_t)info, .st_shndx = 1},
            {.st_value = 2, .st_info = 2 << 4, .st_shndx = 1}};
        image = before;
        image.source.ctx = &image;
        add_symbols(symbols, 2);
        assert_int_equal(symbol(), 0);
        assert_int_equal(value, (info & 15) == STT_FILE || info < 16 ? 2 : 1);
    }
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_symbol_cut_short),
        TEST(test_symbol_compares_all),
        TEST(test_symbol_of_several),
        TEST(test_symbol_whole_name),
        TEST(test_symbol_compares_each_byte),
        TEST(test_symbol_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
