/*
 * Semihosting: console, files, arguments and exit of a program, by BKPT 0xAB
 * with the operation in r0 and its parameters at r1 (Arm, "Semihosting for
 * AArch32 and AArch64").  Memory is seen as the core sees it, as a debugger
 * that goes through the core does.  Time is the machine's.
 */
#include "tests/boards/armsim/armsim.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
    SYS_OPEN = 0x01,
    SYS_CLOSE = 0x02,
    SYS_WRITEC = 0x03,
    SYS_WRITE0 = 0x04,
    SYS_WRITE = 0x05,
    SYS_READ = 0x06,
    SYS_READC = 0x07,
    SYS_ISERROR = 0x08,
    SYS_ISTTY = 0x09,
    SYS_SEEK = 0x0A,
    SYS_FLEN = 0x0C,
    SYS_REMOVE = 0x0E,
    SYS_RENAME = 0x0F,
    SYS_CLOCK = 0x10,
    SYS_TIME = 0x11,
    SYS_SYSTEM = 0x12,
    SYS_ERRNO = 0x13,
    SYS_GET_CMDLINE = 0x15,
    SYS_EXIT = 0x18,
    SYS_EXIT_EXTENDED = 0x20,
    SYS_ELAPSED = 0x30,
    SYS_TICKFREQ = 0x31,
};

enum {
    APPLICATION_EXIT = 0x20026,
    FILES = 32,
    PATH = 1024,
    EPOCH = 1704067200, // 2024-01-01: every run begins then
};

#define FAILED UINT32_MAX

static FILE *files[FILES]; // the handle is the index + 1
static int last_error;

// ---- The guest's memory ----

static uint32_t parameter(struct core *core, uint32_t at, unsigned n) {
    uint32_t value = 0;
    if (!memory_load(core, at + 4 * n, &value, 4)) {
        sim_violation(core, "semihosting: parameters at 0x%08x", (unsigned)at);
    }
    return value;
}

static bool get(struct core *core, uint32_t at, void *bytes, uint32_t len) {
    if (!memory_load(core, at, bytes, len)) {
        sim_violation(core, "semihosting: %u bytes at 0x%08x", (unsigned)len, (unsigned)at);
        return false;
    }
    return true;
}

static bool put(struct core *core, uint32_t at, const void *bytes, uint32_t len) {
    if (!memory_store(core, at, bytes, len)) {
        sim_violation(core, "semihosting: %u bytes at 0x%08x", (unsigned)len, (unsigned)at);
        return false;
    }
    uc_ctl_remove_cache(core->uc, (uint64_t)at, (uint64_t)at + len); // it may be code
    return true;
}

static bool get_path(struct core *core, uint32_t at, uint32_t len, char path[PATH]) {
    if (len >= PATH || !get(core, at, path, len)) {
        return false;
    }
    path[len] = '\0';
    return true;
}

// ---- Files ----

static uint32_t failed(void) {
    last_error = errno;
    return FAILED;
}

static FILE *file_of(uint32_t handle) {
    FILE *file = handle >= 1 && handle <= FILES ? files[handle - 1] : NULL;
    if (file == NULL) {
        errno = EBADF;
    }
    return file;
}

static uint32_t sys_open(struct core *core, uint32_t at) {
    static const char *const modes[12] = {
        "r", "rb", "r+", "r+b", "w", "wb", "w+", "w+b", "a", "ab", "a+", "a+b"};
    char path[PATH];
    uint32_t mode = parameter(core, at, 1);
    unsigned n = 0;
    if (!get_path(core, parameter(core, at, 0), parameter(core, at, 2), path) || mode >= 12) {
        errno = EINVAL;
        return failed();
    }
    while (n < FILES && files[n] != NULL) {
        n++;
    }
    if (n == FILES) {
        errno = EMFILE;
        return failed();
    }
    if (strcmp(path, ":tt") == 0) {
        files[n] = mode < 4 ? stdin : mode < 8 ? stdout : stderr;
    } else {
        files[n] = fopen(path, modes[mode]);
    }
    return files[n] == NULL ? failed() : n + 1;
}

static int close_file(FILE *file) {
    return file == stdin || file == stdout || file == stderr ? fflush(file) : fclose(file);
}

static uint32_t sys_close(struct core *core, uint32_t at) {
    uint32_t handle = parameter(core, at, 0);
    FILE *file = file_of(handle);
    if (file == NULL) {
        return failed();
    }
    files[handle - 1] = NULL;
    return close_file(file) == 0 ? 0 : failed();
}

void semihost_close_all(void) {
    for (unsigned i = 0; i < FILES; i++) {
        if (files[i] != NULL) {
            close_file(files[i]);
            files[i] = NULL;
        }
    }
}

// Reading and writing say how much they left.
static uint32_t sys_transfer(struct core *core, uint32_t at, bool write) {
    FILE *file = file_of(parameter(core, at, 0));
    uint32_t address = parameter(core, at, 1);
    uint32_t left = parameter(core, at, 2);
    uint8_t bytes[4096];
    if (file == NULL) {
        return failed();
    }
    if (file != stdin && file != stdout && file != stderr) {
        fseek(file, 0, SEEK_CUR); // between reading and writing, the C library wants one
    }
    while (left > 0) {
        uint32_t part = left < sizeof(bytes) ? left : (uint32_t)sizeof(bytes);
        if (write && !get(core, address, bytes, part)) {
            return FAILED;
        }
        uint32_t done =
            (uint32_t)(write ? fwrite(bytes, 1, part, file) : fread(bytes, 1, part, file));
        if (!write && done > 0 && !put(core, address, bytes, done)) {
            return FAILED;
        }
        address += done;
        left -= done;
        if (done < part) {
            break;
        }
    }
    if (ferror(file)) {
        clearerr(file);
        return failed();
    }
    return left;
}

