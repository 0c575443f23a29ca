/*
 * The notification protocol of a link: two rings, two sides, doorbells that are
 * suppressed by flags, and processors that make stores visible when they like.
 *
 * Each step names the function that it stands for; the functions are in
 * core/virtq.h, core/rpmsg.c, core/rpmsg_send.c and core/link.h.
 *
 *   host    sends MESSAGES, takes what comes back, sleeps when there is nothing
 *   device  answers each inside its callback, waits there when it has no buffer
 *
 * Proved: no execution ends with somebody asleep (Spin's "invalid end state"),
 * and nobody holds more buffers than there are.  With one of the steps taken
 * out that a lost wake-up would need, Spin finds it:
 *
 *   -DNO_RECHECK    look() does not look again after asking to be rung
 *   -DNO_RECHECK_ROOM  the same in amp_rpmsg_want_room()
 *   -DNO_FENCE_ARM  amp_virtq_*_listen() has no fence
 *   -DNO_FENCE_KICK amp_virtq_*_must_notify() has no fence
 *   -DNO_EARLY_KICK a callback that waits does not tell of the buffers it freed
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
#define NO_INT(r) (2 + (r)) /* avail.flags, by the host */
#define USED(r) (4 + (r)) /* used.idx, by the device */
#define NO_NOTIFY(r) (6 + (r)) /* used.flags, by the device */
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

#ifdef NO_FENCE_ARM
#define fence_arm(side) skip
#else
#define fence_arm(side) fence(side)
#endif
#ifdef NO_FENCE_KICK
#define fence_kick(side) skip
#else
#define fence_kick(side) fence(side)
#endif

/* amp_port_ops.notify(): all stores made before are visible to who is woken. */
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

/* amp_link_kick() with amp_virtq_driver_must_notify() or
   amp_virtq_device_must_notify(): `flag` is the other side's. */
inline kick(side, flag) {
    fence_kick(side);
    if
    :: atomic { seen[flag] == 0 -> notify(side) }
    :: seen[flag] != 0
    fi
}

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

/* amp_virtq_*_ready() at a place where no fence came before: it may be old. */
inline ready_or_old(ready, v, taken) {
    if
    :: ready = seen[v] - taken
    :: ready = 0
    fi
}

/* look(): count_ready(), and if there is nothing, listen(on) and count again.
   `idx` is the other side's index, `flag` ours. */
inline look(side, ready, idx, taken, flag) {
    ready_or_old(ready, idx, taken);
    if
    :: ready == 0 ->
        store(flag, 0); /* amp_virtq_*_listen(on) */
        fence_arm(side);
#ifndef NO_RECHECK
        ready = seen[idx] - taken;
        if
        :: ready > 0 -> store(flag, 1) /* amp_virtq_*_listen(off) */
        :: else
        fi
#endif
    :: else
    fi;
    assert(ready <= N)
}

/* The host: amp_rproc_start() has brought the link up. */
proctype host() {
    byte sent = 0, received = 0;
    byte rx_avail = N, rx_taken = 0; /* link->rx: ring 0 */
    byte tx_avail = 0, tx_taken = 0; /* link->tx: ring 1 */
    byte ready = 0, taken = 0;
    bool wants_room = false, blocked = false;
    do
    :: sent == MESSAGES && received == MESSAGES -> break
    :: else ->
        blocked = false;
        do
        :: sent < MESSAGES && !blocked ->
            /* host_claim() */
            if
            :: tx_avail - tx_taken == N -> /* host_reclaim() */
                ready_or_old(ready, USED(1), tx_taken);
                assert(ready <= N);
                tx_taken = tx_taken + ready
            :: else
            fi;
            if
            :: tx_avail - tx_taken == N -> blocked = true /* -AMP_EAGAIN */
            :: else ->
                if /* claim() */
                :: wants_room -> wants_room = false; store(NO_INT(1), 1)
                :: else
                fi;
                tx_avail++; /* commit(): amp_virtq_driver_give() */
                store(AVAIL(1), tx_avail);
                sent++;
                kick(HOST, NO_NOTIFY(1))
            fi
        :: else -> break
        od;
        /* amp_rpmsg_poll(): take_all() */
        taken = 0;
        store(NO_INT(0), 1);
        do
        :: taken < N ->
            look(HOST, ready, USED(0), rx_taken, NO_INT(0));
            if
            :: ready == 0 -> break
            :: else
            fi;
            do
            :: ready > 0 && taken < N ->
                rx_taken++; /* take(), deliver() */
                received++;
                taken++;
                ready--;
                rx_avail++; /* give_back(): amp_virtq_driver_give() */
                store(AVAIL(0), rx_avail)
            :: else -> break
            od
        :: else -> break
        od;
        if
        :: taken != 0 -> kick(HOST, NO_NOTIFY(0)) /* take_all() */
        :: else ->
            ready = 0;
            if
            :: blocked -> /* amp_rpmsg_want_room() */
                wants_room = true;
                store(NO_INT(1), 0);
                fence_arm(HOST);
#ifndef NO_RECHECK_ROOM
                ready = seen[USED(1)] - tx_taken /* has_room() */
#endif
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
    byte ready = 0, taken = 0, room = 0;
    bool wants_room = false;
    do
    :: answered == MESSAGES -> break
    :: else ->
        /* amp_rpmsg_poll(): take_all() */
        taken = 0;
        store(NO_NOTIFY(1), 1);
        do
        :: taken < N ->
            look(DEVICE, ready, AVAIL(1), rx_taken, NO_NOTIFY(1));
            if
            :: ready == 0 -> break
            :: else
            fi;
            do
            :: ready > 0 && taken < N ->
                rx_taken++; /* take(), deliver() */
                taken++;
                ready--;
                /* The callback: amp_endpoint_send(), and if there is no room
                   amp_rpmsg_want_room() and sleep. */
                do
                :: ready_or_old(room, AVAIL(0), tx_taken); /* device_claim() */
                    assert(room <= N);
                    if
                    :: room > 0 -> break
                    :: else
                    fi;
                    wants_room = true; /* amp_rpmsg_want_room() */
                    store(NO_NOTIFY(0), 0);
                    fence_arm(DEVICE);
#ifndef NO_RECHECK_ROOM
                    room = seen[AVAIL(0)] - tx_taken; /* has_room() */
#endif
                    if
                    :: room == 0 ->
#ifndef NO_EARLY_KICK
                        kick(DEVICE, NO_INT(1));
#endif
                        sleep(DEVICE)
                    :: else
                    fi
                od;
                if /* claim() */
                :: wants_room -> wants_room = false; store(NO_NOTIFY(0), 1)
                :: else
                fi;
                tx_taken++; /* commit(): amp_virtq_device_give() */
                store(USED(0), tx_taken);
                answered++;
                kick(DEVICE, NO_INT(0));
                rx_used++; /* give_back(): amp_virtq_device_give() */
                store(USED(1), rx_used)
            :: else -> break
            od
        :: else -> break
        od;
        if
        :: taken != 0 -> kick(DEVICE, NO_INT(1)) /* take_all() */
        :: answered < MESSAGES && taken == 0 -> sleep(DEVICE)
        fi
    od
}

init {
    atomic {
        seen[AVAIL(0)] = N; /* host_reset_rings(): ring 0 is stocked, and */
        seen[NO_INT(1)] = 1; /* consumed buffers are no news */
        seen[NO_NOTIFY(0)] = 1; /* device_look_at_rings() */
        run host();
        run device()
    }
}
