/*
 * The remotes: the other cores, and the way from their doorbells to Python.
 *
 * The doorbell's interrupt schedules the node of its remote.  MicroPython's scheduler calls
 * the node's function, run(), where callbacks may run, and that polls the bus, which calls
 * the endpoints.
 */
#include "endpoint.h"

#include "py/mphal.h"

openamp_remote_t openamp_remotes[MICROPY_PY_OPENAMP_CORES];

#if OPENAMP_THREADS
// Without a lock around the interpreter, two threads could be in this module at once.
void openamp_check_thread(void) {
    if (!OPENAMP_IS_MAIN_THREAD()) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("openamp is for the main thread"));
    }
}
#endif

#if !MICROPY_PY_OPENAMP_STATIC_BUS
void openamp_raise_explained(openamp_remote_t *remote, int error) {
    const char *sentence = OPENAMP_BUS(remote, explain);
    if (sentence != NULL) {
        openamp_raise(-error, MP_ERROR_TEXT("%s"), sentence);
    }
}
#endif

// ---- From the doorbell to the poll ----

static void run(mp_sched_node_t *self);

#if MICROPY_PY_OPENAMP_HOST
int openamp_remote_shutdown(openamp_remote_t *remote) {
    // RemoteProc.shutdown() has stopped the core before.  So if it still runs here, its
    // RemoteProc was collected.
    bool runs = OPENAMP_BUS(remote, state) == AMP_RPROC_RUNNING;
#if MICROPY_PY_OPENAMP_STATIC_BUS
    if (runs) {
        openamp_lost(remote);
    }
#endif
    int error = OPENAMP_UNINTERRUPTED(OPENAMP_BUS(remote, shutdown));
#if !MICROPY_PY_OPENAMP_STATIC_BUS
    if (runs && OPENAMP_BUS(remote, state) != AMP_RPROC_RUNNING) { // else it is another program's
        openamp_lost(remote);
    }
#endif
    if (OPENAMP_THREADS) {
        remote->orphan = false;
    }
    if (error == 0) {
        openamp_changed(remote);
        openamp_endpoints_close_bound(remote);
        openamp_loaded(remote); // its memory may be powered off
        OPENAMP_RUN_OF(remote)->service_callback = MP_OBJ_NULL;
    }
    return error;
}
#endif

// Poll the bus; returns the result of its poll().  The caller has locked the scheduler.
OPENAMP_PER_CALLER int poll(openamp_remote_t *remote) {
    remote->poll_due = false;
#if MICROPY_PY_OPENAMP_HOST
    if (OPENAMP_THREADS && remote->orphan) {
        openamp_remote_shutdown(remote);
    }
#endif
#if MICROPY_PY_OPENAMP_RECEIVE
    if (remote->gathers) {
        openamp_flush_all(remote);
    }
#endif
    int result = OPENAMP_UNINTERRUPTED(OPENAMP_BUS(remote, poll));
    openamp_look_at_changes(remote);
    openamp_raise_caught();
    return result;
}

static bool again_scheduled; // run_again() is in the scheduler's queue

