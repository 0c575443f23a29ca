/*
 * A port that compiles and does nothing: the host half.
 *
 * Copy the folder, and replace the body of each function.  The contract of
 * each operation is in include/openamp/port.h; docs/PORTING.md explains a port
 * in the order in which its parts can be tried.  A port includes
 * include/openamp, ports/common, and its own registers or operating system, and nothing
 * else of this project.
 */
#include "board.h"
#include "openamp/error.h"
#include "openamp/port.h"

// What the operations need to know of one remote core.  A board with several
// remote cores has one of these for each, and one set of operations.
struct template_core {
    struct amp_port port;
    amp_doorbell_cb doorbell_cb;
    void *arg;
};

// ---- Doorbell ----

// Kick the core: usually one store to a mailbox or semaphore register.  A data memory
// barrier comes before it, if a register write can overtake the stores to the vring.
static void kick(void *ctx, uint32_t notify_id) {
    (void)ctx;
    (void)notify_id;
}

// The handler of the doorbell's interrupt.  Acknowledge at the source first, then call the
// callback: so a kick that comes after the acknowledgement raises the interrupt again.
// (A port whose handler cannot acknowledge has the operation doorbell_ack.)
void template_interrupt(struct template_core *core);
void template_interrupt(struct template_core *core) {
    if (core->doorbell_cb != NULL) {
        core->doorbell_cb(core->arg);
    }
}

// The interrupt must not see the new callback with the old argument.
static void set_doorbell_cb(void *ctx, amp_doorbell_cb callback, void *arg) {
    struct template_core *core = ctx;
    core->doorbell_cb = NULL;
    core->arg = arg;
    core->doorbell_cb = callback;
}

// ---- Memory ----

// The memory that the remote core can reach, at the addresses that it uses.  Leave out
// what belongs to the host, because images are loaded into every LOAD window.
static const struct amp_window windows[] = {
    {.da = AMP_TEMPLATE_CODE_DA, // and the data behind it
        .len = AMP_TEMPLATE_CODE_LEN + AMP_TEMPLATE_DATA_LEN,
        .flags = AMP_WINDOW_LOAD | AMP_WINDOW_RUN},
    {.da = AMP_TEMPLATE_SHARED_DA,
        .len = AMP_TEMPLATE_SHARED_LEN,
        .flags = AMP_WINDOW_LOAD | AMP_WINDOW_SHARED},
    // Firmware is in the flash already (RemoteProc(address)), so nothing is loaded there.
    {.da = AMP_TEMPLATE_FLASH_DA, .len = AMP_TEMPLATE_FLASH_LEN, .flags = AMP_WINDOW_RUN},
};

// From a device address to a local pointer: one comparison for each window, written so
// that no sum can wrap.  Where both cores use the same addresses, the pointer is the
// address.
static void *map(void *ctx, amp_da_t da, size_t len) {
    (void)ctx;
    (void)da;
    (void)len;
    return NULL;
}

// A port whose shared memory is cached, and not coherent, has two more operations,
// cache_clean and cache_invalidate.  Uncached memory is the better choice.

// ---- Life of the core ----

// Switch clock and power on, with the core still in reset.
static int core_prepare(void *ctx, bool load) {
    (void)ctx;
    (void)load;
    return -AMP_EIO;
}

// Set the boot address, release the reset.
static int core_start(void *ctx, amp_da_t entry) {
    (void)ctx;
    (void)entry;
    return -AMP_EIO;
}

// Put the core into reset.  Return only when it has stopped writing to memory.
static int core_stop(void *ctx) {
    (void)ctx;
    return 0;
}

// Called at every poll, so it should cost little: read one register, or a flag that an
// interrupt (lockup, watchdog) has set.  It changes nothing.
static enum amp_core_state core_state(void *ctx, const char **reason) {
    (void)ctx;
    (void)reason;
    return AMP_CORE_STOPPED;
}

static void core_release(void *ctx) {
    (void)ctx;
}

static const struct amp_port_ops ops = {
    .kick = kick,
    .map = map,
    .set_doorbell_cb = set_doorbell_cb,
    .core_prepare = core_prepare,
    .core_start = core_start,
    .core_stop = core_stop,
    .core_state = core_state,
    .core_release = core_release,
};

// ---- The port ----

// For firmware without a resource table.  The remote half has the same table_da.
static const struct amp_default_table default_table = {
    .table_da = 0x20000000,
    .vring_da = {0x20001000, 0x20002000},
    .vring_align = 32,
    .vring_num = 16,
};

static struct template_core cores[1];

const struct amp_port *amp_platform_port(unsigned index) {
    if (index >= sizeof(cores) / sizeof(cores[0])) {
        return NULL;
    }
    struct template_core *core = &cores[index];
    if (core->port.ops == NULL) {
        // Here, once: set up interrupt controller, memory protection, clock of the mailbox.
        core->port = (struct amp_port){
            .ops = &ops,
            .ctx = core,
            .windows = windows,
            .window_count = sizeof(windows) / sizeof(windows[0]),
            .shared_da = 0x20004000,
            .shared_len = 0xC000,
            .buffer_size = {512, 512},
            .elf_machine = AMP_EM_ARM,
            .default_table = &default_table,
        };
    }
    return &core->port;
}
