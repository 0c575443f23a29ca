/*
 * For load.c: the machine that an image is loaded into, what of its memory is whose,
 * and the image read once more, from its bytes alone.
 */
#ifndef FUZZ_LOAD_MACHINE_H
#define FUZZ_LOAD_MACHINE_H

#include "load.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "core/wire/elf_layout.h"
#include "core/wire/virtq_layout.h"
#include "fake_port.h"
#include "openamp/openamp.h"
#include "openamp/table_mark.h"

static struct fake_port fake;
static struct amp_rpmsg host_link;
static struct amp_rproc rproc;

// What is written by whom, a byte of it for each byte of a window.
enum { NOBODY, ZEROED, CONTENTS, ANYTHING, HOST_FIELD, RING, BUFFERS, CARVEOUT };
static struct {
    amp_da_t da;
    size_t len;
    uint8_t *owner;
    uint8_t *expected;
} windows[FAKE_WINDOWS];
static struct amp_window board[FAKE_WINDOWS];

static inline void machine_once(void) {
    if (fake.port.ops != NULL) {
        return;
    }
    fake_port_init(&fake);
    fake_port_snapshot(&fake);
    memcpy(board, fake.port.windows, sizeof(board));
    fake.port.windows = board;
    fake.port.pie = &amp_pie;
    for (int i = 0; i < FAKE_WINDOWS; ++i) {
        windows[i].da = fake.port.windows[i].da;
        windows[i].len = fake.memory[i] != NULL ? fake.port.windows[i].len : 0;
        windows[i].owner = malloc(windows[i].len + 1);
        windows[i].expected = malloc(windows[i].len + 1);
        CHECK(windows[i].owner != NULL && windows[i].expected != NULL);
    }
}

// The machines that images are for, and what each calls its relocation RELATIVE.
static const uint16_t machines[][2] = {
    {AMP_EM_ARM, 23}, {AMP_EM_RISCV, 3}, {AMP_EM_X86_64, 8}, {AMP_EM_AARCH64, 1027}};

static inline uint64_t relative_of(uint16_t machine) {
    unsigned i = 0;
    while (machines[i][0] != machine) {
        ++i;
    }
    return machines[i][1];
}

static inline void machine_reset(struct load_script script) {
    // A refused image left it as it was: that was checked.
    for (int i = 0; i < FAKE_WINDOWS && fake.log_len != 0; ++i) {
        uint8_t *va = fake_port_at(&fake, windows[i].da, windows[i].len);
        if (va != NULL) {
            memset(va, 0x5A, windows[i].len);
        }
    }
    fake.log_len = fake.kick_count = fake.map_count = 0;
    fake.map_fail_at = script.map_fails;
    fake.state = AMP_CORE_STOPPED;
    fake.port.shared_len = script.flags & LOAD_SMALL ? 0x2400 : FAKE_HEAP_LEN;
    board[2].flags = AMP_WINDOW_SHARED | (script.flags & LOAD_NOT_SHARED ? 0 : AMP_WINDOW_LOAD);
    board[0].flags = AMP_WINDOW_LOAD | AMP_WINDOW_RUN;
    board[script.flags & LOAD_PIE_SHARED ? 2 : 0].flags |= AMP_WINDOW_PIE;
    if (script.flags & LOAD_PIE_SHARED) {
        board[2].flags |= AMP_WINDOW_RUN;
    }
    fake.port.elf_machine = machines[script.flags / LOAD_MACHINE % 4][0];
    fake.port.default_table = script.flags & LOAD_DEFAULT_TABLE ? &fake.default_table : NULL;
    amp_rpmsg_init(&host_link, AMP_HOST, &fake.port);
    amp_rproc_init(&rproc, &fake.port, &host_link);
}

// ---- A second opinion on the image, from its bytes alone ----

struct header {
    uint64_t entry, phoff, shoff;
    uint32_t phnum, shnum, names;
};

static inline const void *at(const struct image *image, uint64_t offset, uint64_t len) {
    CHECK(offset <= image->size && len <= image->size - offset);
    return image->bytes + offset;
}