static uint32_t sys_seek(struct core *core, uint32_t at) {
    FILE *file = file_of(parameter(core, at, 0));
    if (file == NULL || fseek(file, (long)parameter(core, at, 1), SEEK_SET) != 0) {
        return failed();
    }
    return 0;
}

static uint32_t sys_flen(struct core *core, uint32_t at) {
    FILE *file = file_of(parameter(core, at, 0));
    long here = file != NULL ? ftell(file) : -1;
    if (here < 0 || fseek(file, 0, SEEK_END) != 0) {
        return failed();
    }
    long len = ftell(file);
    fseek(file, here, SEEK_SET);
    return (uint32_t)len;
}

static uint32_t sys_istty(struct core *core, uint32_t at) {
    FILE *file = file_of(parameter(core, at, 0));
    return file == NULL ? failed() : (uint32_t)(isatty(fileno(file)) != 0);
}

static uint32_t sys_remove(struct core *core, uint32_t at) {
    char path[PATH];
    if (!get_path(core, parameter(core, at, 0), parameter(core, at, 1), path)) {
        errno = EINVAL;
        return failed();
    }
    return remove(path) == 0 ? 0 : failed();
}

static uint32_t sys_rename(struct core *core, uint32_t at) {
    char from[PATH];
    char to[PATH];
    if (!get_path(core, parameter(core, at, 0), parameter(core, at, 1), from)
        || !get_path(core, parameter(core, at, 2), parameter(core, at, 3), to)) {
        errno = EINVAL;
        return failed();
    }
    return rename(from, to) == 0 ? 0 : failed();
}

// ---- Console, arguments, time, exit ----

static uint32_t sys_write0(struct core *core, uint32_t at) {
    char c = '\0';
    while (get(core, at++, &c, 1) && c != '\0') {
        putchar(c);
    }
    fflush(stdout);
    return 0;
}

static uint32_t sys_writec(struct core *core, uint32_t at) {
    char c = '\0';
    if (get(core, at, &c, 1)) {
        putchar(c);
        fflush(stdout);
    }
    return 0;
}

static uint32_t sys_get_cmdline(struct core *core, uint32_t at) {
    const char *line = core->m->options.arguments;
    uint32_t len = (uint32_t)strlen(line);
    if (parameter(core, at, 1) <= len) {
        return FAILED;
    }
    return put(core, parameter(core, at, 0), line, len + 1) && put(core, at + 4, &len, 4) ? 0
                                                                                          : FAILED;
}

// Ticks of the first core's clock, whichever core asks.
static uint64_t elapsed(const struct core *core) {
    return schedule_cycles(&core->m->core[0], schedule_time(core));
}

static uint32_t sys_elapsed(struct core *core, uint32_t at) {
    uint64_t ticks = elapsed(core);
    return put(core, at, &ticks, sizeof(ticks)) ? 0 : FAILED;
}

static uint32_t leave(struct core *core, uint32_t reason, uint32_t code) {
    sim_end(core->m, reason == APPLICATION_EXIT ? (int)(code & 0xFF) : 1);
    return 0;
}

static uint32_t operate(struct core *core, uint32_t operation, uint32_t at) {
    switch (operation) {
        case SYS_OPEN:
            return sys_open(core, at);
        case SYS_CLOSE:
            return sys_close(core, at);
        case SYS_WRITEC:
            return sys_writec(core, at);
        case SYS_WRITE0:
            return sys_write0(core, at);
        case SYS_WRITE:
        case SYS_READ:
            return sys_transfer(core, at, operation == SYS_WRITE);
        case SYS_READC:
            return (uint32_t)getchar();
        case SYS_ISERROR:
            return (int32_t)parameter(core, at, 0) < 0;
        case SYS_ISTTY:
            return sys_istty(core, at);
        case SYS_SEEK:
            return sys_seek(core, at);
        case SYS_FLEN:
            return sys_flen(core, at);
        case SYS_REMOVE:
            return sys_remove(core, at);
        case SYS_RENAME:
            return sys_rename(core, at);
        case SYS_CLOCK:
            return (uint32_t)(elapsed(core) / (CHIP_HZ / 100));
        case SYS_TIME:
            return EPOCH + (uint32_t)(elapsed(core) / CHIP_HZ);
        case SYS_SYSTEM:
            return FAILED; // there is no shell: a run depends on nothing but its options
        case SYS_ERRNO:
            return (uint32_t)last_error;
        case SYS_GET_CMDLINE:
            return sys_get_cmdline(core, at);
        case SYS_EXIT:
            return leave(core, at, 0);
        case SYS_EXIT_EXTENDED:
            return leave(core, parameter(core, at, 0), parameter(core, at, 1));
        case SYS_ELAPSED:
            return sys_elapsed(core, at);
        case SYS_TICKFREQ:
            return CHIP_HZ;
        default:
            sim_violation(core, "semihosting: operation 0x%02x", (unsigned)operation);
            return FAILED;
    }
}

void semihost_call(struct core *core) {
    uint16_t insn = 0;
    if (!memory_load(core, core->pc, &insn, 2) || insn != 0xBEAB) {
        sim_violation(core, "BKPT, and it is not semihosting: 0x%04x", insn);
        return;
    }
    core->pc += 2;
    uint32_t result = operate(core, core_reg(core, UC_ARM_REG_R0), core_reg(core, UC_ARM_REG_R1));
    core_set_reg(core, UC_ARM_REG_R0, result);
}
