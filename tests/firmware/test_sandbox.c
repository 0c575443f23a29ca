/*
 * Tries what a core must not be able to do: a message "open", "kill", "ptrace",
 * "mmap", "execve", "socket", "fork" or "write" makes the system call of the
 * machine under the simulation.  Whatever it returns, if it returns, is sent
 * back as text.  "kill" aims at the process that started us: getppid() is
 * tried first, and is as forbidden.
 */
#include "ports/sim/arch/arch.h"
#include "openamp/firmware.h"

FIRMWARE_TABLE;

static struct amp_rpmsg link;
static struct amp_endpoint ept;

struct attempt {
    const char *name;
    long number;
    long arguments[6];
};

#if defined(__x86_64__)
enum {
    OPENAT = 257,
    KILL = 62,
    PTRACE = 101,
    MMAP = 9,
    EXECVE = 59,
    SOCKET = 41,
    CLONE = 56,
    WRITE = 1
};
#else
enum {
    OPENAT = 56,
    KILL = 129,
    PTRACE = 117,
    MMAP = 222,
    EXECVE = 221,
    SOCKET = 198,
    CLONE = 220,
    WRITE = 64
};
#endif

static const char path[] = "/etc/hostname";

static const struct attempt attempts[] = {
    {"open", OPENAT, {-100, (long)path, 0}},
    {"kill", KILL, {-1, 0}}, // signal 0: harmless where nothing stops it
    {"ptrace", PTRACE, {0}}, // PTRACE_TRACEME
    {"mmap", MMAP, {0, 4096, 3, 0x22, -1}},
    {"execve", EXECVE, {(long)path}},
    {"socket", SOCKET, {2, 1}},
    {"fork", CLONE, {0}}, // no signal at its end, never waited for
    {"write", WRITE, {1, (long)path, sizeof(path)}},
};

static void command(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)src;
    for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
        const struct attempt *a = &attempts[i];
        if (firmware_begins_with(data, len, a->name)) {
            amp_remote_trace("test_sandbox: ");
            amp_remote_trace(a->name);
            amp_remote_trace("\n");
            sim_call(a->number, a->arguments[0], a->arguments[1], a->arguments[2], a->arguments[3],
                a->arguments[4], a->arguments[5]);
            amp_remote_trace("test_sandbox: still alive\n");
        }
    }
    amp_endpoint_send(self, "alive", 5);
}

int main(void) {
    amp_rpmsg_init(&link, AMP_DEVICE, amp_remote_port());
    amp_endpoint_create(&link, &ept, "test-sandbox", AMP_ADDR_ANY, AMP_ADDR_ANY, command);
    firmware_link_up(&link, &firmware_table, sizeof(firmware_table));
    firmware_serve(&link);
}
