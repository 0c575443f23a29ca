/*
 * A core dump: the core's memory and registers as an ELF core file, which
 * `gdb firmware.elf core` opens.  The file is written from front to back, in pieces.
 *
 * First a search finds the runs of memory that are not all zeros, in the windows with
 * AMP_WINDOW_LOAD or AMP_WINDOW_SHARED; then the headers and those runs are written.  If the
 * core runs and changes memory in between, the file is still well-formed.
 */
#include <string.h>

#include "core/elf.h"
#include "core/wire/elf_layout.h"

enum {
    BLOCK = 1024, // bytes that are searched at a time: shorter runs of zeros are not left out
    RUNS = 32, // the most runs of memory that are not all zeros
    REGISTERS = 272, // the most bytes of registers, of all machines
    STATUS = 392, // the most bytes of a note about a thread, of all machines
};

// Where the registers of a machine lie in Linux's core files: the note NT_PRSTATUS.
struct machine {
    uint16_t machine; // AMP_EM_*
    bool wide; // ELF64
    uint16_t status; // bytes of the note
    uint16_t registers; // offset of the registers in the note
    uint16_t registers_len;
};
static const struct machine machines[] = {
    {AMP_EM_ARM, false, 148, 72, 72},
    {AMP_EM_RISCV, false, 204, 72, 128},
    {AMP_EM_X86_64, true, 336, 112, 216},
    {AMP_EM_AARCH64, true, 392, 112, 272},
};

// On a 32-bit host, cores have 32 bits too.
static inline bool is_wide(const struct machine *machine) {
    return UINTPTR_MAX > UINT32_MAX && machine->wide;
}

// A run of memory that is not all zeros.
struct run {
    amp_da_t da;
    size_t len;
    const struct run *original; // not NULL: the same memory as that run, at another address
    size_t at; // offset in the file, from the first run on
};

struct dump {
    const struct amp_rproc *rproc;
    const struct machine *machine;
    int (*write)(void *ctx, const void *data, size_t len);
    void *ctx;
    unsigned count; // of runs
    struct run run[RUNS];
};

static bool is_written(const struct amp_window *window) {
    return (window->flags & (AMP_WINDOW_LOAD | AMP_WINDOW_SHARED)) != 0;
}

static bool is_zero(const uint8_t *va, size_t len) {
    while (len != 0 && *va == 0) {
        ++va;
        --len;
    }
    return len == 0;
}

// Find the runs of one window, at most `most`: the last one includes all that would be more.
static void find_runs_of_window(struct dump *self, const struct amp_window *window, unsigned most) {
    const uint8_t *va = amp_rproc_map(self->rproc, window->da, window->len, false);
    struct run *last = NULL;
    unsigned end = self->count + most;
    for (size_t at = 0; va != NULL && at < window->len; at += BLOCK) {
        size_t len = window->len - at < BLOCK ? window->len - at : BLOCK;
        if (is_zero(va + at, len)) {
            continue;
        }
        amp_da_t da = window->da + at;
        if (last == NULL || (last->da + last->len != da && self->count < end)) {
            last = &self->run[self->count++];
            last->da = da; // `original` is NULL, as all was at first
        }
        last->len = da + len - last->da;
    }
}

// The core may see the same memory at two addresses.  Then its runs are in the file once, and
// the headers of the second address refer to the same bytes.  False: no earlier window has
// the memory of this one.
static bool add_alias_runs(struct dump *self, const struct amp_window *window) {
    const struct amp_port *port = self->rproc->port;
    const struct amp_window *first = port->windows;
    const void *va = port->ops->map(port->ctx, window->da, window->len);
    while (first != window
        && (!is_written(first) || first->len != window->len
            || port->ops->map(port->ctx, first->da, first->len) != va)) {
        ++first;
    }
    if (first == window) {
        return false;
    }
    const struct run *end = self->run + self->count;
    for (const struct run *run = self->run; run != end; ++run) {
        if (run->da - first->da < first->len) {
            self->run[self->count++] = (struct run){
                .da = run->da - first->da + window->da, .len = run->len, .original = run};
        }
    }
    return true;
}

static void find_runs(struct dump *self) {
    const struct amp_port *port = self->rproc->port;
    size_t windows = port->window_count;
    for (size_t i = 0; i < windows; ++i) {
        const struct amp_window *window = &port->windows[i];
        unsigned most = RUNS / (unsigned)windows;
        if (most != 0 && is_written(window) && !add_alias_runs(self, window)) {
            find_runs_of_window(self, window, most);
        }
    }
    size_t at = 0;
    for (struct run *run = self->run; run != self->run + self->count; ++run) {
        run->at = run->original != NULL ? run->original->at : at;
        at += run->original != NULL ? 0 : run->len;
    }
}

