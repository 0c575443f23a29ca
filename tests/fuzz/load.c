#include "load_pie.h"
#include "load_talk.h"

static uint64_t bias; // of a position-independent image, else 0

static struct elf64_phdr moved_segment(
    const struct image *image, const struct header *h, bool wide, uint32_t i) {
    struct elf64_phdr p = read_segment(image, h, wide, i);
    p.p_paddr += bias;
    return p;
}

// Returns what is kept clear at the start of the host's region.
static uint64_t expect_segments(const struct image *image, const struct header *h, bool wide) {
    bool entry_ok = false;
    uint64_t reserved = 0;
    uint64_t start = h->entry + bias;
    start -= fake.port.elf_machine == AMP_EM_ARM ? start & 1 : 0;
    CHECK(window_of(start, 1, AMP_WINDOW_RUN) >= 0);
    CHECK(h->phnum <= 128);
    for (uint32_t i = 0; i < h->phnum; ++i) {
        struct elf64_phdr p = moved_segment(image, h, wide, i);
        uint64_t end = p.p_paddr + p.p_memsz;
        if (p.p_type != PT_LOAD || p.p_memsz == 0) {
            continue;
        }
        int window = window_of(p.p_paddr, p.p_memsz, AMP_WINDOW_LOAD);
        if (p.p_filesz == 0) {
            if (end > FAKE_HEAP_DA && end - FAKE_HEAP_DA <= fake.port.shared_len / 2
                && end - FAKE_HEAP_DA > reserved) {
                reserved = end - FAKE_HEAP_DA;
            }
            if (window < 0 || fake.memory[window] == NULL) {
                CHECK(window_of(p.p_paddr, p.p_memsz, AMP_WINDOW_SHARED) >= 0);
                continue;
            }
        } else {
            CHECK(p.p_filesz <= p.p_memsz);
            CHECK(end <= FAKE_HEAP_DA || p.p_paddr >= FAKE_HEAP_DA + fake.port.shared_len);
        }
        uint8_t *expected = own(p.p_paddr, p.p_memsz, AMP_WINDOW_LOAD, ZEROED, NOBODY);
        memset(expected, 0, p.p_memsz);
        if (p.p_filesz != 0) {
            own(p.p_paddr, p.p_filesz, AMP_WINDOW_LOAD, CONTENTS, NOBODY);
            memcpy(expected, at(image, p.p_offset, p.p_filesz), p.p_filesz);
        } else if (fake.map_fail_at != 0) {
            own(p.p_paddr, p.p_memsz, AMP_WINDOW_LOAD, ANYTHING, NOBODY); // it was the one
        }
        entry_ok |= start >= p.p_paddr && start - p.p_paddr < p.p_filesz;
    }
    CHECK(entry_ok);
    return reserved;
}

// Where the contents [offset, offset + len) of the image are loaded; 0: nowhere.
static uint64_t address_of(
    const struct image *image, const struct header *h, bool wide, uint64_t offset, uint64_t len) {
    for (uint32_t i = 0; i < h->phnum; ++i) {
        struct elf64_phdr p = moved_segment(image, h, wide, i);
        if (p.p_type == PT_LOAD && p.p_memsz != 0 && offset >= p.p_offset
            && offset - p.p_offset <= p.p_filesz && len <= p.p_filesz - (offset - p.p_offset)) {
            return p.p_paddr + (offset - p.p_offset);
        }
    }
    return 0;
}

// The table in the image, and where it is loaded; a length of 0: there is none.
struct place {
    uint64_t offset, len, da;
};

