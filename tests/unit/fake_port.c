#include "fake_port.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { GUARD = 64, GUARD_BYTE = 0xA5, FILL_BYTE = 0x5A };

static const struct amp_window windows[FAKE_WINDOWS] = {
    {FAKE_CODE_DA, FAKE_CODE_LEN, AMP_WINDOW_LOAD | AMP_WINDOW_RUN},
    {FAKE_DATA_DA, FAKE_DATA_LEN, AMP_WINDOW_LOAD},
    {FAKE_SHARED_DA, FAKE_SHARED_LEN, AMP_WINDOW_LOAD | AMP_WINDOW_SHARED},
    {FAKE_ROM_DA, FAKE_ROM_LEN, AMP_WINDOW_RUN},
    {FAKE_DARK_DA, FAKE_DARK_LEN, AMP_WINDOW_LOAD | AMP_WINDOW_RUN | AMP_WINDOW_SHARED},
    {FAKE_TOP_DA, FAKE_TOP_LEN, AMP_WINDOW_LOAD},
};

static void note(struct fake_port *fake, char what) {
    if (fake->log_len < FAKE_LOG - 1) {
        fake->log[fake->log_len++] = what;
    }
}

static void fake_kick(void *ctx, uint32_t notify_id) {
    struct fake_port *fake = ctx;
    note(fake, 'n');
    fake->kicked[fake->kick_count++ % FAKE_LOG] = notify_id;
}

void *fake_port_at(struct fake_port *fake, amp_da_t da, size_t len) {
    for (int i = 0; i < FAKE_WINDOWS; ++i) {
        const struct amp_window *window = &windows[i];
        if (fake->memory[i] != NULL && da >= window->da && da - window->da <= window->len
            && len <= window->len - (da - window->da)) {
            return fake->memory[i] + GUARD + (da - window->da);
        }
    }
    return NULL;
}

static void *fake_map(void *ctx, amp_da_t da, size_t len) {
    struct fake_port *fake = ctx;
    return ++fake->map_count == fake->map_fail_at ? NULL : fake_port_at(fake, da, len);
}

static void fake_set_doorbell_cb(void *ctx, amp_doorbell_cb callback, void *arg) {
    (void)ctx;
    (void)callback;
    (void)arg;
}

static void fake_ack(void *ctx) {
    struct fake_port *fake = ctx;
    ++fake->ack_count;
    if (fake->on_ack != NULL) {
        fake->on_ack(fake);
    }
}

static int fake_prepare(void *ctx, bool load) {
    struct fake_port *fake = ctx;
    note(fake, load ? 'p' : 'a');
    return fake->prepare_error;
}

static int fake_start(void *ctx, amp_da_t entry) {
    struct fake_port *fake = ctx;
    note(fake, 's');
    fake->entry = entry;
    if (fake->start_error == 0) {
        fake->state = AMP_CORE_RUNNING;
    }
    if (fake->on_start != NULL) {
        fake->on_start(fake);
    }
    return fake->start_error;
}

static int fake_stop(void *ctx) {
    struct fake_port *fake = ctx;
    note(fake, 'x');
    if (fake->stop_error == 0) {
        fake->state = AMP_CORE_STOPPED;
    }
    return fake->stop_error;
}

static enum amp_core_state fake_state(void *ctx, const char **reason) {
    struct fake_port *fake = ctx;
    if (fake->on_state != NULL) {
        fake->on_state(fake);
    }
    if (fake->reason != NULL) {
        *reason = fake->reason;
    }
    return fake->state;
}

static void fake_release(void *ctx) {
    note(ctx, 'r');
}

static void check_inside(struct fake_port *fake, const void *va, size_t len) {
    const uint8_t *first = va;
    for (int i = 0; i < FAKE_WINDOWS; ++i) {
        if (fake->memory[i] != NULL && first >= fake->memory[i] + GUARD
            && first + len <= fake->memory[i] + GUARD + windows[i].len) {
            return;
        }
    }
    fail_msg("cache maintenance outside of every window");
}

static void fake_clean(void *ctx, const void *va, size_t len) {
    struct fake_port *fake = ctx;
    check_inside(fake, va, len);
    ++fake->clean_count;
}

static void fake_invalidate(void *ctx, const void *va, size_t len) {
    struct fake_port *fake = ctx;
    check_inside(fake, va, len);
    ++fake->invalidate_count;
}

void fake_port_init(struct fake_port *fake) {
    memset(fake, 0, sizeof(*fake));
    fake->ops = (struct amp_port_ops){
        .kick = fake_kick,
        .map = fake_map,
        .set_doorbell_cb = fake_set_doorbell_cb,
        .doorbell_ack = fake_ack,
        .core_prepare = fake_prepare,
        .core_start = fake_start,
        .core_stop = fake_stop,
        .core_state = fake_state,
        .core_release = fake_release,
        .cache_clean = fake_clean,
        .cache_invalidate = fake_invalidate,
    };
    fake->default_table = (struct amp_default_table){
        .table_da = FAKE_SHARED_DA + 0x8000,
        .vring_da = {FAKE_SHARED_DA + 0x1000, FAKE_SHARED_DA},
        .vring_align = 32,
        .vring_num = 64,
    };
    fake->port.ops = &fake->ops;
    fake->port.ctx = fake;
    fake->port.windows = windows;
    fake->port.window_count = FAKE_WINDOWS;
    fake->port.shared_da = FAKE_HEAP_DA;
    fake->port.shared_len = FAKE_HEAP_LEN;
    fake->port.buffer_size[0] = fake->port.buffer_size[1] = 512;
    fake->port.elf_machine = FAKE_MACHINE;
    for (int i = 0; i < FAKE_WINDOWS; ++i) {
        if (windows[i].da != FAKE_DARK_DA) {
            size_t len = windows[i].len + 2 * GUARD;
            fake->memory[i] = aligned_alloc(GUARD, len);
            fake->snapshot[i] = malloc(len);
            assert_true(fake->memory[i] != NULL && fake->snapshot[i] != NULL);
            memset(fake->memory[i], GUARD_BYTE, len);
            memset(fake->memory[i] + GUARD, FILL_BYTE, windows[i].len);
        }
    }
}

void fake_port_free(struct fake_port *fake) {
    for (int i = 0; i < FAKE_WINDOWS; ++i) {
        for (int j = 0; fake->memory[i] != NULL && j < GUARD; ++j) {
            assert_int_equal(fake->memory[i][j], GUARD_BYTE);
            assert_int_equal(fake->memory[i][GUARD + windows[i].len + (size_t)j], GUARD_BYTE);
        }
        free(fake->memory[i]);
        free(fake->snapshot[i]);
    }
}

void fake_port_snapshot(struct fake_port *fake) {
    for (int i = 0; i < FAKE_WINDOWS; ++i) {
        if (fake->memory[i] != NULL) {
            memcpy(fake->snapshot[i], fake->memory[i], windows[i].len + 2 * GUARD);
        }
    }
}

bool fake_port_unchanged(const struct fake_port *fake) {
    for (int i = 0; i < FAKE_WINDOWS; ++i) {
        if (fake->memory[i] != NULL
            && memcmp(fake->snapshot[i], fake->memory[i], windows[i].len + 2 * GUARD) != 0) {
            return false;
        }
    }
    return true;
}
