/*
 * The notification protocol of a link: two rings, two sides, doorbells that are
 * suppressed by flags or (-DEVENT_IDX) by event indices, and processors that
 * make stores visible when they like.
 *
 * Each step names the function that it stands for; the functions are in
 * core/virtq.h, core/rpmsg_receive.c, core/rpmsg_send.c, core/rpmsg_fast.c and core/link.h.
 *
 *   host    sends MESSAGES, takes what comes back, sleeps when there is nothing;
 *           with -DHOLD it keeps the first message until the third comes
 *   device  answers each inside its callback, waits there when it has no buffer
 *
 * Proved: no execution ends with somebody asleep (Spin's "invalid end state"),
 * and nobody holds more buffers than there are.  With one of the steps taken
 * out that prevent a lost wake-up, Spin finds it:
 *
 *   -DNO_RECHECK       a poll does not look again after asking to be rung
 *   -DNO_RECHECK_ROOM  the same in amp_rpmsg_want_room()
 *   -DNO_FENCE_POLL    no fence in a poll
 *   -DNO_FENCE_SEND    no fence in commit()
 *   -DNO_FENCE_ROOM    no fence in amp_rpmsg_want_room()
 *   -DNO_EARLY_KICK    a callback that waits does not tell of what was given back
 *   -DNO_RELEASE_KICK  amp_rx_release() in a callback tells only of its own buffer
 *
 * Memory.  A store is kept in the processor until `memory` makes it visible, in
 * any order and at any time, but at the latest at the processor's next fence.
 * A load that no fence precedes may miss what is new.  That is weaker than any
 * processor that we know (and than the acquire and release accesses that the
 * code uses for the indices: what the data needs is not modelled here).
 */

#ifndef N
#define N 2 /* buffers of each ring */
#endif
#ifndef MESSAGES
#define MESSAGES 3
#endif

/* Shared memory.  Ring 0 carries device to host, ring 1 host to device. */
#define AVAIL(r) (r) /* avail.idx, written by the host */
#define HOST_ASKS(r) (2 + (r)) /* avail.flags or used_event, by the host */
#define USED(r) (4 + (r)) /* used.idx, by the device */
#define DEVICE_ASKS(r) (6 + (r)) /* used.flags or avail_event, by the device */
byte seen[8]; /* what the other side sees */
byte kept[8]; /* what the processor that wrote it will make visible ... */
bool is_kept[8]; /* ... if it has not yet */

bool bell[2]; /* rang and nobody looked yet; 0: the host's, 1: the device's */

#define HOST 0
#define DEVICE 1

inline store(v, value) {
    d_step {
        kept[v] = value;
        is_kept[v] = true
    }
}

inline make_visible(v) {
    if
    :: is_kept[v] -> seen[v] = kept[v]; is_kept[v] = false; kept[v] = 0
    :: else
    fi
}

/* amp_shm_fence(): what this side stored is visible. */
inline fence(side) {
    d_step {
        make_visible(4 * side); make_visible(4 * side + 1);
        make_visible(4 * side + 2); make_visible(4 * side + 3)
    }
}

#ifdef NO_FENCE_POLL
#define fence_poll(side) skip
#else
#define fence_poll(side) fence(side)
#endif
#ifdef NO_FENCE_SEND
#define fence_send(side) skip
#else
#define fence_send(side) fence(side)
#endif
#ifdef NO_FENCE_ROOM
#define fence_room(side) skip
#else
#define fence_room(side) fence(side)
#endif

/* amp_port_ops.kick(): all stores made before are visible to who is woken. */
inline notify(side) {
    d_step {
        make_visible(4 * side); make_visible(4 * side + 1);
        make_visible(4 * side + 2); make_visible(4 * side + 3);
        bell[1 - side] = true
    }
}

/* "Poll, then wait": amp_platform_wait(), amp_remote_wait(). */
inline sleep(side) {
    atomic { bell[side] -> bell[side] = false }
}

/* amp_link_kick() with amp_virtq_needs_notify(): what the other side `asks`, and
   the last `count` entries up to `idx`. */