static struct place find_table(const struct image *image, const struct header *h, bool wide) {
    static const char name[] = ".resource_table";
    struct place none = {0, 0, 0};
    if (h->shoff == 0 || h->shnum == 0 || h->names == 0) {
        return none;
    }
    struct elf64_shdr names = read_section(image, h, wide, h->names);
    for (uint32_t i = 0; i < h->shnum; ++i) {
        struct elf64_shdr s = read_section(image, h, wide, i);
        if (s.sh_name <= names.sh_size && sizeof(name) <= names.sh_size - s.sh_name
            && memcmp(at(image, names.sh_offset + s.sh_name, sizeof(name)), name, sizeof(name))
                == 0) {
            uint64_t da = address_of(image, h, wide, s.sh_offset, s.sh_size);
            return da == 0 || s.sh_type == SHT_NOBITS ? none
                                                      : (struct place){s.sh_offset, s.sh_size, da};
        }
    }
    return none;
}

static uint32_t word(const uint8_t *bytes, uint64_t offset) {
    uint32_t value;
    memcpy(&value, bytes + offset, sizeof(value));
    return value;
}

// Is there an RPMsg device?
static bool has_device(const uint8_t *bytes) {
    bool has = false;
    for (uint32_t i = 0; i < word(bytes, 4); ++i) {
        uint32_t offset = word(bytes, 16 + 4 * i);
        has |= word(bytes, offset) == AMP_RSC_VDEV && word(bytes, offset + 4) == 7;
    }
    return has;
}

// The buffers' lengths are the port's, or what the last entry for them says.
static void expect_sizes(const uint8_t *bytes, uint64_t len) {
    uint32_t sizes[2] = {512, 512};
    for (uint32_t i = 0; bytes != NULL && i < word(bytes, 4); ++i) {
        uint32_t offset = word(bytes, 16 + 4 * i);
        if (word(bytes, offset) == AMP_RSC_BUFFERS && len - offset >= 16
            && word(bytes, offset + 4) == AMP_RSC_BUFFERS_MAGIC) {
            memcpy(sizes, bytes + offset + 8, sizeof(sizes));
        }
    }
    for (int i = 0; i < 2; ++i) {
        CHECK(sizes[i] % 4 == 0 && sizes[i] >= 64 && sizes[i] <= 65536);
        CHECK(rproc.buffer_size[i] == sizes[i]);
    }
}

// Each entry of a known type lies in the table, whole.
static void expect_inside(const uint8_t *bytes, uint64_t len) {
    static const uint8_t sizes[] = {56, 56, 48, 28};
    CHECK(len >= 16 && word(bytes, 4) <= (len - 16) / 4);
    for (uint32_t i = 0; i < word(bytes, 4); ++i) {
        uint32_t offset = word(bytes, 16 + 4 * i);
        CHECK(offset <= len && len - offset >= 4);
        uint32_t type = word(bytes, offset);
        CHECK(type >= sizeof(sizes) || len - offset >= sizes[type]);
        if (type == AMP_RSC_VDEV) {
            uint64_t more = bytes[offset + 25] * sizeof(struct amp_rsc_vring);
            CHECK(len - offset - sizes[type] >= more + word(bytes, offset + 20));
        }
    }
}

// The fields of the table at `da` that the host may write.  With the places of
// the open carveouts, which the target's copy tells.
static void expect_table(const uint8_t *bytes, uint64_t da) {
    for (uint32_t i = 0; i < word(bytes, 4); ++i) {
        uint32_t offset = word(bytes, 16 + 4 * i);
        uint32_t type = word(bytes, offset);
        if (type == AMP_RSC_CARVEOUT && word(bytes, offset + 4) == AMP_DA_ANY) {
            own(da + offset + 4, 8, 0, HOST_FIELD, CONTENTS);
        }
    }
    if (!amp_rproc_has_link(&rproc)) {
        return;
    }
    own(rproc.vdev.da + offsetof(struct amp_rsc_vdev, gfeatures), 4, 0, HOST_FIELD, CONTENTS);
    own(rproc.vdev.da + offsetof(struct amp_rsc_vdev, status), 1, 0, HOST_FIELD, CONTENTS);
    own(rproc.vdev.da + sizeof(struct amp_rsc_vdev), 2 * sizeof(struct amp_rsc_vring), 0,
        HOST_FIELD, CONTENTS);
}

