/*
 * The remote core of the rig: the sim port executes the firmware, and this process gives
 * its memory and its doorbells to QEMU, as the server of an ivshmem-doorbell device.
 *
 *     board SOCKET IMAGE
 *
 * IMAGE is what RIG_BOOT starts.  Ends when QEMU does.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/elf.h"
#include "driver/rig.h"
#include "openamp/platform.h"
#include "ports/sim/host.h"

static const struct amp_port *port;
static struct sim_core *core;
static const char *boot_image;
static int to_board[RIG_DOORBELLS]; // QEMU writes these
static int to_kernel[RIG_DOORBELLS]; // we write these
static bool runs;

static void fail(const char *what) {
    fprintf(stderr, "board: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void ring_kernel(int doorbell) {
    uint64_t one = 1;
    if (write(to_kernel[doorbell], &one, sizeof(one)) != sizeof(one)) {
        fail("eventfd");
    }
}

// ---- Commands ----

static int read_image(void *ctx, size_t offset, void *buffer, size_t len) {
    ssize_t got = pread(*(int *)ctx, buffer, len, (off_t)offset);
    return got == (ssize_t)len ? 0 : -AMP_EIO;
}

static uint64_t image_size(int file) {
    struct stat status;
    return fstat(file, &status) == 0 ? (uint64_t)status.st_size : 0;
}

static int boot(volatile struct rig_control *control, int file) {
    struct amp_image image = {.read = read_image, .ctx = &file, .size = image_size(file)};
    struct amp_elf elf = {.image = &image, .check = {.port = port}};
    int error = port->ops->core_prepare(core, true);
    if (error == 0) {
        error = amp_elf_check(&elf);
    }
    if (error == 0) {
        error = amp_elf_load(&elf);
    }
    if (error != 0) {
        return error;
    }
    control->table_da = (unsigned)elf.table_da;
    return port->ops->core_start(core, elf.entry);
}

static int boot_file(volatile struct rig_control *control) {
    int file = open(boot_image, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        fail(boot_image);
    }
    int error = boot(control, file);
    close(file);
    return error;
}

// Until the core sleeps, which it tells nobody.  What it still does to the rings of a
// session that the host has left must not reach into the next one; on a chip the mailbox
// waits for the core to acknowledge.
static void settle(void) {
    const volatile struct amp_sim_mailbox *box = core->mailbox;
    while (!sim_has_ended(core)
        && (__atomic_load_n(&box->to_core, __ATOMIC_SEQ_CST) != 0
            || !__atomic_load_n(&box->core_sleeps, __ATOMIC_SEQ_CST))) {
        poll(NULL, 0, 1);
    }
}

static int obeyed(volatile struct rig_control *control) {
    switch (control->command) {
        case RIG_START:
            return port->ops->core_start(core, control->entry);
        case RIG_STOP:
            return port->ops->core_stop(core);
        case RIG_BOOT:
            return boot_file(control);
        case RIG_DETACH:
            port->ops->kick(core, 0); // a doorbell like the rings'
            settle();
            return 0;
        case RIG_SETTLE:
            settle();
            return 0;
        default:
            return -AMP_EINVAL;
    }
}

static void obey(volatile struct rig_control *control) {
    int error = obeyed(control);
    runs = error == 0 && control->command != RIG_STOP;
    if (error != 0) {
        fprintf(stderr, "board: command %u: error %d\n", control->command, error);
    }
    control->result = error != 0 ? (unsigned)-EIO : 0;
    ring_kernel(RIG_COMMAND);
}

// ---- Doorbells ----

// The core's end of the doorbell only ends the sleep in ppoll().
static void rung(void *arg) {
    (void)arg;
}

static void from_core(void) {
    // The bits are taken before the kernel reads the rings, as doorbell_ack() would.
    uint32_t bits = __atomic_exchange_n(&core->mailbox->to_host, 0, __ATOMIC_SEQ_CST);
    for (int i = RIG_VRING0; i <= RIG_VRING1; i++) {
        if (bits >> i & 1) {
            ring_kernel(i);
        }
    }
    const char *reason = NULL;
    if (runs && port->ops->core_state(core, &reason) != AMP_CORE_RUNNING) {
        fprintf(stderr, "board: the core died: %s\n", reason != NULL ? reason : "no reason");
        runs = false;
        ring_kernel(RIG_DIED);
    }
}

static void from_kernel(volatile struct rig_control *control, int doorbell) {
    uint64_t count;
    if (read(to_board[doorbell], &count, sizeof(count)) != sizeof(count)) {
        return;
    }
    if (doorbell == RIG_COMMAND) {
        obey(control);
    } else if (runs) {
        port->ops->kick(core, (uint32_t)doorbell);
    }
}

static void serve(int qemu) {
    volatile struct rig_control *control = (volatile void *)((volatile uint8_t *)core->mailbox
        + (RIG_CONTROL_DA - AMP_SIM_MAILBOX_DA));
    struct pollfd fds[RIG_DOORBELLS + 1];
    for (int i = 0; i < RIG_DOORBELLS; i++) {
        fds[i] = (struct pollfd){.fd = to_board[i], .events = POLLIN};
    }
    fds[RIG_DOORBELLS] = (struct pollfd){.fd = qemu, .events = POLLIN};

    // The core's signals come while we sleep and at no other time.
    sigset_t ours;
    sigset_t asleep;
    sim_signal_set(&ours);
    sigprocmask(SIG_BLOCK, &ours, &asleep);
    for (;;) {
        int n = ppoll(fds, RIG_DOORBELLS + 1, NULL, &asleep);
        if (n > 0 && fds[RIG_DOORBELLS].revents != 0) {
            return; // QEMU is gone
        }
        from_core();
        for (int i = 0; n > 0 && i < RIG_DOORBELLS; i++) {
            if (fds[i].revents != 0) {
                from_kernel(control, i);
            }
        }
    }
}

// ---- The ivshmem server ----

// One message of its protocol: a number, and perhaps a file.
static void tell(int qemu, int64_t number, int file) {
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec io = {&number, sizeof(number)};
    struct msghdr message = {.msg_iov = &io, .msg_iovlen = 1};
    if (file >= 0) {
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(&control.header), &file, sizeof(int));
        message.msg_control = &control;
        message.msg_controllen = sizeof(control);
    }
    if (sendmsg(qemu, &message, MSG_NOSIGNAL) != sizeof(number)) {
        fail("ivshmem");
    }
}

static void tell_doorbells(int qemu, int end, int files[RIG_DOORBELLS]) {
    for (int i = 0; i < RIG_DOORBELLS; i++) {
        files[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (files[i] < 0) {
            fail("eventfd");
        }
        tell(qemu, end, files[i]);
    }
}

static int wait_for_qemu(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path)) {
        errno = ENAMETOOLONG;
        fail(path);
    }
    strcpy(address.sun_path, path);
    unlink(path);
    int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server < 0 || bind(server, (struct sockaddr *)&address, sizeof(address)) != 0
        || listen(server, 1) != 0) {
        fail(path);
    }
    puts("ready");
    fflush(stdout);
    int qemu = accept4(server, NULL, NULL, SOCK_CLOEXEC);
    if (qemu < 0) {
        fail("accept");
    }
    close(server);
    return qemu;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fputs("usage: board SOCKET IMAGE\n", stderr);
        return 2;
    }
    boot_image = argv[2];
    setvbuf(stderr, NULL, _IOLBF, 0);
    port = amp_platform_port(0);
    core = port->ctx;
    if (port->ops->core_stop(core) != 0 || port->ops->core_prepare(core, true) != 0) {
        fprintf(stderr, "board: no core: %s\n", core->reason);
        return 1;
    }
    port->ops->set_doorbell_cb(core, rung, NULL);

    int qemu = wait_for_qemu(argv[1]);
    tell(qemu, 0, -1); // the version of the protocol
    tell(qemu, RIG_KERNEL, -1); // whom we talk to
    tell(qemu, -1, core->memory);
    tell_doorbells(qemu, RIG_BOARD, to_board);
    tell_doorbells(qemu, RIG_KERNEL, to_kernel);
    serve(qemu);
    return 0;
}
