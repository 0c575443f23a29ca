/* The board's memory: for each core one block of the heap, with the windows one after the other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "openamp/error.h"

#include "host.h"

static const struct rv32_window board[EMU_WINDOWS] = {
    [EMU_FLASH] = {NULL, AMP_EMU_FLASH_DA, AMP_EMU_FLASH_LEN, RV32_READ | RV32_EXEC},
    [EMU_CODE] = {NULL, AMP_EMU_CODE_DA, AMP_EMU_CODE_LEN, RV32_READ | RV32_WRITE | RV32_EXEC},
    [EMU_DATA] = {NULL, AMP_EMU_DATA_DA, AMP_EMU_DATA_LEN, RV32_READ | RV32_WRITE},
    [EMU_SHARED] = {NULL, AMP_EMU_SHARED_DA, AMP_EMU_SHARED_LEN, RV32_READ | RV32_WRITE},
};

static size_t board_len(void) {
    size_t len = 0;
    for (unsigned i = 0; i < EMU_WINDOWS; i++) {
        len += board[i].len;
    }
    return len;
}

// Flash is the first window.
static int fill_flash(const struct emu_core *core) {
    const char *path = getenv("OPENAMP_EMU_FLASH");
    if (path == NULL || path[0] == '\0') {
        return 0;
    }
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return -AMP_EIO;
    }
    (void)fread(core->va[EMU_FLASH], 1, board[EMU_FLASH].len, file);
    int error = ferror(file);
    fclose(file);
    return error == 0 ? 0 : -AMP_EIO;
}

// Power on.  The block is allocated at the first use and never freed, so that a pointer
// from map() never dangles; emu_core_release() clears it.
int emu_core_prepare(void *ctx, bool load) {
    struct emu_core *core = ctx;
    (void)load;
    if (core->powered) {
        return 0;
    }
    if (core->va[0] == NULL) {
        // Windows begin at a page, as firmware may expect.  The system provides the pages
        // only when they are touched.
        const size_t page = 4096;
        core->block = calloc(1, board_len() + page);
        if (core->block == NULL) {
            return -AMP_ENOMEM;
        }
        uint8_t *va = core->block;
        va += page - (uintptr_t)va % page;
        for (unsigned i = 0; i < EMU_WINDOWS; i++) {
            core->va[i] = va;
            va += board[i].len;
        }
    }
    int error = fill_flash(core);
    core->powered = error == 0;
    return error;
}

void emu_core_release(void *ctx) {
    struct emu_core *core = ctx;
    memset(core->va[0], 0, board_len());
    core->powered = false;
}

void emu_set_windows(struct emu_core *core) {
    for (unsigned i = 0; i < EMU_WINDOWS; i++) {
        core->cpu.window[board[i].da >> 28] = board[i];
        core->cpu.window[board[i].da >> 28].va = core->va[i];
    }
}

void *emu_map(void *ctx, amp_da_t da, size_t len) {
    const struct emu_core *core = ctx;
    for (unsigned i = 0; i < EMU_WINDOWS; i++) {
        if (da >= board[i].da && da - board[i].da <= board[i].len
            && len <= board[i].len - (da - board[i].da)) {
            return core->va[i] + (da - board[i].da);
        }
    }
    return NULL;
}
