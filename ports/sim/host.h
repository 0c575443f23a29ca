/* What the files of the host half share. */
#ifndef AMP_SIM_HOST_H
#define AMP_SIM_HOST_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "openamp/port.h"

#include "board.h"

// One remote core.  The signal handlers read `doorbell_cb`, `arg`, `pid`, `sender`,
// `status` and write `may_have_died`, `called`, `acked`; everything else belongs to the main
// thread.
struct sim_core {
    struct amp_port port;
    unsigned index;
    bool powered; // its memory is there
    int memory; // the board's memory file
    uint8_t *va[AMP_SIM_WINDOWS]; // where each window is mapped in this process
    volatile struct amp_sim_mailbox *mailbox;
    enum amp_core_state state;
    volatile pid_t pid; // 0: no process
    pid_t sender; // the process that kicks us, or the last one that did
    int pidfd; // the process as a file, while there is one; -1: the system has no pidfds
    int status; // the host's end of the status pipe, while there is a process
    char reason[48];
    volatile amp_doorbell_cb doorbell_cb;
    void *volatile arg;
    volatile sig_atomic_t may_have_died; // the core may be dead
    volatile sig_atomic_t called; // doorbell_cb was called for the bits in the mailbox
    volatile sig_atomic_t acked; // acknowledged bits for which it was not called yet
};

extern struct sim_core sim_cores[AMP_SIM_CORES];
extern struct sim_core *sim_cores_end; // behind the last core whose port was asked for

// host.c
// Set bits of the mailbox, and wake the core if it sleeps.
void sim_wake_core(struct sim_core *core, uint32_t bits);
// Pass the doorbells of all cores, in both directions, through host_fault.c, or no longer.
void sim_set_faulty(bool faulty);

// host_fault.c
void sim_fault_interrupt(void);
void sim_fault_kick(void *ctx, uint32_t notify_id);
bool sim_fault_is_on(void);
bool sim_fault_is_timer(const siginfo_t *info);
int sim_fault_environment(void);
void sim_fault_core_began(const struct sim_core *core);
void sim_fault_forget(void); // in a child of fork()

// host_memory.c
// Move a file to a number above those of the standard streams.  (A program that was started
// without standard streams has these numbers free.)
int sim_above_stdio(int fd);
// Return the error for errno after a call that opens a file, and set the core's reason.
int sim_file_error(struct sim_core *core);

// host_life.c
int sim_core_start(void *ctx, amp_da_t entry);
int sim_core_stop(void *ctx);
enum amp_core_state sim_core_state(void *ctx, const char **reason);
bool sim_core_registers(void *ctx, void *registers, size_t len);
// Is the process dead, whatever killed it?  May be called in a signal handler.
bool sim_has_ended(const struct sim_core *core);

// host_process.c
// Prepare for fork() and exit(), once, before there is a core.  0, or -1.
int sim_process_set_up(void);
// If this process is a child of fork(), forget the cores: they are the parent's.
void sim_process_check_owner(void);
// Call before and after the launch of a core, so that other threads do not fork meanwhile.
void sim_process_launch(bool begins);
// `pid` is the core's process from now on.
void sim_process_adopt(struct sim_core *core, pid_t pid);
// False: there is no process.  May be called in a signal handler.
bool sim_process_signal(const struct sim_core *core, int number);
// Kill the process if it lives, and set the core's state and reason.
void sim_process_end(struct sim_core *core);

// host_signal.c
void sim_signal_install(void);
void sim_signal_set_faulty(bool faulty);
// The signals whose handlers call the doorbell callbacks.
void sim_signal_set(sigset_t *set);
// Call the doorbell callback of this core.
void sim_signal_deliver(struct sim_core *core);
// The same outside of a handler: with the signals blocked meanwhile.
void sim_signal_deliver_blocked(struct sim_core *core);
void sim_set_doorbell_cb(void *ctx, amp_doorbell_cb callback, void *arg);
void sim_doorbell_ack(void *ctx);
// Have the kernel signal us when the other end of `status` is gone.
int sim_signal_on_death(int status);

// host_memory.c
int sim_core_prepare(void *ctx, bool load);
// In a child of fork(): replace the board's memory by private memory, with the power off.
void sim_memory_forget(struct sim_core *core);
void sim_core_release(void *ctx);
void *sim_map(void *ctx, amp_da_t da, size_t len);

// runner_blob.c
extern const uint8_t sim_runner[];
extern const uint64_t sim_runner_len;

#endif // AMP_SIM_HOST_H
