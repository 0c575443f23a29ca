/*
 * Interrupts for MicroPython's unix port: what a signal handler may do.
 *
 * The doorbell is a signal on the main thread.  Its handler schedules a node,
 * and the scheduler's lists are guarded by the port's atomic sections, which
 * know threads but not signals.  So while this thread is inside an atomic
 * section, or inside the functions of the mutex that guards it, the handler only
 * notes what to schedule, and the end of the section schedules it.  On a
 * microcontroller masking interrupts has the same effect.
 *
 * The same functions also make a thread that collects garbage again and again give way to
 * others that wait for the heap.
 *
 * The functions are put in place by the linker (--wrap, see openamp.mk):
 * MicroPython's tree is not modified.
 */
#include "unix.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "py/mphal.h"

static __thread volatile sig_atomic_t depth; // how many atomic sections this thread is in
static volatile sig_atomic_t node_waits; // schedule the nodes of remotes that have `waits`
static volatile sig_atomic_t kbd_waits; // schedule a KeyboardInterrupt
static mp_sched_callback_t waiting_callback; // the function of those nodes

static void leave(void) {
    if (--depth != 0) {
        return;
    }
    if (node_waits && mp_thread_is_main_thread()) {
        node_waits = 0;
        // One signal may have meant several cores.
        for (unsigned i = 0; i < MICROPY_PY_OPENAMP_CORES; ++i) {
            if (openamp_remotes[i].waits) {
                openamp_remotes[i].waits = false;
                mp_sched_schedule_node(&openamp_remotes[i].node, waiting_callback);
            }
        }
    }
    if (kbd_waits && mp_thread_is_main_thread()) {
        kbd_waits = 0;
        mp_sched_keyboard_interrupt();
    }
}

void openamp_unix_schedule(mp_sched_node_t *node, mp_sched_callback_t callback) {
    if (depth == 0) {
        mp_sched_schedule_node(node, callback);
    } else {
        ((openamp_remote_t *)node)->waits = true; // its first member
        waiting_callback = callback;
        node_waits = 1;
    }
}

// ---- The alarm ----

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

// The signal of the timer.  The doorbell's signals have handlers in ports/sim.
#define ALARM_SIGNAL (SIGRTMIN + 6)

static void alarm_rang(int signal, siginfo_t *info, void *context) {
    int saved = errno;
    (void)signal;
    (void)info;
    openamp_alarm();
    openamp_unix_interrupted(context); // a system call that is about to block must return
    errno = saved;
}

// Create the timer, also again in a child of fork(), which has no copy of it.
static bool make_timer(timer_t *timer) {
    static pid_t owner;
    if (owner != getpid()) {
        // sa_mask is empty: the handler may wait for the mutex of a collecting thread, which
        // needs its own signal handled here.
        struct sigaction action = {.sa_sigaction = alarm_rang, .sa_flags = SA_SIGINFO};
        struct sigevent event;
        memset(&event, 0, sizeof(event));
        event.sigev_notify = SIGEV_THREAD_ID;
        event.sigev_signo = ALARM_SIGNAL;
        event.sigev_notify_thread_id = getpid(); // the main thread
        if (sigaction(ALARM_SIGNAL, &action, NULL) != 0
            || timer_create(CLOCK_MONOTONIC, &event, timer) != 0) {
            return false;
        }
        owner = getpid();
    }
    return true;
}

void openamp_unix_alarm(unsigned long ms) {
    static timer_t timer;
    struct itimerspec when = {
        .it_value = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000}};
    if (make_timer(&timer)) {
        timer_settime(timer, 0, &when, NULL);
    }
}

// ---- Atomic sections ----

#if MICROPY_PY_THREAD

void __real_mp_thread_unix_begin_atomic_section(void);
void __real_mp_thread_unix_end_atomic_section(void);
int __real_pthread_mutex_lock(pthread_mutex_t *mutex);
int __real_pthread_mutex_trylock(pthread_mutex_t *mutex);
int __real_pthread_mutex_unlock(pthread_mutex_t *mutex);

void __wrap_mp_thread_unix_begin_atomic_section(void) {
    ++depth;
    __real_mp_thread_unix_begin_atomic_section();
}

void __wrap_mp_thread_unix_end_atomic_section(void) {
    __real_mp_thread_unix_end_atomic_section();
    leave();
}

// A thread that collects again and again locks the heap's mutex again before the kernel has
// woken a thread that waits for it.  The waiting one would wait for ever: each collection
// wakes it (for the scan of its stack), and it finds the heap locked.  So a thread that waits
// for the heap holds this mutex, and a collection begins only when none holds it.
static pthread_mutex_t heap_queue = PTHREAD_MUTEX_INITIALIZER;

static int lock(pthread_mutex_t *mutex) {
    int result = __real_pthread_mutex_trylock(mutex);
    if (result != EBUSY) {
        return result;
    }
    if (mutex != &MP_STATE_MEM(gc_mutex) || !openamp_unix_is_active()) {
        return __real_pthread_mutex_lock(mutex);
    }
    __real_pthread_mutex_lock(&heap_queue);
    result = __real_pthread_mutex_lock(mutex);
    __real_pthread_mutex_unlock(&heap_queue);
    return result;
}

