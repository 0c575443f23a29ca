/* What the files of the host half share. */
#ifndef AMP_EMU_HOST_H
#define AMP_EMU_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "openamp/port.h"

#include "board.h"
#include "emu.h"
#include "rv32.h"

enum { EMU_FLASH, EMU_CODE, EMU_DATA, EMU_SHARED, EMU_WINDOWS };

struct emu_core {
    struct amp_port port;
    struct rv32 cpu;
    void *block; // the heap block of all windows
    uint8_t *va[EMU_WINDOWS]; // where each window is in it
    bool powered; // its memory is in use
    enum amp_core_state state;
    char reason[96];
    uint64_t dies_at; // after this many instructions, if not 0
    bool frozen;
    bool had_kick; // by the host, since firmware last waited
    bool waits; // inside AMP_EMU_WAIT
    uint64_t wake_us; // when a wait ends, or AMP_EMU_ASLEEP
    amp_doorbell_cb doorbell_cb;
    void *arg;
    uint32_t kicks_to_core;
    uint32_t kicks_to_host;
    uint32_t lost;
    unsigned lose_to_core; // how many of the next kicks will be lost
    unsigned lose_to_host;
};

extern struct emu_core emu_cores[AMP_EMU_CORES];

// host_memory.c
int emu_core_prepare(void *ctx, bool load);
void emu_core_release(void *ctx);
void *emu_map(void *ctx, amp_da_t da, size_t len);
void emu_set_windows(struct emu_core *core);

// host_life.c
void emu_kick(void *ctx, uint32_t notify_id);
void emu_set_doorbell_cb(void *ctx, amp_doorbell_cb callback, void *arg);
int emu_core_start(void *ctx, amp_da_t entry);
int emu_core_stop(void *ctx);
enum amp_core_state emu_core_state(void *ctx, const char **reason);
bool emu_core_registers(void *ctx, void *registers, size_t len);
void emu_call_doorbell_cb(struct emu_core *core);
// End the run of the core and note the reason: a fault of the processor, its own machine
// call, or amp_emu_kill().
void emu_core_faulted(struct emu_core *core);
void emu_core_exited(struct emu_core *core, int code);
void emu_core_killed(struct emu_core *core);

// host_run.c
uint64_t emu_now_us(void);
void emu_note_step(const struct emu_core *core, bool by_host, enum amp_emu_act act,
    uint32_t address, uint32_t len);

#endif // AMP_EMU_HOST_H