inline kick(side, asks, idx, count) {
    if
#ifdef EVENT_IDX
    :: atomic { ((idx + 255 - seen[asks]) & 255) < count -> notify(side) }
    :: ((idx + 255 - seen[asks]) & 255) >= count
#else
    :: atomic { seen[asks] == 0 -> notify(side) }
    :: seen[asks] != 0
#endif
    fi
}

/* amp_virtq_enable_notify(): `next` is the entry to be rung for. */
#ifdef EVENT_IDX
#define listen(asks, next) store(asks, next)
#define hush(asks) skip
#else
#define listen(asks, next) store(asks, 0)
#define hush(asks) store(asks, 1)
#endif

active proctype memory() {
    byte v;
end:
    do
    :: atomic { is_kept[0] -> make_visible(0) }
    :: atomic { is_kept[1] -> make_visible(1) }
    :: atomic { is_kept[2] -> make_visible(2) }
    :: atomic { is_kept[3] -> make_visible(3) }
    :: atomic { is_kept[4] -> make_visible(4) }
    :: atomic { is_kept[5] -> make_visible(5) }
    :: atomic { is_kept[6] -> make_visible(6) }
    :: atomic { is_kept[7] -> make_visible(7) }
    od
}

/* amp_virtq_pending() at a place where no fence came before: it may be old. */
inline ready_or_old(ready, v, taken) {
    if
    :: ready = seen[v] - taken
    :: ready = 0
    fi
}

/* amp_link_poll(): the look at the end of each turn. */
#ifdef NO_RECHECK
#define look_again(ready, idx, taken) ready = 0
#else
#define look_again(ready, idx, taken) ready = seen[idx] - taken
#endif

/* amp_rpmsg_want_room() looks. */
#ifdef NO_RECHECK_ROOM
#define has_room(ready, idx, taken) ready = 0
#else
#define has_room(ready, idx, taken) ready = seen[idx] - taken
#endif

/* The host: amp_rproc_start() has brought the link up. */
proctype host() {
    byte sent = 0, received = 0;
    byte rx_avail = N, rx_taken = 0; /* link->rx: ring 0 */
    byte tx_avail = 0, tx_taken = 0; /* link->tx: ring 1 */
    byte ready = 0, left = 0;
    bool wanted = false; /* TX_WANTED */
    bool blocked = false, held = false;
    do
    :: sent == MESSAGES && received == MESSAGES -> break
    :: else ->
        blocked = false;
        do
        :: sent < MESSAGES && !blocked ->
            if /* take_buffer() */
            :: tx_avail - tx_taken == N -> /* take_returned() */
                ready_or_old(ready, USED(1), tx_taken);
                assert(ready <= N);
                tx_taken = tx_taken + ready
            :: else
            fi;
            if
            :: tx_avail - tx_taken == N -> blocked = true /* -AMP_EAGAIN */
            :: else ->
                if /* take_free() */
                :: wanted -> wanted = false; hush(HOST_ASKS(1))
                :: else
                fi;
                tx_avail++; /* amp_link_publish_tx() */
                store(AVAIL(1), tx_avail);
                sent++;
                fence_send(HOST);
                kick(HOST, DEVICE_ASKS(1), tx_avail, 1)
            fi
        :: else -> break
        od;

        left = N; /* poll_ring() */
        ready_or_old(ready, USED(0), rx_taken);
        if
        :: ready > 1 -> hush(HOST_ASKS(0))
        :: else
        fi;
        do
        :: true ->
            assert(ready <= N);
            do
            :: ready > 0 && left > 0 -> /* read_entry() */
                rx_taken++;
                ready--;
                left--;
                received++; /* amp_link_dispatch() */
#ifdef HOLD
                if
                :: received == 1 -> held = true /* amp_rx_hold() */
                :: else ->
                    if
                    :: received == 3 -> /* amp_rx_release() */
                        held = false;
                        rx_avail++;
                        store(AVAIL(0), rx_avail);
                        fence_poll(HOST);
#ifdef NO_RELEASE_KICK
                        kick(HOST, DEVICE_ASKS(0), rx_avail, 1)
#else
                        kick(HOST, DEVICE_ASKS(0), rx_avail, N)
#endif
                    :: else
                    fi;
                    rx_avail++; /* amp_link_give_back() */
                    store(AVAIL(0), rx_avail)
                fi
#else
                rx_avail++; /* amp_link_give_back() */
                store(AVAIL(0), rx_avail)
#endif
            :: else -> break
            od;
            if
            :: left > 0 -> listen(HOST_ASKS(0), rx_taken)
            :: else
            fi;
            fence_poll(HOST);
            if
            :: left > 0 -> look_again(ready, USED(0), rx_taken)
            :: else -> ready = 0
            fi;
            if
            :: ready == 0 -> break
            :: else -> hush(HOST_ASKS(0))
            fi
        od;
        if
        :: left < N -> kick(HOST, DEVICE_ASKS(0), rx_avail, N - left)
        :: else ->
            ready = 0;
            if
            :: blocked -> /* amp_rpmsg_want_room() */
                wanted = true;
                listen(HOST_ASKS(1), tx_taken);
                fence_room(HOST);
                has_room(ready, USED(1), tx_taken)
            :: else
            fi;
            if
            :: ready == 0 && !(sent == MESSAGES && received == MESSAGES) -> sleep(HOST)
            :: else
            fi
        fi
    od
}