void __real_gc_collect(void);
void __wrap_gc_collect(void);
void __wrap_gc_collect(void) {
    // In a finaliser this thread has the heap locked already.
    if (openamp_unix_is_active() && MP_STATE_THREAD(gc_lock_depth) == 0) {
        ++depth;
        __real_pthread_mutex_lock(&heap_queue);
        __real_pthread_mutex_unlock(&heap_queue);
        leave();
    }
    __real_gc_collect();
}

// The port also locks the mutex of the atomic sections outside of them, and a signal handler
// must not lock a mutex while the function that it interrupted is locking the same one.
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex) {
    ++depth;
    int result = lock(mutex);
    leave();
    return result;
}

int __wrap_pthread_mutex_trylock(pthread_mutex_t *mutex) {
    ++depth;
    int result = __real_pthread_mutex_trylock(mutex);
    leave();
    return result;
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex) {
    ++depth;
    int result = __real_pthread_mutex_unlock(mutex);
    leave();
    return result;
}

// A thread that collects garbage waits here until another thread has scanned its own stack,
// but does not check the result.  A doorbell's signal would end the wait early, and the
// collection would free memory that the other stack refers to, as would every later one.
int __real_sem_wait(sem_t *sem);
int __wrap_sem_wait(sem_t *sem) {
    int result;
    do {
        result = __real_sem_wait(sem);
    } while (result != 0 && errno == EINTR);
    return result;
}

#else

void openamp_unix_begin_atomic(void) {
    ++depth;
}

void openamp_unix_end_atomic(void) {
    leave();
}

#endif

// ---- Ctrl-C ----

// The standard variant of the unix port raises KeyboardInterrupt in the signal handler, with
// a jump out of whatever was running, also out of half-updated virtqueues.  Once this module
// is used, the exception is scheduled, and raised at the next safe point, as on every other
// port.  If a second Ctrl-C comes before the first was raised, the port's own handler is
// called, unless a call into core/ is under way.

volatile unsigned char openamp_unix_inside;
bool openamp_unix_in_program = true; // with -m the port tells neither its start nor its end
static void (*stock_handler)(int signal); // the port's own
static pthread_t main_thread; // the thread that handles Ctrl-C

// In the main thread.
static void schedule_interrupt(int signal) {
    bool first = MP_STATE_MAIN_THREAD(mp_pending_exception) == MP_OBJ_NULL;
    if (depth != 0) {
        kbd_waits = 1;
    } else if (first || openamp_unix_inside != 0 || !openamp_unix_in_program) {
        mp_sched_keyboard_interrupt();
    } else {
        stock_handler(signal);
    }
}

static void interrupted(int signal, siginfo_t *info, void *context) {
    (void)info;
    if (!openamp_unix_is_active()) {
        stock_handler(signal);
    } else if (mp_thread_is_main_thread()) {
        schedule_interrupt(signal);
        openamp_unix_interrupted(context);
    } else {
        pthread_kill(main_thread, signal); // the kernel chose another thread
    }
}

void __real_mp_hal_set_interrupt_char(char c);

// The port calls this when a program begins, to install its handler, and when it ends, to
// remove it.  The handler stays in between programs, too: callbacks run there, and without it
// Ctrl-C would end the interpreter.
void __wrap_mp_hal_set_interrupt_char(char c) {
    openamp_unix_in_program = c == CHAR_CTRL_C;
    if (!openamp_unix_in_program && openamp_unix_is_active()) {
        return;
    }
    __real_mp_hal_set_interrupt_char(c);
    main_thread = pthread_self();
    struct sigaction action;
    sigaction(SIGINT, NULL, &action);
    if (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN) {
        stock_handler = action.sa_handler;
        action.sa_flags |= SA_SIGINFO;
        action.sa_sigaction = interrupted;
        sigaction(SIGINT, &action, NULL);
    }
}

// ---- The first use of the module ----

#if MICROPY_PY_THREAD
// A thread that collects garbage locks the mutex, sends a signal to the others, whose
// handlers scan their stacks, and waits for that.  No other handler may interrupt these
// handlers, because it might wait for the mutex.
static void set_up_collector(void) {
    enum { GC_SIGNAL_AFTER = 5 }; // mpthreadport.c
    struct sigaction action;
    sigaction(SIGRTMIN + GC_SIGNAL_AFTER, NULL, &action);
    sigfillset(&action.sa_mask);
    sigaction(SIGRTMIN + GC_SIGNAL_AFTER, &action, NULL);
}
#endif

void openamp_unix_begin(void) {
    // The port's own handler may have jumped out of an atomic section before.
    depth = 0;
    main_thread = pthread_self();
#if MICROPY_PY_THREAD
    set_up_collector();
#endif
    openamp_unix_begin_platform();
}