// Do entries of the table lie apart, so that what the host wrote into one, or
// into the device `vdev` bytes into the table, changed no other?
static bool is_plain(const uint8_t *before, const uint8_t *after, uint64_t vdev) {
    enum { VDEV_LEN = sizeof(struct amp_rsc_vdev) + 2 * sizeof(struct amp_rsc_vring) };
    uint32_t num = word(before, 4);
    if (memcmp(before, after, 16 + 4 * (size_t)num) != 0) {
        return false;
    }
    for (uint32_t i = 0; i < num; ++i) {
        uint64_t offset = word(before, 16 + 4 * i);
        bool open =
            word(before, offset) == AMP_RSC_CARVEOUT && word(before, offset + 4) == AMP_DA_ANY;
        if (word(before, offset) != word(after, offset)
            || (open && offset + 12 > vdev && offset + 4 < vdev + VDEV_LEN)) {
            return false;
        }
    }
    return true;
}

static void expect_carveouts(const uint8_t *before, const uint8_t *after, uint64_t reserved) {
    for (uint32_t i = 0; i < word(before, 4); ++i) {
        uint32_t offset = word(before, 16 + 4 * i);
        if (word(before, offset) == AMP_RSC_CARVEOUT && word(before, offset + 4) == AMP_DA_ANY
            && word(after, offset + 12) == word(before, offset + 12)
            && word(after, offset + 12) != 0
            && word(after, offset + 4) == word(after, offset + 8)) {
            // Two entries may be one and the same.
            CHECK(word(after, offset + 4) - FAKE_HEAP_DA >= reserved);
            (void)own(word(after, offset + 4), word(after, offset + 12), AMP_WINDOW_SHARED,
                CARVEOUT, CARVEOUT);
        }
    }
}

// `vrings`: as they are in the image, or NULL.
static void expect_placed(const uint8_t *vrings, uint64_t reserved) {
    const uint32_t *size = rproc.buffer_size;
    size_t first = rproc.vdev.vring[0].num * (size_t)size[0];
    CHECK(rproc.buffers_len > first && (rproc.buffers_len - first) % size[1] == 0);
    CHECK((rproc.buffers_len - first) / size[1] <= rproc.vdev.vring[1].num);
    for (size_t i = 0; i < 2; ++i) {
        const struct amp_rsc_vring *ring = &rproc.vdev.vring[i];
        own(ring->da, virtq_size(ring->num, ring->align), AMP_WINDOW_SHARED, RING, NOBODY);
        CHECK(ring->da % ring->align == 0);
        uint32_t asked = vrings == NULL ? ring->da : word(vrings, i * sizeof(*ring));
        CHECK(asked == ring->da
            || ((asked == 0 || asked == AMP_DA_ANY)
                && ring->da - FAKE_HEAP_DA < fake.port.shared_len
                && ring->da - FAKE_HEAP_DA >= reserved));
    }
    CHECK(rproc.buffers_da - FAKE_HEAP_DA <= fake.port.shared_len);
    CHECK(rproc.buffers_da - FAKE_HEAP_DA >= reserved);
    CHECK(rproc.buffers_len <= fake.port.shared_len - (rproc.buffers_da - FAKE_HEAP_DA));
    own(rproc.buffers_da, rproc.buffers_len, AMP_WINDOW_SHARED, BUFFERS, NOBODY);
}

// ---- The whole ----

// What a load left that was refused: nothing, unless the image or the port broke in the middle.
static void check_refused(int result, const struct amp_load_error *error, bool injected) {
    CHECK(result == -AMP_ENOEXEC || result == -AMP_ENOMEM || (injected && result == -AMP_EIO));
    CHECK(error->what != NULL || (injected && fake.log_len != 0));
    CHECK(rproc.state == AMP_RPROC_OFFLINE);
    CHECK(fake.log_len == 0 ? fake_port_unchanged(&fake) : injected);
}

struct loaded {
    const uint8_t *table; // in the port's memory
    size_t len;
    bool plain; // an image as tools write it
};

