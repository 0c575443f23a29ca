/*
 * The parts of ELF (System V ABI, chapters 4 and 5) that a loader reads:
 * little-endian, 32 and 64 bit.
 */
#ifndef AMP_WIRE_ELF_LAYOUT_H
#define AMP_WIRE_ELF_LAYOUT_H

#include <stdint.h>

// e_ident, as words: "\177ELF"; then a byte each for class, data (little-endian),
// version, and the system it is for, which does not matter.
enum { ELF_MAGIC = 0x464C457F, ELF_KIND = 0x010100, ELF_KIND_MASK = 0xFFFFFF };
enum { EI_CLASS = 4, ELFCLASS32 = 1, ELFCLASS64 = 2 };
enum { ET_EXEC = 2, ET_DYN = 3, ET_CORE = 4, SHT_NOBITS = 8, PN_XNUM = 0xFFFF };
enum { PT_LOAD = 1, PT_DYNAMIC = 2, PT_INTERP = 3, PT_NOTE = 4, PT_TLS = 7 };
enum { SHT_SYMTAB = 2, STB_LOCAL = 0, STT_FILE = 4, SHN_ABS = 0xFFF1, PF_W = 2, NT_PRSTATUS = 1 };

struct elf32_ehdr {
    uint32_t e_magic;
    uint32_t e_kind;
    uint32_t e_pad[2];
    uint16_t e_type;
    uint16_t e_machine;
    uint32_t e_version;
    uint32_t e_entry;
    uint32_t e_phoff;
    uint32_t e_shoff;
    uint32_t e_flags;
    uint16_t e_ehsize;
    uint16_t e_phentsize;
    uint16_t e_phnum;
    uint16_t e_shentsize;
    uint16_t e_shnum;
    uint16_t e_shstrndx;
};

struct elf64_ehdr {
    uint32_t e_magic;
    uint32_t e_kind;
    uint32_t e_pad[2];
    uint16_t e_type;
    uint16_t e_machine;
    uint32_t e_version;
    uint64_t e_entry;
    uint64_t e_phoff;
    uint64_t e_shoff;
    uint32_t e_flags;
    uint16_t e_ehsize;
    uint16_t e_phentsize;
    uint16_t e_phnum;
    uint16_t e_shentsize;
    uint16_t e_shnum;
    uint16_t e_shstrndx;
};

struct elf32_phdr {
    uint32_t p_type;
    uint32_t p_offset;
    uint32_t p_vaddr;
    uint32_t p_paddr;
    uint32_t p_filesz;
    uint32_t p_memsz;
    uint32_t p_flags;
    uint32_t p_align;
};

struct elf64_phdr {
    uint32_t p_type;
    uint32_t p_flags;
    uint64_t p_offset;
    uint64_t p_vaddr;
    uint64_t p_paddr;
    uint64_t p_filesz;
    uint64_t p_memsz;
    uint64_t p_align;
};

struct elf32_shdr {
    uint32_t sh_name;
    uint32_t sh_type;
    uint32_t sh_flags;
    uint32_t sh_addr;
    uint32_t sh_offset;
    uint32_t sh_size;
    uint32_t sh_link;
    uint32_t sh_info;
    uint32_t sh_addralign;
    uint32_t sh_entsize;
};

struct elf64_shdr {
    uint32_t sh_name;
    uint32_t sh_type;
    uint64_t sh_flags;
    uint64_t sh_addr;
    uint64_t sh_offset;
    uint64_t sh_size;
    uint32_t sh_link;
    uint32_t sh_info;
    uint64_t sh_addralign;
    uint64_t sh_entsize;
};

struct elf32_sym {
    uint32_t st_name;
    uint32_t st_value;
    uint32_t st_size;
    uint8_t st_info;
    uint8_t st_other;
    uint16_t st_shndx;
};

struct elf64_sym {
    uint32_t st_name;
    uint8_t st_info;
    uint8_t st_other;
    uint16_t st_shndx;
    uint64_t st_value;
    uint64_t st_size;
};

// Tags of the dynamic section.  Each has a value; those from DT_VALRNGLO on describe no
// relocations.
enum {
    DT_NULL,
    DT_NEEDED,
    DT_PLTRELSZ,
    DT_RELA = 7,
    DT_RELASZ,
    DT_RELAENT,
    DT_REL = 17,
    DT_RELSZ,
    DT_RELENT,
    DT_RELRSZ = 35,
    DT_KNOWN = 38, // the first tag that the ABI has no meaning for
    DT_VALRNGLO = 0x6FFFFD00,
};

// The relocation "add the distance by which the image was moved", of each machine.
enum {
    R_ARM_RELATIVE = 23,
    R_RISCV_RELATIVE = 3,
    R_X86_64_RELATIVE = 8,
    R_AARCH64_RELATIVE = 1027,
};

// The header of a note in a core file; NT_PRSTATUS is the state of a thread.
struct elf_note {
    uint32_t n_namesz;
    uint32_t n_descsz;
    uint32_t n_type;
    char n_name[8];
};

_Static_assert(sizeof(struct elf32_sym) == 16, "sym");
_Static_assert(sizeof(struct elf64_sym) == 24, "sym");
_Static_assert(sizeof(struct elf_note) == 20, "note");
_Static_assert(sizeof(struct elf32_ehdr) == 52, "ehdr");
_Static_assert(sizeof(struct elf64_ehdr) == 64, "ehdr");
_Static_assert(sizeof(struct elf32_phdr) == 32, "phdr");
_Static_assert(sizeof(struct elf64_phdr) == 56, "phdr");
_Static_assert(sizeof(struct elf32_shdr) == 40, "shdr");
_Static_assert(sizeof(struct elf64_shdr) == 64, "shdr");

#endif // AMP_WIRE_ELF_LAYOUT_H
