/*
 * What firmware begins and ends with: the resource table, the link to the host, a main
 * loop, a heartbeat.  firmware/common has the sources, which every build of firmware
 * contains (sdk/), for every port.
 *
 * Where to start: firmware that sends every message back, and a sign of life each 100 ms.
 *
 *     #include "openamp/firmware.h"
 *
 *     extern struct amp_table_rpmsg firmware_table; // FIRMWARE_TABLE; in one of its files
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

// The table of most firmware: addresses open, 64 buffers each way, the trace.
#define FIRMWARE_TABLE \
    AMP_RESOURCE_TABLE struct amp_table_rpmsg firmware_table = \
        AMP_TABLE_RPMSG(64, AMP_REMOTE_TRACE_DA, AMP_REMOTE_TRACE_LEN)

// ---- The link ----

// Wait until the host is ready (DRIVER_OK in the table), then bring the link
// up.  Endpoints created before are announced.  Ends the core if the table
// cannot be used.
void firmware_link_up(struct amp_rpmsg *link, const void *table, size_t len);

// Wait for the host to be ready, and no more.
void firmware_wait_ready(
    struct amp_rpmsg *link, const void *table, size_t len, struct amp_rpmsg_layout *layout);

// ---- Sessions ----
//
// A host may leave a core that runs, and come back: it resets the device, or begins another
// session.  firmware_serve() and firmware_turn() go on in the next one by themselves:
// endpoints are not ready between the two, and are announced again.  A loop of one's own
// does so with these two.

// After a poll that took no message (`taken` is what it returned): sleep until the host
// rings.  False: the session is over, and the link is down.
bool firmware_sleep(struct amp_rpmsg *link, int taken);

// The link is down: if the host left, wait until it is back, and bring the link up.  Ends
// the core if the host broke the protocol.  What was claimed or held is void.
void firmware_next_session(struct amp_rpmsg *link);

// Serve the link for ever, asleep while there is nothing to do.  Ends the core
// if the host breaks the protocol.
__attribute__((noreturn)) void firmware_serve(struct amp_rpmsg *link);

// One turn of a main loop that has work of its own: handle the messages that are
// there or, if there is none, sleep until the host rings, at most `us` microseconds.
// Ends the core if the host breaks the protocol.
void firmware_turn(struct amp_rpmsg *link, uint32_t us);

// Send, waiting for room as long as it takes.  Not inside callbacks.
void firmware_send(struct amp_endpoint *ept, const void *data, size_t len);

// One sleep of a wait for room: until the host rings, or for as long as one may be
// asleep before looking again (amp_rpmsg_room_timeout()).  `slept` is 0 in the first
// call of a wait, then what the last call returned; 0 is returned when there is room, or
// the link is down: the host left.
uint32_t firmware_wait_room(struct amp_rpmsg *link, uint32_t slept);

// ---- Commands as text ----

// Does the message begin with the word?
bool firmware_is(const void *data, size_t len, const char *word);

// The decimal number after the first space of a message, or `otherwise`.
uint32_t firmware_number(const void *data, size_t len, uint32_t otherwise);

// ---- The heartbeat ----

// A sign of life of the main loop, for a host that cannot see otherwise that a core
// runs and does nothing.  It is a service of its own, "heartbeat", whose message is the
// number of the beat, 4 bytes, the lowest first.  A host that has no endpoint of that
// name gets none.
struct firmware_heartbeat {
    struct amp_endpoint ept;
    uint64_t due; // microseconds
    uint32_t period;
    uint32_t beats;
};

// Announce it; a beat every `ms` milliseconds, at most an hour.
void firmware_heartbeat_begin(
    struct firmware_heartbeat *heart, struct amp_rpmsg *link, uint32_t ms);

// Beat if it is time to, and return the microseconds until the next beat.  To be called
// in each turn of the main loop and nowhere else: a timer's interrupt would beat on
// while the main loop hangs.
uint32_t firmware_heartbeat(struct firmware_heartbeat *heart);

#endif // OPENAMP_FIRMWARE_H