// What is expected at [da, da + len), of the contents of an image.
static const uint8_t *expected_at(uint64_t da, uint64_t len) {
    int i = window_of(da, len, AMP_WINDOW_LOAD);
    CHECK(i >= 0);
    return windows[i].expected + (da - windows[i].da);
}

// What a load must have written, from the image alone, against what it wrote.
static struct loaded check_loaded(struct image *image, struct load_script script) {
    bool wide;
    struct header h = read_header(image, &wide);
    for (int i = 0; i < FAKE_WINDOWS; ++i) {
        memset(windows[i].owner, NOBODY, windows[i].len);
        memset(windows[i].expected, 0x5A, windows[i].len);
    }
    bool moved = image->bytes[16] == ET_DYN;
    bias = moved ? rproc.entry - h.entry : 0;
    uint64_t reserved = expect_segments(image, &h, wide);
    if (moved) {
        struct pie pie = read_pie(image, &h, wide);
        expect_moved(&pie, bias);
        expect_relocated(image, &h, wide, &pie, bias);
    }
    struct place place = find_table(image, &h, wide);
    const uint8_t *source = place.len != 0 ? expected_at(place.da, place.len) : NULL;
    const uint8_t *vrings = NULL;
    struct loaded loaded = {.plain = true};
    if (source != NULL) {
        expect_inside(source, place.len);
        CHECK(amp_rproc_has_link(&rproc) == has_device(source));
        expect_table(source, place.da);
        if (amp_rproc_has_link(&rproc)) {
            vrings = source + (rproc.vdev.da - place.da) + sizeof(struct amp_rsc_vdev);
        }
    } else if (script.flags & LOAD_DEFAULT_TABLE) {
        CHECK(amp_rproc_has_link(&rproc));
        place.da = fake.default_table.table_da;
        place.len = sizeof(struct amp_table_rpmsg);
        own(place.da, place.len, AMP_WINDOW_SHARED, HOST_FIELD, NOBODY);
    } else {
        CHECK(!amp_rproc_has_link(&rproc));
    }
    loaded.table = fake_port_at(&fake, place.da, place.len);
    loaded.len = place.len;
    if (source != NULL) {
        uint64_t vdev = amp_rproc_has_link(&rproc) ? rproc.vdev.da - place.da : UINT32_MAX;
        loaded.plain = is_plain(source, loaded.table, vdev);
        if (loaded.plain) {
            expect_carveouts(source, loaded.table, reserved);
        }
    }
    expect_sizes(source, place.len);
    if (amp_rproc_has_link(&rproc)) {
        expect_placed(vrings, reserved);
    }
    check_memory(CONTENTS);
    return loaded;
}

// The same image again: the same places, but for a trace that could not be reached.
static void check_again(struct image *image, const struct amp_rproc *before, bool injected) {
    struct amp_load_error error;
    fake.map_fail_at = 0;
    image->fail_at = 0;
    if (amp_rproc_load(&rproc, &image->source, &error) != 0) {
        CHECK(injected);
        return;
    }
    CHECK(before->entry == rproc.entry);
    CHECK(injected || memcmp(&before->vdev, &rproc.vdev, sizeof(rproc.vdev)) == 0);
    CHECK(injected || before->buffers_da == rproc.buffers_da);
    char text[64];
    CHECK(amp_rproc_trace(&rproc, 0, text, sizeof(text)) <= sizeof(text));
}

