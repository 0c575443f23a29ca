/*
 * board_check: the remote core's half of tools/board_check.py, which checks a port on its
 * board.
 *
 * Services:
 *     board-check   commands, as text; each is answered by one message of 32-bit words
 *     board-echo    sends every message back
 *     board-sink    counts messages, and adds up their bytes
 *     board-late    echoes; it exists between the commands "announce" and "withdraw"
 *
 * Commands: "info", "time", "sleep MS", "quiet MS" (polls nothing for MS milliseconds),
 * "burst N" (sends N numbered messages from board-sink), "count", "announce", "withdraw",
 * and "trap", which crashes this core.
 *
 * With BOARD_CHECK_BROKEN (tests/firmware/board_check_broken.c) it makes each mistake that
 * the check must find.
 */
#include <string.h>

#include "openamp/firmware.h"

#ifdef BOARD_CHECK_BROKEN
#define BROKEN 1
#else
#define BROKEN 0
#endif

FIRMWARE_TABLE;

enum { DATA_WORD = 0x13579BDF };

static struct amp_rpmsg link;
static struct amp_endpoint check;
static struct amp_endpoint echo;
static struct amp_endpoint sink;
static struct amp_endpoint late;
static struct amp_tx answer; // claimed while answer.data is not NULL
static uint32_t burst_sent;
static uint32_t burst_wanted;
static uint32_t counted[2]; // messages, sum of bytes
static uint32_t quiet_us;
static bool swallow; // when broken: do not answer the next message to board-echo
// Their values show whether the start-up code initialised .data and .bss, at each start.
static volatile uint32_t in_data = DATA_WORD;
static volatile uint32_t in_bss;

static void send_answer(struct amp_endpoint *ept, uint32_t dest, const void *data, size_t len) {
    size_t fits = len < answer.size ? len : answer.size;
    memcpy(answer.data, data, fits);
    if (BROKEN && ept == &echo && fits == 33) {
        ((char *)answer.data)[32] ^= 1; // as a write that stops at a cache line
    }
    amp_tx_commit(&link, &answer, ept->addr, dest, fits);
    answer.data = NULL;
}

static void on_echo(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    if (!swallow) {
        send_answer(self, src, data, len);
    }
    swallow = false;
}

static void on_sink(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)self;
    (void)src;
    counted[0]++;
    for (size_t i = 0; i < len; i++) {
        counted[1] += ((unsigned char *)data)[i];
    }
    if (BROKEN && counted[0] == 500) {
        counted[1]++;
    }
}

// ---- Commands ----

static void info(uint32_t words[4]) {
    words[0] = in_data;
    words[1] = in_bss + BROKEN;
    words[2] = (uint32_t)amp_rpmsg_mtu(&link);
    words[3] = 1; // version of these commands
    in_data = 0;
    in_bss = 1;
}

static void read_time(uint32_t words[4]) {
    uint64_t now = amp_remote_time_us() * (1 + BROKEN);
    words[0] = (uint32_t)now;
    words[1] = (uint32_t)(now >> 32);
}

// Returns how many microseconds it slept: not fewer than `us`.
static uint32_t sleep_for(uint32_t us) {
    uint64_t begin = amp_remote_time_us();
    uint64_t now = begin;
    us /= 1 + BROKEN;
    while (now - begin < us) {
        amp_remote_wait(us - (uint32_t)(now - begin));
        now = amp_remote_time_us();
    }
    return (uint32_t)(now - begin);
}

static void announce(void) {
    if (late.link == NULL) {
        amp_endpoint_create(&link, &late, "board-late", AMP_ADDR_ANY, AMP_ADDR_ANY, on_echo);
    }
}

static void withdraw(void) {
    if (!BROKEN) {
        (void)amp_endpoint_destroy(&late);
    }
}

static void command(const void *data, size_t len, uint32_t words[4]) {
    uint32_t number = firmware_number(data, len, 0);
    if (firmware_begins_with(data, len, "info")) {
        info(words);
    } else if (firmware_begins_with(data, len, "time")) {
        read_time(words);
    } else if (firmware_begins_with(data, len, "sleep")) {
        words[0] = sleep_for(number * 1000);
    } else if (firmware_begins_with(data, len, "quiet")) {
        quiet_us = number * 1000;
        swallow = BROKEN;
    } else if (firmware_begins_with(data, len, "burst")) {
        burst_sent = 0;
        burst_wanted = number;
    } else if (firmware_begins_with(data, len, "count")) {
        memcpy(words, counted, sizeof(counted));
        memset(counted, 0, sizeof(counted));
    } else if (firmware_begins_with(data, len, "announce")) {
        announce();
    } else if (firmware_begins_with(data, len, "withdraw")) {
        withdraw();
    } else if (firmware_begins_with(data, len, "trap") && !BROKEN) {
        __builtin_trap();
    }
}

static void on_check(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    uint32_t words[4] = {0};
    command(data, len, words);
    send_answer(self, src, words, sizeof(words));
}

// ---- The main loop ----

// Send what is left of the burst.  True: there is no room for the next message.
static bool send_burst(void) {
    while (burst_sent < burst_wanted) {
        uint32_t words[2] = {burst_sent, ~burst_sent};
        if (amp_endpoint_send(&sink, words, sizeof(words)) < 0) {
            return true;
        }
        burst_sent += BROKEN && burst_sent == 700 ? 2 : 1;
    }
    return false;
}

static void turn(void) {
    static uint32_t slept;
    if (!amp_rpmsg_is_up(&link)) {
        answer.data = NULL; // the claim is void in another session
        firmware_next_session(&link);
    }
    if (answer.data == NULL && amp_tx_claim(&link, &answer) != 0) {
        slept = firmware_wait_room(&link, slept);
        return;
    }
    slept = 0;
    bool stuck = send_burst();
    if (quiet_us != 0) {
        sleep_for(quiet_us);
        quiet_us = 0;
    }
    int taken = amp_rpmsg_poll_some(&link, 1);
    if (taken < 0 || (taken == 0 && !(stuck && amp_rpmsg_want_room(&link)))) {
        firmware_sleep(&link, taken);
    }
}

int main(void) {
    amp_rpmsg_init(&link, AMP_DEVICE, amp_remote_port());
    amp_endpoint_create(&link, &check, "board-check", AMP_ADDR_ANY, AMP_ADDR_ANY, on_check);
    amp_endpoint_create(&link, &echo, "board-echo", AMP_ADDR_ANY, AMP_ADDR_ANY, on_echo);
    amp_endpoint_create(&link, &sink, "board-sink", AMP_ADDR_ANY, AMP_ADDR_ANY, on_sink);
    firmware_link_up(&link, &firmware_table, sizeof(firmware_table));
    amp_remote_trace("board_check: ready\n");
    for (;;) {
        turn();
    }
}
