/*
 * Writes the first inputs of fuzz_elf and fuzz_rsc_table, from the images of
 * the unit tests: seeds DIRECTORY.
 */
#include "load.h"

#include "core/wire/elf_layout.h"
#include "fake_port.h"

static const char *directory;

static void write_seed(
    const char *target, const char *name, uint8_t flags, const void *bytes, size_t len) {
    char path[512];
    const struct load_script script = {.flags = flags};
    snprintf(path, sizeof(path), "%s/%s/%s", directory, target, name);
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL && fwrite(&script, sizeof(script), 1, file) == 1);
    CHECK(len == 0 || fwrite(bytes, len, 1, file) == 1);
    fclose(file);
}

static void both(const char *name, uint8_t flags, const struct table *table) {
    static struct image image;
    char file[64];
    for (int wide = 0; wide <= IMAGE_LAST_CLASS; ++wide) {
        image_build(&image, wide, table);
        snprintf(file, sizeof(file), "%s%d", name, wide ? 64 : 32);
        write_seed("fuzz_elf", file, flags, image.bytes, image.size);
    }
    if (table != NULL) {
        write_seed("fuzz_rsc_table", name, flags, table->bytes, table->len);
    }
}

// A segment in the region that the host gives from, which is refused.
static void in_the_heap(void) {
    static struct image image;
    static struct table table;
    table_standard(&table, 4);
    image_build(&image, false, &table);
    image_set(&image, P_PADDR, IMAGE_DATA, FAKE_HEAP_DA);
    write_seed("fuzz_elf", "heap", 0, image.bytes, image.size);
}

// One segment more, in the place of the note, at `da`.
static void with_segment(const char *name, uint8_t flags, const struct table *table, uint64_t da,
    uint64_t filesz, uint64_t memsz) {
    static struct image image;
    image_build(&image, false, table);
    image_set(&image, P_TYPE, IMAGE_NOTE, 1);
    image_set(&image, P_PADDR, IMAGE_NOTE, da);
    image_set(&image, P_OFFSET, IMAGE_NOTE, image.code);
    image_set(&image, P_FILESZ, IMAGE_NOTE, filesz);
    image_set(&image, P_MEMSZ, IMAGE_NOTE, memsz);
    write_seed("fuzz_elf", name, flags, image.bytes, image.size);
}

static void segments(void) {
    static struct table table;
    table_standard(&table, 4);
    with_segment("tail_before", 0, &table, FAKE_DATA_DA, 0, 256); // data follows in it
    with_segment("tail_over", 0, &table, FAKE_CODE_DA + IMAGE_CODE_LEN - 4, 0, 8);
    with_segment("contents_over", 0, &table, FAKE_CODE_DA + 4, 4, 4);
    with_segment("reserved", LOAD_NOT_SHARED, &table, FAKE_HEAP_DA, 0, 0x1000);
    with_segment("region", LOAD_NOT_SHARED, &table, FAKE_SHARED_DA, 0, FAKE_SHARED_LEN);
    table_begin(&table, 1);
    table_add_vdev(&table, 7, FAKE_SHARED_DA + 0x40, AMP_DA_ANY, 4, 16, 0);
    with_segment("ring_in_zeros", 0, &table, FAKE_SHARED_DA, 4, 0x1000);
    with_segment("ring_on_contents", 0, &table, FAKE_SHARED_DA + 0x40, 4, 4);
}

