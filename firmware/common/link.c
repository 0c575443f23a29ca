/* The link, sessions and commands of openamp/firmware.h. */
#include "openamp/firmware.h"

#include <string.h>

static const void *own_table; // the firmware's resource table
static size_t own_table_len;
static bool host_left; // the host ended the last session, and none has begun since

// Firmware for the flash reads its table at the address of the host's default table
// (openamp/table_mark.h), which may be the longer one.
static size_t table_room(const void *table, size_t len) {
    size_t room;
    return table == amp_remote_default_table(&room) ? room : len;
}

// Is the host ready?  If so, *layout describes the link.  Stops the core if the table
// cannot be used.
static bool host_is_ready(const struct amp_rpmsg *link, struct amp_rpmsg_layout *layout) {
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
    while (!host_is_ready(link, layout)) {
        amp_remote_wait(AMP_REMOTE_FOREVER);
    }
}

static void bring_link_up(struct amp_rpmsg *link, const struct amp_rpmsg_layout *layout) {
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
    bring_link_up(link, &layout);
}

// Did the host end the session?  Then this takes the link down.
static bool end_session_if_host_left(struct amp_rpmsg *link) {
    if (!host_left && own_table != NULL && !amp_vdev_is_current(link, own_table, own_table_len)) {
        amp_rpmsg_down(link);
        host_left = true;
        amp_remote_trace("link down: the host left\n");
    }
    return host_left;
}

static void report_violation(const struct amp_rpmsg *link) {
    amp_remote_trace("protocol error: ");
    amp_remote_trace(link->violation);
    amp_remote_trace("\n");
    amp_remote_exit(1);
}

void firmware_next_session(struct amp_rpmsg *link) {
    if (!end_session_if_host_left(link)) {
        report_violation(link);
    }
    firmware_link_up(link, own_table, own_table_len);
}

// Sleep for `ms` milliseconds or until the host kicks.  Returns `ms`, or 0 after a kick.
static uint32_t sleep_for(uint32_t ms) {
    uint32_t us = ms < AMP_REMOTE_FOREVER / 1000 ? ms * 1000 : AMP_REMOTE_FOREVER;
    return ms != 0 && !amp_remote_wait(us) ? ms : 0;
}

// Did a message come since the last call of this?  A kick without a message means that the host
// returned buffers, or ended the session.
static bool take_message_came(const struct amp_rpmsg *link) {
    static uint32_t before;
    uint32_t now = link->stats.received;
    bool came = now != before;
    before = now;
    return came;
}

// After a poll that took no message: is the session over?  Then the link is down.
static bool session_is_over(struct amp_rpmsg *link, int taken) {
    return taken < 0 || (!take_message_came(link) && end_session_if_host_left(link));
}

// Not inlined, so that firmware_sleep() after a message takes few instructions.
static __attribute__((noinline)) bool sleep_if_host_is_there(struct amp_rpmsg *link) {
    return !end_session_if_host_left(link) && amp_remote_wait(AMP_REMOTE_FOREVER);
}

bool firmware_sleep(struct amp_rpmsg *link, int taken) {
    if (taken < 0) {
        return false;
    }
    return take_message_came(link) ? amp_remote_wait(AMP_REMOTE_FOREVER)
                                   : sleep_if_host_is_there(link);
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

void firmware_serve_requests(struct amp_rpmsg *link, struct amp_tx *answer) {
    uint32_t slept = 0;
    for (;;) {
        if (!amp_rpmsg_is_up(link)) {
            answer->data = NULL; // the claim is void in another session
            firmware_next_session(link);
        }
        if (answer->data == NULL && amp_tx_claim(link, answer) != 0) {
            slept = firmware_wait_room(link, slept);
            continue;
        }
        slept = 0;
        int taken = amp_rpmsg_poll_some(link, 1);
        if (taken <= 0) {
            firmware_sleep(link, taken);
        }
    }
}

void firmware_turn(struct amp_rpmsg *link, uint32_t us) {
    struct amp_rpmsg_layout layout;
    if (host_left && host_is_ready(link, &layout)) {
        bring_link_up(link, &layout);
    }
    int taken = amp_rpmsg_poll(link);
    if (taken <= 0 && !host_left && session_is_over(link, taken)) {
        if (!end_session_if_host_left(link)) {
            report_violation(link);
        }
    } else if (taken == 0) {
        // A limit of its own while an announcement waits for room.
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
    return slept == 0 && end_session_if_host_left(link) ? 0 : slept;
}

bool firmware_begins_with(const void *data, size_t len, const char *word) {
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