static int write_header(const struct dump *self) {
    uint16_t machine = self->machine->machine;
    uint16_t count = (uint16_t)(1 + self->count);
    if (is_wide(self->machine)) {
        struct elf64_ehdr h = {.e_magic = ELF_MAGIC,
            .e_kind = ELF_KIND | ELFCLASS64,
            .e_type = ET_CORE,
            .e_machine = machine,
            .e_version = 1,
            .e_phoff = sizeof(h),
            .e_ehsize = sizeof(h),
            .e_phentsize = sizeof(struct elf64_phdr),
            .e_phnum = count};
        return self->write(self->ctx, &h, sizeof(h));
    }
    struct elf32_ehdr h = {.e_magic = ELF_MAGIC,
        .e_kind = ELF_KIND | ELFCLASS32,
        .e_type = ET_CORE,
        .e_machine = machine,
        .e_version = 1,
        .e_phoff = sizeof(h),
        .e_ehsize = sizeof(h),
        .e_phentsize = sizeof(struct elf32_phdr),
        .e_phnum = count};
    return self->write(self->ctx, &h, sizeof(h));
}

static int write_segment(
    const struct dump *self, uint32_t type, uint64_t offset, amp_da_t da, size_t len) {
    enum { READ_WRITE_EXECUTE = 7 };
    uint32_t flags = type == PT_LOAD ? READ_WRITE_EXECUTE : 0;
    if (is_wide(self->machine)) {
        struct elf64_phdr p = {.p_type = type,
            .p_flags = flags,
            .p_offset = offset,
            .p_vaddr = da,
            .p_paddr = da,
            .p_filesz = len,
            .p_memsz = len,
            .p_align = 1};
        return self->write(self->ctx, &p, sizeof(p));
    }
    struct elf32_phdr p = {.p_type = type,
        .p_offset = (uint32_t)offset,
        .p_vaddr = (uint32_t)da,
        .p_paddr = (uint32_t)da,
        .p_filesz = (uint32_t)len,
        .p_memsz = (uint32_t)len,
        .p_flags = flags,
        .p_align = 1};
    return self->write(self->ctx, &p, sizeof(p));
}

static int write_note(const struct dump *self) {
    enum { SIGNAL_AT = 12, THREAD_AT = 24, SEGV = 11 };
    const struct amp_port *port = self->rproc->port;
    struct elf_note note = {
        .n_namesz = 5, .n_descsz = self->machine->status, .n_type = NT_PRSTATUS, .n_name = "CORE"};
    uint8_t status[STATUS] = {0};
    status[SIGNAL_AT] = self->rproc->state == AMP_RPROC_CRASHED ? SEGV : 0;
    status[is_wide(self->machine) ? THREAD_AT + 8 : THREAD_AT] = 1;
    if (port->ops->core_registers != NULL) {
        (void)port->ops->core_registers(
            port->ctx, status + self->machine->registers, self->machine->registers_len);
    }
    int error = self->write(self->ctx, &note, sizeof(note));
    return error != 0 ? error : self->write(self->ctx, status, self->machine->status);
}

static int write_all(const struct dump *self) {
    size_t headers = is_wide(self->machine) ? sizeof(struct elf64_ehdr) : sizeof(struct elf32_ehdr);
    headers += (1 + self->count)
        * (is_wide(self->machine) ? sizeof(struct elf64_phdr) : sizeof(struct elf32_phdr));
    size_t note = sizeof(struct elf_note) + self->machine->status;
    int error = write_header(self);
    if (error == 0) {
        error = write_segment(self, PT_NOTE, headers, 0, note);
    }
    for (unsigned i = 0; error == 0 && i < self->count; ++i) {
        const struct run *run = &self->run[i];
        error = write_segment(self, PT_LOAD, headers + note + run->at, run->da, run->len);
    }
    if (error == 0) {
        error = write_note(self);
    }
    for (unsigned i = 0; error == 0 && i < self->count; ++i) {
        const struct run *run = &self->run[i];
        if (run->original == NULL) {
            const void *va = amp_rproc_map(self->rproc, run->da, run->len, false);
            error = self->write(self->ctx, va, run->len);
        }
    }
    return error;
}

int amp_rproc_coredump(const struct amp_rproc *rproc,
    int (*write)(void *ctx, const void *data, size_t len), void *ctx) {
    struct dump self = {.rproc = rproc, .machine = machines, .write = write, .ctx = ctx};
    while (self.machine->machine != rproc->port->elf_machine) {
        if (++self.machine == machines + sizeof(machines) / sizeof(machines[0])) {
            return -AMP_ENOEXEC;
        }
    }
    find_runs(&self);
    return write_all(&self);
}