// Position-independent images of each machine, class and kind of relocation; with the trace
// buffer in the image, and all relocations in order or not.
static void pie(void) {
    static const uint16_t machines[] = {AMP_EM_ARM, AMP_EM_RISCV, AMP_EM_X86_64, AMP_EM_AARCH64};
    static const uint32_t types[] = {23, 3, 8, 1027};
    static struct image image;
    static struct table table;
    table_begin(&table, 2);
    table_add_vdev(&table, 7, AMP_DA_ANY, AMP_DA_ANY, 4, 16, 0);
    uint32_t trace = table_add_trace(&table, IMAGE_PIE_LOW + 8, 16);
    for (unsigned i = 0; i < 16; ++i) {
        char name[16];
        unsigned m = i / 4;
        image_build_pie(&image, i % 2, &table, i / 2 % 2, types[m], 4);
        image_set(&image, E_MACHINE, 0, machines[m]);
        if (!image.wide) {
            uint64_t place = image_get(&image, P_VADDR, IMAGE_DATA) + trace + 4;
            image_set_reloc(&image, m % 2 ? 0 : 3, place, types[m], IMAGE_PIE_LOW + 8);
        }
        snprintf(name, sizeof(name), "pie%u", i);
        uint8_t flags = (uint8_t)(m * LOAD_MACHINE | (i % 3 == 0 ? LOAD_PIE_SHARED : 0));
        write_seed("fuzz_elf", name, flags, image.bytes, image.size);
    }
    image_build_pie(&image, false, &table, true, types[0], 0);
    image_set_dynamic(&image, 0, DT_RELRSZ, 8);
    image_set_dynamic(&image, 1, DT_NULL, 0);
    write_seed("fuzz_elf", "pie_packed", 0, image.bytes, image.size);
    // With a fourth program header.
    image_build_pie(&image, false, &table, true, types[0], 2);
    size_t headers = image.size;
    memcpy(image.bytes + headers, image.bytes + image.phoff, 3 * sizeof(struct elf32_phdr));
    image.phoff = headers;
    image.size = headers + 4 * sizeof(struct elf32_phdr);
    image_set(&image, E_PHOFF, 0, headers);
    image_set(&image, E_PHNUM, 0, 4);
    image_set(&image, P_TYPE, 3, PT_TLS);
    write_seed("fuzz_elf", "pie_tls", 0, image.bytes, image.size);
    // Zeros that reach into the region that the host gives from.
    image_set(&image, P_TYPE, 3, PT_LOAD);
    image_set(&image, P_VADDR, 3, 0x1000);
    image_set(&image, P_PADDR, 3, 0x1000);
    image_set(&image, P_MEMSZ, 3, 0xF800);
    write_seed("fuzz_elf", "pie_over", LOAD_PIE_SHARED, image.bytes, image.size);
    // A word of 8 bytes that is read in two parts.
    image_build_pie(&image, IMAGE_LAST_CLASS, &table, true, types[0], 1);
    image_set_reloc(
        &image, 0, image_get(&image, P_VADDR, IMAGE_DATA) + 16, types[0], IMAGE_PIE_LOW);
    write_seed("fuzz_elf", "pie_cut", 0, image.bytes, image.size);
}

int main(int argc, char **argv) {
    static struct table table;
    CHECK(argc == 2);
    directory = argv[1];
    in_the_heap();
    both("none", LOAD_DEFAULT_TABLE, NULL);
    segments();
    pie();
    both("no_link", 0, NULL);
    table_begin(&table, 1);
    table_add_trace(&table, AMP_DA_ANY, 64);
    both("no_device", 0, &table);
    table_begin(&table, 1);
    table_add_vdev(
        &table, 7, FAKE_SHARED_DA + 0x8020, AMP_DA_ANY, 4, 16, 0); // load_check_in_place()
    both("ring_on_table", 0, &table);
    table_begin(&table, 2);
    const struct amp_rsc_buffers buffers = {
        .type = AMP_RSC_BUFFERS, .magic = AMP_RSC_BUFFERS_MAGIC, .size = {64, 1024}};
    table_add(&table, &buffers, sizeof(buffers));
    table_add_vdev(&table, 7, AMP_DA_ANY, 0, 4, 16, 0);
    both("sizes", 0, &table);
    table_standard(&table, 4);
    both("standard", 0, &table);
    both("small", LOAD_SMALL, &table);
    table_begin(&table, 1);
    table_add_vdev(&table, 7, FAKE_SHARED_DA, FAKE_SHARED_DA + 0x40, 4, 16, 0); // on each other
    both("rings", 0, &table);
    table_begin(&table, 6);
    table_add_carveout(&table, AMP_DA_ANY, 100);
    table_add_carveout(&table, FAKE_SHARED_DA + 0x4000, 256);
    table_add_vdev(&table, 3, 0, 0, 2, 16, 8);
    table_add_vdev(&table, 7, AMP_DA_ANY, FAKE_SHARED_DA, 2, 64, 4);
    table_add_carveout(&table, AMP_DA_ANY, 1000);
    table_add_trace(&table, FAKE_HEAP_DA + 64, 64);
    both("all", 0, &table);
    table_begin(&table, 2);
    const struct amp_rsc_devmem devmem = {
        .type = AMP_RSC_DEVMEM, .da = FAKE_ROM_DA, .pa = FAKE_ROM_DA, .len = 16};
    table_add(&table, &devmem, sizeof(devmem));
    table_add_vdev(&table, 7, 0x1000, 0x2000, 4, 16, 0); // where a device can use it
    table.bytes[table.len - 2 * sizeof(struct amp_rsc_vring) - 4] = 4; // DRIVER_OK
    both("device", LOAD_SMALL, &table);
    return 0;
}
