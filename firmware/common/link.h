/* Boot and serve one RPMsg link: what every firmware here begins and ends with. */
#ifndef FIRMWARE_COMMON_LINK_H
#define FIRMWARE_COMMON_LINK_H

#include "openamp/remote.h"
#include "openamp/rpmsg.h"
#include "openamp/table.h"
#include "openamp/vdev.h"

// The table of most firmware: addresses open, 64 buffers each way, the trace.
#define FIRMWARE_TABLE \
    AMP_RESOURCE_TABLE struct amp_table_rpmsg firmware_table = \
        AMP_TABLE_RPMSG(64, AMP_REMOTE_TRACE_DA, AMP_REMOTE_TRACE_LEN)

// Wait until the host is ready (DRIVER_OK in the table), then bring the link
// up.  Endpoints created before are announced.  Ends the core if the table
// cannot be used.
void firmware_link_up(struct amp_rpmsg *link, const void *table, size_t len);

// Wait for the host to be ready, and no more.
void firmware_wait_ready(
    struct amp_rpmsg *link, const void *table, size_t len, struct amp_rpmsg_layout *layout);

// Serve the link for ever, asleep while there is nothing to do.  Ends the core
// if the host breaks the protocol.
__attribute__((noreturn)) void firmware_serve(struct amp_rpmsg *link);

// Send, waiting for room as long as it takes.  Not inside callbacks.
void firmware_send(struct amp_endpoint *ept, const void *data, size_t len);

// One sleep of a wait for room: until the host rings, or for as long as one may be
// asleep before looking again (amp_rpmsg_room_timeout()).  `slept` is 0 in the first
// call of a wait, then what the last call returned; 0 is returned when there is room.
uint32_t firmware_wait_room(struct amp_rpmsg *link, uint32_t slept);

// Does the message begin with the word?
bool firmware_is(const void *data, size_t len, const char *word);

// The decimal number after the first space of a message, or `otherwise`.
uint32_t firmware_number(const void *data, size_t len, uint32_t otherwise);

#endif // FIRMWARE_COMMON_LINK_H