/* The device: amp_vdev_open() has seen DRIVER_OK. */
proctype device() {
    byte answered = 0;
    byte rx_taken = 0, rx_used = 0; /* link->rx: ring 1 */
    byte tx_taken = 0; /* link->tx: ring 0; what is taken is given at once */
    byte ready = 0, left = 0, room = 0;
    bool wanted = false; /* TX_WANTED */
    do
    :: answered == MESSAGES -> break
    :: else ->
        left = N; /* poll_ring() */
        ready_or_old(ready, AVAIL(1), rx_taken);
        if
        :: ready > 1 -> hush(DEVICE_ASKS(1))
        :: else
        fi;
        do
        :: true ->
            assert(ready <= N);
            do
            :: ready > 0 && left > 0 -> /* read_entry() */
                rx_taken++;
                ready--;
                left--;
                /* amp_link_dispatch(): the callback.  amp_endpoint_send(), and if there is
                   no room amp_rpmsg_want_room() and sleep. */
                do
                :: ready_or_old(room, AVAIL(0), tx_taken); /* take_buffer(), take_returned() */
                    assert(room <= N);
                    if
                    :: room > 0 -> break
                    :: else
                    fi;
                    wanted = true; /* amp_rpmsg_want_room() */
                    listen(DEVICE_ASKS(0), tx_taken);
                    fence_room(DEVICE);
                    has_room(room, AVAIL(0), tx_taken);
                    if
                    :: room == 0 ->
#ifndef NO_EARLY_KICK
                        kick(DEVICE, HOST_ASKS(1), rx_used, N);
#endif
                        sleep(DEVICE)
                    :: else
                    fi
                od;
                if /* take_free() */
                :: wanted -> wanted = false; hush(DEVICE_ASKS(0))
                :: else
                fi;
                tx_taken++; /* amp_link_publish_tx() */
                store(USED(0), tx_taken);
                answered++;
                fence_send(DEVICE);
                kick(DEVICE, HOST_ASKS(0), tx_taken, 1);
                rx_used++; /* amp_link_give_back() */
                store(USED(1), rx_used)
            :: else -> break
            od;
            if
            :: left > 0 -> listen(DEVICE_ASKS(1), rx_taken)
            :: else
            fi;
            fence_poll(DEVICE);
            if
            :: left > 0 -> look_again(ready, AVAIL(1), rx_taken)
            :: else -> ready = 0
            fi;
            if
            :: ready == 0 -> break
            :: else -> hush(DEVICE_ASKS(1))
            fi
        od;
        if
        :: left < N -> kick(DEVICE, HOST_ASKS(1), rx_used, N - left)
        :: answered < MESSAGES && left == N -> sleep(DEVICE)
        fi
    od
}

init {
    atomic {
        seen[AVAIL(0)] = N; /* amp_virtq_driver_init(): ring 0 is stocked */
#ifndef EVENT_IDX
        seen[HOST_ASKS(1)] = 1; /* and consumed buffers are no news */
        seen[DEVICE_ASKS(0)] = 1; /* amp_link_probe_buffer_size() */
#endif
        run host();
        run device()
    }
}
