/*
 * What most firmware needs: the resource table, the link to the host, a main loop and
 * a heartbeat.  The sources are in firmware/common; every build of firmware contains
 * them, for every port (sdk/).
 *
 * Where to start: firmware that sends every message back, and a heartbeat each 100 ms.
 *
 *     #include "openamp/firmware.h"
 *
 *     extern struct amp_table_rpmsg firmware_table; // another file has `FIRMWARE_TABLE;`
 *
 *     static struct amp_rpmsg link;
 *     static struct amp_endpoint echo;
 *     static struct firmware_heartbeat heart;
 *
 *     static void received(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
 *         (void)src;
 *         amp_endpoint_send(self, data, len);
 *     }
 *
 *     int main(void) {
 *         amp_rpmsg_init(&link, AMP_DEVICE, amp_remote_port());
 *         amp_endpoint_create(&link, &echo, "echo", AMP_ADDR_ANY, AMP_ADDR_ANY, received);
 *         firmware_heartbeat_begin(&heart, &link, 100);
 *         firmware_link_up(&link, &firmware_table, sizeof(firmware_table));
 *         for (;;) {
 *             firmware_turn(&link, firmware_heartbeat(&heart));
 *         }
 *     }
 */
#ifndef OPENAMP_FIRMWARE_H
#define OPENAMP_FIRMWARE_H

#include "openamp/remote.h"
#include "openamp/rpmsg.h"
#include "openamp/table.h"
#include "openamp/vdev.h"

// Message buffers in each direction; a port whose shared memory is smaller defines less.
#ifndef AMP_FIRMWARE_BUFFERS
#define AMP_FIRMWARE_BUFFERS 64
#endif

// The table of most firmware: the host chooses the addresses; one trace buffer.  One C file
// of the firmware contains `FIRMWARE_TABLE;`.
#define FIRMWARE_TABLE \
    AMP_RESOURCE_TABLE struct amp_table_rpmsg firmware_table = \
        AMP_TABLE_RPMSG(AMP_FIRMWARE_BUFFERS, AMP_REMOTE_TRACE_DA, AMP_REMOTE_TRACE_LEN)

// ---- The link ----

// Wait until the host is ready (DRIVER_OK in the table), then bring the link up, which
// announces the endpoints that exist.  Stops the core (amp_remote_exit()) if the table
// cannot be used.  The table (`len` bytes) is read again in each session, so it stays in place.
void firmware_link_up(struct amp_rpmsg *link, const void *table, size_t len);

// Wait until the host is ready and describe the link in *layout, but do not bring it up.
// The same of the table.
void firmware_wait_ready(
    struct amp_rpmsg *link, const void *table, size_t len, struct amp_rpmsg_layout *layout);

// ---- Sessions ----
//
// A host may end the session of a core that runs on, and begin another one later.
// firmware_serve() and firmware_turn() handle that: between two sessions no endpoint is
// ready, and in the next one all are announced again.  A main loop that calls
// amp_rpmsg_poll() itself uses the next two functions for it.

// After a poll that took no message (`taken` is what it returned): sleep until the host
// kicks.  False: the host ended the session or broke the protocol, and the link is down; then
// call firmware_next_session().
bool firmware_sleep(struct amp_rpmsg *link, int taken);

// With the link down: if the host ended the session, wait for its next one and bring the
// link up.  If the link went down because the host broke the protocol, stop the core.
// What was claimed or held is void.
void firmware_next_session(struct amp_rpmsg *link);

// Serve the link for ever, asleep while there is nothing to do.  Stops the core
// if the host breaks the protocol.
__attribute__((noreturn)) void firmware_serve(struct amp_rpmsg *link);

// The same for firmware that answers each message: a message is received only when a buffer
// is claimed in *answer (all 0 at first), so that no answer is lost for lack of room.  A
// callback that sends it (amp_tx_commit()) sets answer->data to NULL.
__attribute__((noreturn)) void firmware_serve_requests(
    struct amp_rpmsg *link, struct amp_tx *answer);

// One turn of a main loop that has work of its own: handle the messages that are
// there or, if there is none, sleep until the host kicks, at most `us` microseconds
// (AMP_REMOTE_FOREVER: no limit).  Between two sessions it sleeps likewise, and brings the
// link up when the host is ready.  Stops the core if the host breaks the protocol.
void firmware_turn(struct amp_rpmsg *link, uint32_t us);

// Send, waiting for room as long as it takes.  Not inside callbacks.
void firmware_send(struct amp_endpoint *ept, const void *data, size_t len);

// Sleep once while waiting for room: until the host kicks, but no longer than
// amp_rpmsg_room_timeout() allows.  `slept` is 0 in the first call of a wait, then what
// the last call returned.  Returns 0 when there is room or the link is down.
uint32_t firmware_wait_room(struct amp_rpmsg *link, uint32_t slept);

// ---- Commands as text ----

// Does the message begin with the word?
bool firmware_begins_with(const void *data, size_t len, const char *word);

// The decimal number after the first space of a message; `otherwise` if it has no space.
uint32_t firmware_number(const void *data, size_t len, uint32_t otherwise);

// ---- The heartbeat ----

// A sign of life of the main loop: without it a host cannot tell a core that hangs from
// one that has nothing to say.  It is a service of its own, "heartbeat"; each message is
// the number of the beat, 4 bytes, little-endian.  A host that has no endpoint of that
// name gets none.
struct firmware_heartbeat {
    struct amp_endpoint ept;
    uint64_t due; // when the next beat is: amp_remote_time_us()
    uint32_t period; // microseconds
    uint32_t beats; // so far
};

// Announce the service; a beat every `ms` milliseconds, at most an hour.
void firmware_heartbeat_begin(
    struct firmware_heartbeat *heart, struct amp_rpmsg *link, uint32_t ms);

// Send a beat if one is due, and return the microseconds until the next.  Call it
// in each turn of the main loop and nowhere else: a timer's interrupt would beat on
// while the main loop hangs.
uint32_t firmware_heartbeat(struct firmware_heartbeat *heart);

#endif // OPENAMP_FIRMWARE_H