// Poll every remote that has the mark `again`, once.
static mp_obj_t run_again(mp_obj_t arg) {
    (void)arg;
    again_scheduled = false;
    for (unsigned i = 0; i < MICROPY_PY_OPENAMP_CORES; ++i) {
        if (openamp_remotes[i].again) {
            openamp_remotes[i].again = false;
            openamp_report(&openamp_remotes[i]);
            if (openamp_has_handlers(&openamp_remotes[i])) {
                openamp_run_handlers(&openamp_remotes[i]);
            }
            openamp_raise_caught();
            run(&openamp_remotes[i].node);
        }
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(run_again_obj, run_again);

// Schedule run_again(), so that the program goes on for a while before the next poll.  If the
// program's own functions fill the scheduler's queue, run_again() takes the place of the
// oldest of them, which is called now.  (That one cannot be run_again() itself, which is in
// the queue once at most.)
static void schedule_again(openamp_remote_t *remote) {
    remote->again = true;
    if (again_scheduled) {
        return;
    }
    again_scheduled = true;
    if (mp_sched_schedule(MP_OBJ_FROM_PTR(&run_again_obj), mp_const_none)) {
        return;
    }
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    mp_sched_item_t *oldest = &MP_STATE_VM(sched_queue)[MP_STATE_VM(sched_idx)];
    mp_sched_item_t item = *oldest;
    oldest->func = MP_OBJ_FROM_PTR(&run_again_obj);
    oldest->arg = mp_const_none;
    MICROPY_END_ATOMIC_SECTION(state);
    mp_call_function_1_protected(item.func, item.arg);
}

// The function of a remote's node in the scheduler.
static void run(mp_sched_node_t *self) {
    openamp_remote_t *remote = (void *)self; // its first member
    if (!remote->open) {
        return; // the node was scheduled before a soft reset
    }
    if (MP_STATE_THREAD(mp_pending_exception) != MP_OBJ_NULL) {
        schedule_again(remote); // the program must take it first, or it ends a callback
        return;
    }
    remote->running = true;
    int more = poll(remote);
    remote->running = false;
    MICROPY_PY_OPENAMP_POLLED();
#ifdef MICROPY_PY_OPENAMP_ALARM
    if (remote->announces) {
        openamp_announces(remote);
    }
#endif
#if MICROPY_PY_OPENAMP_VISIBLE
    // It is enough to look here: if another poll received the announcement, its doorbell has
    // scheduled this node, too.
    if (remote->stats->services_forgotten != remote->forgotten) {
        remote->forgotten = remote->stats->services_forgotten;
        openamp_happened(remote, OPENAMP_EVENT_FORGOTTEN);
    }
    if (more == 0 && !(remote->poll_due | remote->events | openamp_has_handlers(remote))) {
        return; // nothing is due until the doorbell rings again
    }
    openamp_polled(remote, more);
#else
    if (more <= 0 && !(remote->poll_due | openamp_has_handlers(remote))) {
        return; // nothing is due until the doorbell rings again
    }
#endif
    // More may be due.  The node must not be scheduled from here: the scheduler runs nodes
    // until there are none, so the program would not run for as long as the peer floods.
    // After a scheduled Python function, however, the program and every other core have a
    // turn.
    schedule_again(remote);
}

void openamp_doorbell(void *arg) {
    openamp_remote_t *remote = arg;
    remote->poll_due = true;
    if (!remote->running) {
        MICROPY_PY_OPENAMP_SCHEDULE(&remote->node, run);
    }
}

#ifdef MICROPY_PY_OPENAMP_ALARM

static volatile bool alarm_is_set;
static mp_uint_t alarm_at;

void openamp_announces(openamp_remote_t *remote) {
    bool is_up = OPENAMP_BUS(remote, is_up);
    uint32_t ms = OPENAMP_BUS(remote, message_timeout, remote->woken ? remote->slept : 0);
    remote->woken = false;
    remote->announces = !is_up || ms != AMP_FOREVER; // without a session: look in the next one
    if (!is_up || ms == AMP_FOREVER) {
        return;
    }
    if (ms == 0) {
        openamp_doorbell(remote); // there is room
        return;
    }
    remote->slept = ms;
    remote->asleep = true;
    mp_uint_t now = mp_hal_ticks_ms();
    if (!alarm_is_set || (mp_int_t)(alarm_at - now) > (mp_int_t)ms) {
        alarm_is_set = true; // otherwise the alarm is set already, for an earlier time
        alarm_at = now + ms;
        MICROPY_PY_OPENAMP_ALARM(ms);
    }
}

void openamp_alarm(void) {
    alarm_is_set = false;
    for (unsigned i = 0; i < MICROPY_PY_OPENAMP_CORES; ++i) {
        openamp_remote_t *remote = &openamp_remotes[i];
        if (remote->asleep) {
            remote->asleep = false;
            remote->woken = true;
            openamp_doorbell(remote);
        }
    }
}

#endif

void openamp_poll(openamp_remote_t *remote) {
    // The scheduler is locked while callbacks run, as it is for scheduled functions.
    mp_sched_lock();
    openamp_polled(remote, poll(remote));
    mp_sched_unlock();
}

// ---- Beginning and end ----

static void end_remote(openamp_remote_t *remote) {
    OPENAMP_BUS(remote, close);
    // A device withdraws its endpoints.  A host sends nothing, as the core was stopped.
    openamp_endpoint_obj_t *ept = OPENAMP_RUN_OF(remote)->endpoints;
    for (; ept != NULL; ept = ept->next) {
#if MICROPY_PY_OPENAMP_RECEIVE
        openamp_queue_close(ept);
#endif
        if (OPENAMP_OPS(remote)->destroy(&ept->ept) != 0) {
            OPENAMP_OPS(remote)->abandon(&ept->ept); // no room for its withdrawal
        }
    }
    OPENAMP_BUS(remote, set_events, NULL);
    OPENAMP_BUS(remote, set_buckets, NULL, 0);
    remote->open = false;
    remote->refused = false;
    remote->again = false;
#if MICROPY_PY_OPENAMP_VISIBLE
    remote->events = remote->deferred = 0;
#endif
    remote->owner = NULL;
    remote->endpoint_count = 0;
}

// At the end of this run of the interpreter: end the remotes and drop all references to the
// heap.
static void end(mp_obj_t self, qstr attr, mp_obj_t *dest) {
    (void)self;
    (void)attr;
    (void)dest;
    for (unsigned i = 0; i < MICROPY_PY_OPENAMP_CORES; ++i) {
        if (openamp_remotes[i].open) {
            end_remote(&openamp_remotes[i]);
        }
    }
    OPENAMP_RUN() = NULL;
}

// C variables and root pointers outlive a soft reset, so the module must notice one.  At the
// end of a run of the interpreter every port sweeps the whole heap, which looks up __del__ in
// this object: that calls end().  Nothing else ever looks up an attribute of it.  All other
// objects are still in place then, even those whose finaliser has run.
// clang-format off
static MP_DEFINE_CONST_OBJ_TYPE(
    run_type, MP_QSTR_openamp, MP_TYPE_FLAG_NONE,
    attr, end
    );
// clang-format on

// Open the bus to a core that exists: 0, or a negative error.
static int open_remote(openamp_remote_t *remote) {
    if (remote->open) {
        return 0;
    }
    remote->bus = amp_platform_bus(openamp_core_number(remote));
    int error = remote->bus == NULL ? -AMP_ENODEV : OPENAMP_BUS(remote, open);
    if (error != 0) {
        return error;
    }
    remote->bus->user = remote;
    remote->stats = OPENAMP_BUS(remote, stats);
    remote->forgotten = remote->stats->services_forgotten;
    remote->bucket_count = AMP_CONFIG_BUCKETS;
#if MICROPY_PY_OPENAMP_RECEIVE
    remote->handlers = remote->gathers = false;
    remote->pool_count = 0;
    remote->pool_free = OPENAMP_NO_ENTRY;
    remote->kept = remote->unread = 0;
    remote->changes = remote->stats->changes;
    remote->left = NULL;
#endif
#ifdef MICROPY_PY_OPENAMP_ALARM
    remote->announces = true;
    remote->asleep = remote->woken = false;
#endif
    remote->open = true;
    openamp_set_events(remote);
    OPENAMP_BUS(remote, set_doorbell_cb, openamp_doorbell, remote);
    return 0;
}

static openamp_remote_t *get_core(unsigned core) {
    openamp_remote_t *remote = &openamp_remotes[core];
    int error = open_remote(remote);
    if (error == -AMP_ENODEV) {
        openamp_raise(AMP_ENODEV, MP_ERROR_TEXT("no core %d"), (int)core);
    }
    if (error != 0) {
#if MICROPY_PY_OPENAMP_HOST
        const char *reason = OPENAMP_BUS(remote, reason);
        openamp_raise(-error, MP_ERROR_TEXT("core %d: %s"), (int)core,
            reason != NULL ? reason : "cannot be opened");
#else
        mp_raise_OSError(-error);
#endif
    }
    return remote;
}

openamp_remote_t *openamp_get_remote(mp_obj_t arg, openamp_remote_t *otherwise) {
    if (arg == mp_const_none) {
        return otherwise;
    }
#if MICROPY_PY_OPENAMP_HOST
    openamp_remote_t *remote = openamp_remoteproc_remote(arg);
    if (remote != NULL) {
        return remote;
    }
#endif
    // The int may be a long one.
    mp_int_t core = mp_obj_is_int(arg) ? mp_obj_get_int_truncated(arg) : mp_obj_get_int(arg);
    if (core < 0 || core >= MICROPY_PY_OPENAMP_CORES
        || !mp_obj_equal(MP_OBJ_NEW_SMALL_INT(core), arg)) {
        openamp_raise(AMP_ENODEV, MP_ERROR_TEXT("no such core: they are 0 to %d"),
            MICROPY_PY_OPENAMP_CORES - 1);
    }
    return get_core((unsigned)core);
}

mp_obj_t openamp_init(void) {
    openamp_check_thread();
    for (unsigned i = 0; i < MICROPY_PY_OPENAMP_CORES; ++i) {
        openamp_report_deferred(&openamp_remotes[i]);
    }
    if (OPENAMP_RUN() == NULL) {
        openamp_run_t *run = mp_obj_malloc_with_finaliser(openamp_run_t, &run_type);
        *run = (openamp_run_t){.base = run->base, .service_callback = mp_const_none};
        MICROPY_PY_OPENAMP_BEGIN();
        OPENAMP_RUN() = run;
        openamp_announcing = openamp_remotes;
        again_scheduled = false;
    }
    get_core(0); // try again if an earlier import failed
    return mp_const_none;
}

MP_REGISTER_ROOT_POINTER(struct _openamp_run_t *openamp_run);
