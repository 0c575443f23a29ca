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
// `status` and write `check`, `told`, `taken`; everything else belongs to the main
// thread.
struct sim_core {
    struct amp_port port;
    unsigned index;
    bool powered; // has its memory
    int memory; // the board's memory file
    uint8_t *va[AMP_SIM_WINDOWS]; // where each window is mapped here
    volatile struct amp_sim_mailbox *mailbox;
    enum amp_core_state state;
    volatile pid_t pid; // 0: no process
    pid_t sender; // the process that kicks us, or did so last
    int pidfd; // the process as a file, while there is one; -1: the system has no such files
    int status; // our end of the status pipe, while there is a process
    char reason[48];
    volatile amp_doorbell_cb doorbell_cb;
    void *volatile arg;
    volatile sig_atomic_t check; // the core may be dead
    volatile sig_atomic_t told; // doorbell_cb was called for the bits in the mailbox
    volatile sig_atomic_t taken; // bits were acknowledged for which it was not called yet
};

extern struct sim_core sim_cores[AMP_SIM_CORES];
extern struct sim_core *sim_cores_end; // behind the last core whose port was asked for

// host.c
// Set bits of the mailbox, and wake the core if it sleeps.
void sim_wake_core(struct sim_core *core, uint32_t bits);
// Have all ports' doorbells, in both directions, go through host_fault.c.
void sim_set_faulty(bool faulty);

// host_fault.c
void sim_fault_interrupt(void);
void sim_fault_kick(void *ctx, uint32_t notify_id);
bool sim_fault_is_on(void);
bool sim_fault_is_timer(const siginfo_t *info);
int sim_fault_environment(void);
void sim_fault_core_began(const struct sim_core *core);
void sim_fault_begin_anew(void); // in a child of fork()

// host_memory.c
// The same file under a number that is not one of the program's standard
// streams, which a program that was started without them leaves free.
int sim_above_stdio(int fd);
// What errno says of a call that opens a file: as our error, and as the core's reason.
int sim_file_error(struct sim_core *core);

// host_life.c
int sim_core_start(void *ctx, amp_da_t entry);
int sim_core_stop(void *ctx);
enum amp_core_state sim_core_state(void *ctx, const char **reason);
bool sim_core_registers(void *ctx, void *registers, size_t len);
// Is the process dead, however it died?  Also in a signal's handler.
bool sim_has_ended(const struct sim_core *core);

// host_process.c
// Once, before there is a core.  0, or -1.
int sim_process_set_up(void);
// In a child of fork() the cores are not ours.
void sim_process_check_owner(void);
// Around the launch of a core: other threads do not fork meanwhile.
void sim_process_launch(bool begins);
void sim_process_adopt(struct sim_core *core, pid_t pid);
// False: there is none.  Also in a signal's handler.
bool sim_process_signal(const struct sim_core *core, int number);
void sim_process_end(struct sim_core *core);

// host_signal.c
void sim_signal_install(void);
void sim_signal_set_faulty(bool faulty);
// The signals whose handlers call the doorbell callbacks.
void sim_signal_set(sigset_t *set);
// Call the doorbell callback of this core.
void sim_signal_deliver(struct sim_core *core);
// The same from outside of a handler.
void sim_signal_as_if(struct sim_core *core);
void sim_set_doorbell_cb(void *ctx, amp_doorbell_cb callback, void *arg);
void sim_doorbell_ack(void *ctx);
// Have the kernel signal us when the other end of `status` is gone.
int sim_signal_on_death(int status);

// host_memory.c
int sim_core_prepare(void *ctx, bool load);
// In a child of fork(): have memory of our own there, and no power.
void sim_memory_leave(struct sim_core *core);
void sim_core_release(void *ctx);
void *sim_map(void *ctx, amp_da_t da, size_t len);

// runner_blob.c
extern const uint8_t sim_runner[];
extern const uint64_t sim_runner_len;

#endif // AMP_SIM_HOST_H
