/*
 * The message path once more, under other names and with a hook at each access
 * to shared memory: what another core may do between two of our instructions,
 * a test can do there.  Include it before any other header.
 *
 * The links themselves are the same structures, so the functions of the real
 * core (in pair.c) and these can be mixed.
 */
#ifndef HOOKED_CORE_H
#define HOOKED_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define amp_endpoint_abandon hooked_endpoint_abandon
#define amp_endpoint_create hooked_endpoint_create
#define amp_endpoint_create_with hooked_endpoint_create_with
#define amp_endpoint_destroy hooked_endpoint_destroy
#define amp_endpoint_is_ready hooked_endpoint_is_ready
#define amp_endpoint_send hooked_endpoint_send
#define amp_link_bad_id hooked_link_bad_id
#define amp_link_bad_index hooked_link_bad_index
#define amp_link_bind hooked_link_bind
#define amp_link_drop hooked_link_drop
#define amp_link_end_use hooked_link_end_use
#define amp_link_find hooked_link_find
#define amp_link_find_bound hooked_link_find_bound
#define amp_link_probe_buffer_size hooked_link_probe_buffer_size
#define amp_link_set_buffer_size hooked_link_set_buffer_size
#define amp_link_map_buffer hooked_link_map_buffer
#define amp_link_tell hooked_link_tell
#define amp_link_tell_some hooked_link_tell_some
#define amp_link_tx_buffer hooked_link_tx_buffer
#define amp_link_unbind hooked_link_unbind
#define amp_link_violated hooked_link_violated
#define amp_ns_deliver hooked_ns_deliver
#define amp_ns_find hooked_ns_find
#define amp_ns_match hooked_ns_match
#define amp_ns_flush hooked_ns_flush
#define amp_ns_receive hooked_ns_receive
#define amp_ns_send hooked_ns_send
#define amp_rpmsg_depth hooked_rpmsg_depth
#define amp_rpmsg_down hooked_rpmsg_down
#define amp_rpmsg_init hooked_rpmsg_init
#define amp_rpmsg_is_polling hooked_rpmsg_is_polling
#define amp_rpmsg_is_up hooked_rpmsg_is_up
#define amp_rpmsg_mtu hooked_rpmsg_mtu
#define amp_rpmsg_peer_can_send hooked_rpmsg_peer_can_send
#define amp_rpmsg_poll hooked_rpmsg_poll
#define amp_rpmsg_poll_some hooked_rpmsg_poll_some
#define amp_rpmsg_send hooked_rpmsg_send
#define amp_rpmsg_set_buckets hooked_rpmsg_set_buckets
#define amp_rpmsg_set_events hooked_rpmsg_set_events
#define amp_rpmsg_up hooked_rpmsg_up
#define amp_rpmsg_want_room hooked_rpmsg_want_room
#define amp_rx_hold hooked_rx_hold
#define amp_rx_release hooked_rx_release
#define amp_tx_cancel hooked_tx_cancel
#define amp_tx_claim hooked_tx_claim
#define amp_tx_commit hooked_tx_commit
#define amp_virtq_device_init hooked_virtq_device_init
#define amp_virtq_driver_init hooked_virtq_driver_init
#define amp_virtq_ready hooked_virtq_ready
#define amp_virtq_shape_is_valid hooked_virtq_shape_is_valid

// ---- In place of core/shm.h ----

#define AMP_CORE_SHM_H

// Called before each access, on the side that makes it.
static void (*hooked_access)(void);

// With `hooked_deaf` an index that is read right after a fence has the value
// that it had when it was last read: as if the fence, or the second look after
// a request to be rung, were not there.
static bool hooked_deaf;
static bool hooked_fenced;
static struct {
    const uint16_t *p;
    uint16_t value;
} hooked_last[4];