static void load_and_start(struct image *image, struct load_script script) {
    struct amp_load_error error;
    unsigned fail_at = image->fail_at;
    int result = amp_rproc_load(&rproc, &image->source, &error);
    bool injected = (fail_at != 0 && image->reads >= fail_at)
        || (fake.map_fail_at != 0 && fake.map_count >= fake.map_fail_at);
    if (result != 0) {
        check_refused(result, &error, injected);
        return;
    }
    CHECK(rproc.state == AMP_RPROC_LOADED && rproc.entry != 0);
    struct loaded loaded = check_loaded(image, script);
    struct amp_rproc before = rproc;
    result = amp_rproc_start(&rproc);
    if (result != 0) {
        CHECK(result == -AMP_EIO && rproc.state == AMP_RPROC_LOADED);
        return;
    }
    check_memory(CONTENTS); // only rings and the host's fields
    CHECK(amp_rpmsg_is_up(&host_link) == amp_rproc_has_link(&rproc));
    if (amp_rproc_has_link(&rproc)) {
        talk(loaded.table, loaded.len,
            loaded.plain && rproc.vdev.vring[0].notifyid != rproc.vdev.vring[1].notifyid);
    }
    CHECK(amp_rproc_stop(&rproc) == 0);
    check_again(image, &before, injected);
}

// The table of firmware that is in place already, where its mark says: what is
// written is the table, and what the host placed is apart from it.
void load_check_in_place(const uint8_t *bytes, size_t len, struct load_script script) {
    static const uint32_t places[] = {FAKE_SHARED_DA + 0x8000, FAKE_DATA_DA, FAKE_HEAP_DA + 32,
        FAKE_ROM_DA, FAKE_HEAP_DA + FAKE_HEAP_LEN - 4096, FAKE_CODE_DA + 0x2000};
    struct amp_table_mark mark = {.magic = {AMP_TABLE_MARK_0, AMP_TABLE_MARK_1},
        .table_da = places[script.read_fails % 6],
        .contents_da = FAKE_CODE_DA + 0x2000,
        .len = (uint32_t)len};
    struct amp_load_error error;
    mark.check = 0u - (mark.magic[0] + mark.magic[1] + mark.table_da + mark.contents_da + mark.len);
    machine_once();
    script.map_fails = 0;
    machine_reset(script);
    memcpy(fake_port_at(&fake, FAKE_CODE_DA + 16, sizeof(mark)), &mark, sizeof(mark));
    memcpy(fake_port_at(&fake, mark.contents_da, len), bytes, len);
    for (int i = 0; i < FAKE_WINDOWS; ++i) {
        memset(windows[i].owner, NOBODY, windows[i].len);
        if (fake.memory[i] != NULL) {
            memcpy(windows[i].expected, fake_port_at(&fake, windows[i].da, windows[i].len),
                windows[i].len);
        }
    }
    if (amp_rproc_load_address(&rproc, FAKE_CODE_DA, &error) != 0) {
        check_memory(CARVEOUT); // nothing is written
        return;
    }
    uint64_t da = mark.table_da;
    uint64_t end = da + len - FAKE_HEAP_DA; // below the region this wraps
    bool in_region = da < FAKE_HEAP_DA + fake.port.shared_len && da + len > FAKE_HEAP_DA;
    bool is_own = len != 0 && da != FAKE_ROM_DA && !(in_region && end > fake.port.shared_len / 2);
    if (!is_own && (script.flags & LOAD_DEFAULT_TABLE)) {
        da = fake.default_table.table_da;
        len = sizeof(struct amp_table_rpmsg);
    }
    if (is_own || (script.flags & LOAD_DEFAULT_TABLE)) {
        own(da, len, 0, HOST_FIELD, NOBODY);
    }
    CHECK(amp_rproc_has_link(&rproc)
        == (is_own ? has_device(bytes) : (script.flags & LOAD_DEFAULT_TABLE) != 0));
    if (amp_rproc_has_link(&rproc)) {
        expect_placed(NULL, is_own && in_region ? end : 0);
    }
    check_memory(CONTENTS);
    CHECK(amp_rproc_start(&rproc) == 0);
    check_memory(CONTENTS);
    amp_rpmsg_down(&host_link);
}

void load_check(struct image *image, struct load_script script) {
    machine_once();
    machine_reset(script);
    image->reads = 0;
    image->fail_at = script.read_fails;
    image->fail_error = -AMP_EIO;
    load_and_start(image, script);
    amp_rpmsg_down(&host_link);
}
