#include "openamp/firmware.h"

#include <string.h>

// What the host was found ready in, and whether it has left since.
static const void *own_table;
static size_t own_table_len;
static bool host_left;

// Firmware for the flash is linked to read its table where the host has its
// default one (openamp/table_mark.h), and that may be longer.
static size_t table_room(const void *table, size_t len) {
    size_t room;
    return table == amp_remote_default_table(&room) ? room : len;
}

// The link is described if the host is ready.  Ends the core if the table cannot be used.
static bool is_ready(const struct amp_rpmsg *link, struct amp_rpmsg_layout *layout) {
    int error = amp_vdev_open(link->port, own_table, own_table_len, layout);
    if (error != 0 && error != -AMP_EAGAIN) {
        amp_remote_trace("the resource table cannot be used\n");
        amp_remote_exit(1);
    }
    return error == 0;
}

void firmware_wait_ready(
    struct amp_rpmsg *link, const void *table, size_t len, struct amp_rpmsg_layout *layout) {
    own_table = table;
    own_table_len = table_room(table, len);
    while (!is_ready(link, layout)) {
        amp_remote_wait(AMP_REMOTE_FOREVER);
    }
}

static void begin(struct amp_rpmsg *link, const struct amp_rpmsg_layout *layout) {
    if (amp_rpmsg_up(link, layout) != 0) {
        amp_remote_trace("the rings cannot be used\n");
        amp_remote_exit(1);
    }
    host_left = false;
    amp_remote_trace("link up\n");
}

void firmware_link_up(struct amp_rpmsg *link, const void *table, size_t len) {
    struct amp_rpmsg_layout layout;
    firmware_wait_ready(link, table, len, &layout);
    begin(link, &layout);
}

// Looks, and takes the link down if so.
static bool has_left(struct amp_rpmsg *link) {
    if (!host_left && own_table != NULL && !amp_vdev_is_current(link, own_table, own_table_len)) {
        amp_rpmsg_down(link);
        host_left = true;
        amp_remote_trace("link down: the host left\n");
    }
    return host_left;
}

static void broken(const struct amp_rpmsg *link) {
    amp_remote_trace("protocol error: ");
    amp_remote_trace(link->violation);
    amp_remote_trace("\n");
    amp_remote_exit(1);
}

void firmware_next_session(struct amp_rpmsg *link) {
    if (!has_left(link)) {
        broken(link);
    }
    firmware_link_up(link, own_table, own_table_len);
}

// Sleep for `ms` milliseconds or until the host rings.  Returns `ms`, or 0 if it rang.
static uint32_t sleep_for(uint32_t ms) {
    uint32_t us = ms < AMP_REMOTE_FOREVER / 1000 ? ms * 1000 : AMP_REMOTE_FOREVER;
    return ms != 0 && !amp_remote_wait(us) ? ms : 0;
}

// Did a message come since this was asked last?  A doorbell without one is a host's that
// left, or one that rang for room.
static bool message_came(const struct amp_rpmsg *link) {
    static uint32_t before;
    uint32_t now = link->stats.received;
    bool came = now != before;
    before = now;
    return came;
}

// A poll took nothing.  Is the session over?
static bool session_is_over(struct amp_rpmsg *link, int taken) {
    return taken < 0 || (!message_came(link) && has_left(link));
}

// Apart, so that the way after a message is short.
static __attribute__((noinline)) bool look_and_sleep(struct amp_rpmsg *link) {
    return !has_left(link) && amp_remote_wait(AMP_REMOTE_FOREVER);
}

bool firmware_sleep(struct amp_rpmsg *link, int taken) {
    if (taken < 0) {
        return false;
    }
    return message_came(link) ? amp_remote_wait(AMP_REMOTE_FOREVER) : look_and_sleep(link);
}

void firmware_serve(struct amp_rpmsg *link) {
    uint32_t slept = 0;
    for (;;) {
        int taken = amp_rpmsg_poll(link);
        if (taken <= 0 && session_is_over(link, taken)) {
            firmware_next_session(link);
        } else if (taken == 0) {
            slept = sleep_for(amp_rpmsg_message_timeout(link, slept));
        }
    }
}

void firmware_turn(struct amp_rpmsg *link, uint32_t us) {
    struct amp_rpmsg_layout layout;
    if (host_left && is_ready(link, &layout)) {
        begin(link, &layout);
    }
    int taken = amp_rpmsg_poll(link);
    if (taken <= 0 && !host_left && session_is_over(link, taken)) {
        if (!has_left(link)) {
            broken(link);
        }
    } else if (taken == 0) {
        // Less than for ever while an announcement waits for room.
        uint32_t ms = amp_rpmsg_message_timeout(link, 0);
        amp_remote_wait(ms < us / 1000 ? ms * 1000 : us);
    }
}

void firmware_send(struct amp_endpoint *ept, const void *data, size_t len) {
    while (amp_endpoint_send(ept, data, len) == -AMP_EAGAIN) {
        uint32_t slept = 0;
        do {
            slept = firmware_wait_room(ept->link, slept);
        } while (slept != 0);
    }
}

uint32_t firmware_wait_room(struct amp_rpmsg *link, uint32_t slept) {
    slept = sleep_for(amp_rpmsg_room_timeout(link, slept));
    return slept == 0 && has_left(link) ? 0 : slept;
}

bool firmware_is(const void *data, size_t len, const char *word) {
    size_t word_len = strlen(word);
    return len >= word_len && memcmp(data, word, word_len) == 0;
}

uint32_t firmware_number(const void *data, size_t len, uint32_t otherwise) {
    const char *text = data;
    uint32_t number = 0;
    size_t i = 0;
    while (i < len && text[i] != ' ') {
        i++;
    }
    if (i == len) {
        return otherwise;
    }
    for (i++; i < len && text[i] >= '0' && text[i] <= '9'; i++) {
        number = number * 10 + (uint32_t)(text[i] - '0');
    }
    return number;
}