static inline struct header read_header(const struct image *image, bool *wide) {
    *wide = image->bytes[EI_CLASS] == ELFCLASS64;
    if (*wide) {
        struct elf64_ehdr h;
        memcpy(&h, at(image, 0, sizeof(h)), sizeof(h));
        return (struct header){h.e_entry, h.e_phoff, h.e_shoff, h.e_phnum, h.e_shnum, h.e_shstrndx};
    }
    struct elf32_ehdr h;
    memcpy(&h, at(image, 0, sizeof(h)), sizeof(h));
    return (struct header){h.e_entry, h.e_phoff, h.e_shoff, h.e_phnum, h.e_shnum, h.e_shstrndx};
}

static inline struct elf64_phdr read_segment(
    const struct image *image, const struct header *h, bool wide, uint32_t i) {
    struct elf64_phdr p;
    if (wide) {
        memcpy(&p, at(image, h->phoff + i * sizeof(p), sizeof(p)), sizeof(p));
        return p;
    }
    struct elf32_phdr n;
    memcpy(&n, at(image, h->phoff + i * sizeof(n), sizeof(n)), sizeof(n));
    return (struct elf64_phdr){.p_type = n.p_type,
        .p_flags = n.p_flags,
        .p_offset = n.p_offset,
        .p_vaddr = n.p_vaddr,
        .p_paddr = n.p_paddr,
        .p_filesz = n.p_filesz,
        .p_memsz = n.p_memsz,
        .p_align = n.p_align};
}

static inline struct elf64_shdr read_section(
    const struct image *image, const struct header *h, bool wide, uint32_t i) {
    struct elf64_shdr s;
    if (wide) {
        memcpy(&s, at(image, h->shoff + i * sizeof(s), sizeof(s)), sizeof(s));
        return s;
    }
    struct elf32_shdr n;
    memcpy(&n, at(image, h->shoff + i * sizeof(n), sizeof(n)), sizeof(n));
    return (struct elf64_shdr){
        .sh_name = n.sh_name, .sh_type = n.sh_type, .sh_offset = n.sh_offset, .sh_size = n.sh_size};
}

// The window that holds [da, da + len), which has `flags`; -1: none.
static inline int window_of(uint64_t da, uint64_t len, uint32_t flags) {
    for (int i = 0; i < FAKE_WINDOWS; ++i) {
        const struct amp_window *window = &fake.port.windows[i];
        if ((window->flags & flags) == flags && da >= window->da && da - window->da < window->len
            && len <= window->len - (da - window->da)) {
            return i;
        }
    }
    return -1;
}

// Give [da, da + len) to `owner`; it must be in one window with `flags` and
// belong to nobody, or to `from`, or be zeroed.  Entries of a table may lie on each
// other.
static inline uint8_t *own(uint64_t da, uint64_t len, uint32_t flags, uint8_t owner, uint8_t from) {
    int i = window_of(da, len, flags);
    CHECK(i >= 0 && fake.memory[i] != NULL);
    size_t offset = da - windows[i].da;
    for (size_t j = offset; j < offset + len; ++j) {
        CHECK(windows[i].owner[j] <= ZEROED || windows[i].owner[j] == ANYTHING
            || windows[i].owner[j] == from
            || (owner == HOST_FIELD && windows[i].owner[j] == HOST_FIELD));
        windows[i].owner[j] = owner;
    }
    return windows[i].expected + offset;
}

// Every byte of target memory is what is expected, but those whose owner is
// above `last`.
static inline void check_memory(uint8_t last) {
    enum { BLOCK = 256 }; // of which every window is a multiple
    for (int i = 0; i < FAKE_WINDOWS; ++i) {
        const uint8_t *va = fake_port_at(&fake, windows[i].da, windows[i].len);
        for (size_t j = 0; va != NULL && j < windows[i].len; j += BLOCK) {
            if (memcmp(va + j, windows[i].expected + j, BLOCK) == 0) {
                continue;
            }
            for (size_t k = j; k < j + BLOCK; ++k) {
                CHECK(va[k] == windows[i].expected[k] || windows[i].owner[k] > last);
            }
        }
    }
}

#endif // FUZZ_LOAD_MACHINE_H
