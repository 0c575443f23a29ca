/* The board's memory as the host sees it. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "openamp/error.h"

#include "host.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

static const struct amp_sim_window board[AMP_SIM_WINDOWS] = AMP_SIM_BOARD;

int sim_above_stdio(int fd) {
    if (fd < 0 || fd > STDERR_FILENO) {
        return fd;
    }
    int other = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    close(fd);
    return other;
}

static off_t board_len(void) {
    off_t len = 0;
    for (unsigned i = 0; i < AMP_SIM_WINDOWS; i++) {
        len += (off_t)board[i].len;
    }
    return len;
}

int sim_file_error(struct sim_core *core) {
    int error = errno == EMFILE ? AMP_EMFILE : errno == ENFILE ? AMP_ENFILE : AMP_EIO;
    snprintf(core->reason, sizeof(core->reason), "%s", strerror(errno));
    return -error;
}

static int create_memory(void) {
    // A kernel that knows MFD_EXEC may be configured to require it; an older one refuses it.
    int fd = memfd_create("amp-board", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
    if (fd < 0) {
        fd = memfd_create("amp-board", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    }
    fd = sim_above_stdio(fd);
    if (fd >= 0 && ftruncate(fd, board_len()) != 0) {
        close(fd);
        return -1;
    }
    if (fd >= 0) {
        // The core must not make the file shorter: the host would fault at its mappings.
        (void)fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW);
    }
    return fd;
}

static int access_of(unsigned window) {
    return window == AMP_SIM_FLASH ? PROT_READ : PROT_READ | PROT_WRITE;
}

static int map_windows(struct sim_core *core) {
    off_t offset = 0;
    for (unsigned i = 0; i < AMP_SIM_WINDOWS; i++) {
        // A window that was mapped before keeps its address.
        void *va = mmap(core->va[i], board[i].len, access_of(i),
            core->va[i] == NULL ? MAP_SHARED : MAP_SHARED | MAP_FIXED, core->memory, offset);
        if (va == MAP_FAILED) {
            return -1;
        }
        core->va[i] = va;
        offset += (off_t)board[i].len;
    }
    core->mailbox = (volatile struct amp_sim_mailbox *)(void *)core->va[AMP_SIM_MAILBOX];
    return 0;
}

// Flash is the first window of the memory file.
static int fill_flash(const struct sim_core *core) {
    const char *path = getenv("OPENAMP_SIM_FLASH");
    if (path == NULL || path[0] == '\0') {
        return 0;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    static char part[65536];
    off_t at = 0;
    ssize_t got = 1;
    while (got > 0 && at < (off_t)board[AMP_SIM_FLASH].len) {
        size_t room = (size_t)((off_t)board[AMP_SIM_FLASH].len - at);
        got = read(fd, part, room < sizeof(part) ? room : sizeof(part));
        if (got > 0 && pwrite(core->memory, part, (size_t)got, at) != got) {
            got = -1;
        }
        at += got > 0 ? got : 0;
    }
    close(fd);
    return got < 0 ? -1 : 0;
}

// Power on.  The mappings are made once and stay, so that a pointer from map()
// never dangles; sim_core_release() empties the memory behind them.
int sim_core_prepare(void *ctx, bool load) {
    struct sim_core *core = ctx;
    (void)load;
    sim_process_check_owner();
    if (core->powered) {
        return 0;
    }
    if (core->memory < 0) {
        core->memory = create_memory();
        if (core->memory < 0) {
            return sim_file_error(core);
        }
        if (map_windows(core) != 0) {
            int error = sim_file_error(core);
            close(core->memory);
            core->memory = -1;
            return error;
        }
    }
    if (fill_flash(core) != 0) {
        return sim_file_error(core);
    }
    core->powered = true;
    return 0;
}

void sim_core_release(void *ctx) {
    struct sim_core *core = ctx;
    sim_process_check_owner();
    if (core->memory >= 0) {
        (void)fallocate(core->memory, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, board_len());
    }
    core->powered = false;
}

// The mappings keep their addresses, so that no pointer dangles, but get other memory.
void sim_memory_forget(struct sim_core *core) {
    if (core->memory < 0) {
        return;
    }
    for (unsigned i = 0; i < AMP_SIM_WINDOWS; i++) {
        if (mmap(core->va[i], board[i].len, access_of(i), MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                -1, 0)
            == MAP_FAILED) {
            abort(); // else the child would write to its parent's board
        }
    }
    close(core->memory);
    core->memory = -1;
    core->powered = false;
}

void *sim_map(void *ctx, amp_da_t da, size_t len) {
    const struct sim_core *core = ctx;
    for (unsigned i = 0; i < AMP_SIM_MAILBOX; i++) {
        if (da >= board[i].da && da - board[i].da <= board[i].len
            && len <= board[i].len - (da - board[i].da)) {
            return core->va[i] + (da - board[i].da);
        }
    }
    return NULL;
}
