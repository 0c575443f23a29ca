#include "openamp/firmware.h"

#include <string.h>

// Firmware for the flash is linked to read its table where the host has its
// default one (openamp/table_mark.h), and that may be longer.
static size_t table_room(const void *table, size_t len) {
    size_t room;
    return table == amp_remote_default_table(&room) ? room : len;
}

void firmware_wait_ready(
    struct amp_rpmsg *link, const void *table, size_t len, struct amp_rpmsg_layout *layout) {
    len = table_room(table, len);
    int error = amp_vdev_open(link->port, table, len, layout);
    while (error == -AMP_EAGAIN) {
        amp_remote_wait(AMP_REMOTE_FOREVER);
        error = amp_vdev_open(link->port, table, len, layout);
    }
    if (error != 0) {
        amp_remote_trace("the resource table cannot be used\n");
        amp_remote_exit(1);
    }
}

void firmware_link_up(struct amp_rpmsg *link, const void *table, size_t len) {
    struct amp_rpmsg_layout layout;
    firmware_wait_ready(link, table, len, &layout);
    if (amp_rpmsg_up(link, &layout) != 0) {
        amp_remote_trace("the rings cannot be used\n");
        amp_remote_exit(1);
    }
    amp_remote_trace("link up\n");
}

static void broken(const struct amp_rpmsg *link) {
    amp_remote_trace("protocol error: ");
    amp_remote_trace(link->violation);
    amp_remote_trace("\n");
    amp_remote_exit(1);
}

// Sleep for `ms` milliseconds or until the host rings.  Returns `ms`, or 0 if it rang.
static uint32_t sleep_for(uint32_t ms) {
    uint32_t us = ms < AMP_REMOTE_FOREVER / 1000 ? ms * 1000 : AMP_REMOTE_FOREVER;
    return ms != 0 && !amp_remote_wait(us) ? ms : 0;
}

void firmware_serve(struct amp_rpmsg *link) {
    uint32_t slept = 0;
    for (;;) {
        int taken = amp_rpmsg_poll(link);
        if (taken < 0) {
            broken(link);
        }
        if (taken == 0) {
            slept = sleep_for(amp_rpmsg_message_timeout(link, slept));
        }
    }
}

void firmware_turn(struct amp_rpmsg *link, uint32_t us) {
    int taken = amp_rpmsg_poll(link);
    if (taken < 0) {
        broken(link);
    }
    if (taken == 0) {
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
    return sleep_for(amp_rpmsg_room_timeout(link, slept));
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
