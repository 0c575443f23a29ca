/* Access to the headers of an ELF image of either class (for core/elf*.c only). */
#ifndef AMP_CORE_ELF_FIELDS_H
#define AMP_CORE_ELF_FIELDS_H

#include "core/elf.h"
#include "core/wire/elf_layout.h"

// A header of either class as it is in the file.  A host with 32-bit addresses leaves
// ELF64 out.
union ehdr {
    struct elf32_ehdr narrow;
#if UINTPTR_MAX > UINT32_MAX
    struct elf64_ehdr wide;
#endif
};
union phdr {
    struct elf32_phdr narrow;
#if UINTPTR_MAX > UINT32_MAX
    struct elf64_phdr wide;
#endif
};
union shdr {
    struct elf32_shdr narrow;
#if UINTPTR_MAX > UINT32_MAX
    struct elf64_shdr wide;
#endif
};

union sym {
    struct elf32_sym narrow;
#if UINTPTR_MAX > UINT32_MAX
    struct elf64_sym wide;
#endif
};

#if UINTPTR_MAX > UINT32_MAX
#define FIELD(elf, header, field) \
    ((size_t)((elf)->wide ? (header).wide.field : (header).narrow.field))
#define SIZE(elf, header) ((elf)->wide ? sizeof((header).wide) : sizeof((header).narrow))
#define KIND(elf) (ELF_KIND | ((elf)->wide ? ELFCLASS64 : ELFCLASS32))
#else
#define FIELD(elf, header, field) ((size_t)(header).narrow.field)
#define SIZE(elf, header) sizeof((header).narrow)
#define KIND(elf) (ELF_KIND | ELFCLASS32)
#endif

// Read the file header of elf->image; sets elf->size and elf->wide.  0, or what is wrong
// (core/load_check.h), such as that it is no ELF.
int amp_elf_read_header(struct amp_elf *elf, union ehdr *h);

#endif // AMP_CORE_ELF_FIELDS_H