// While `hooked_late`, what is stored stays invisible, in order, until a fence or
// hooked_show(): as long as a processor may keep it.  It is set while one of two
// sides acts, whose stores then wait while the other acts.  `hooked_fenceless`
// takes the fences away.
static bool hooked_late;
static bool hooked_fenceless;
static unsigned hooked_stored;
static struct {
    void *p;
    uint32_t value;
    bool is_16;
} hooked_stores[64];

static inline void hooked_write(void *p, uint32_t value, bool is_16) {
    if (is_16) {
        *(volatile uint16_t *)p = (uint16_t)value;
    } else {
        *(volatile uint32_t *)p = value;
    }
}

static inline void hooked_show(void) {
    for (unsigned i = 0; i < hooked_stored; ++i) {
        hooked_write(hooked_stores[i].p, hooked_stores[i].value, hooked_stores[i].is_16);
    }
    hooked_stored = 0;
}

static inline void hooked_store(void *p, uint32_t value, bool is_16) {
    if (!hooked_late) {
        hooked_write(p, value, is_16);
        return;
    }
    if (hooked_stored == sizeof(hooked_stores) / sizeof(hooked_stores[0])) {
        hooked_show();
    }
    hooked_stores[hooked_stored].p = p;
    hooked_stores[hooked_stored].value = value;
    hooked_stores[hooked_stored++].is_16 = is_16;
}

// Who stored something sees it, whoever else does.
static inline uint32_t hooked_read(const void *p, bool is_16) {
    for (unsigned i = hooked_late ? hooked_stored : 0; i-- > 0;) {
        if (hooked_stores[i].p == p) {
            return hooked_stores[i].value;
        }
    }
    return is_16 ? *(const volatile uint16_t *)p : *(const volatile uint32_t *)p;
}

static inline void hooked_before(void) {
    if (hooked_access != NULL) {
        bool fenced = hooked_fenced;
        hooked_access();
        hooked_fenced = fenced;
    }
}

static inline uint16_t hooked_load_16(const uint16_t *p, bool is_index) {
    hooked_before();
    uint16_t value = (uint16_t)hooked_read(p, true);
    unsigned i = 0;
    while (i < 3 && hooked_last[i].p != NULL && hooked_last[i].p != p) {
        ++i;
    }
    if (hooked_deaf && hooked_fenced && hooked_last[i].p == p) {
        value = hooked_last[i].value;
    }
    hooked_fenced = false;
    if (is_index) {
        hooked_last[i].p = p;
        hooked_last[i].value = value;
    }
    return value;
}

static inline uint16_t amp_shm_load_acquire_16(const uint16_t *p) {
    return hooked_load_16(p, true);
}

static inline uint16_t amp_shm_load_16(const uint16_t *p) {
    return hooked_load_16(p, false);
}

static inline uint32_t amp_shm_load_32(const uint32_t *p) {
    hooked_before();
    return hooked_read(p, false);
}

static inline uint64_t amp_shm_load_64(const void *p) {
    const uint32_t *half = p;
    uint64_t low = amp_shm_load_32(half);
    return low | (uint64_t)amp_shm_load_32(half + 1) << 32;
}

static inline void amp_shm_store_release_16(uint16_t *p, uint16_t value) {
    hooked_before();
    hooked_store(p, value, true);
}

static inline void amp_shm_store_16(uint16_t *p, uint16_t value) {
    hooked_before();
    hooked_store(p, value, true);
}

static inline void amp_shm_store_32(uint32_t *p, uint32_t value) {
    hooked_before();
    hooked_store(p, value, false);
}

static inline void amp_shm_fence(void) {
    hooked_before();
    hooked_fenced = true;
    if (hooked_late && !hooked_fenceless) {
        hooked_show();
    }
}

// ---- The sources ----

#include "core/virtq.c"
#include "core/rpmsg.c"
#include "core/rpmsg_device.c"
#include "core/rpmsg_endpoint.c"
#include "core/rpmsg_ns.c"
#include "core/rpmsg_receive.c"
#include "core/rpmsg_send.c"

#endif // HOOKED_CORE_H
