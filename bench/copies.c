/*
 * How often the bytes of a message are copied.  The linker puts the functions
 * below in the place of memcpy() and memmove() (--wrap), and they count the
 * calls that move as many bytes as a payload has, to or from shared memory.
 */
#include <stdio.h>
#include <string.h>

#include "ends.h"

#define SIZE 496u // a full buffer

static struct pair pair;
static struct amp_endpoint host_ept;
static struct amp_endpoint device_ept;
static unsigned copies;
static unsigned received;
static struct amp_rx held;

void *__real_memcpy(void *to, const void *from, size_t len);
void *__real_memmove(void *to, const void *from, size_t len);
void *__wrap_memcpy(void *to, const void *from, size_t len);
void *__wrap_memmove(void *to, const void *from, size_t len);

static void note(const void *to, const void *from, size_t len) {
    copies += len >= SIZE && (ends_share(&pair, to) || ends_share(&pair, from));
}

void *__wrap_memcpy(void *to, const void *from, size_t len) {
    note(to, from, len);
    return __real_memcpy(to, from, len);
}

void *__wrap_memmove(void *to, const void *from, size_t len) {
    note(to, from, len);
    return __real_memmove(to, from, len);
}

static bool is_payload(const void *data, size_t len) {
    const unsigned char *bytes = data;
    return len == SIZE && bytes[0] == 0x5A && bytes[SIZE - 1] == 0x5A;
}

static void look(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)ept;
    (void)src;
    must(is_payload(data, len));
    ++received;
}

static void hold(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)src;
    held = (struct amp_rx){.data = data, .len = len};
    amp_rx_hold(ept->link, &held);
    ++received;
}

static unsigned copies_since(unsigned before) {
    return copies - before;
}

// One message from `from` to `to` by the plain calls.
static void plain(struct amp_endpoint *from, struct amp_endpoint *to, const void *data) {
    unsigned before = copies;
    to->cb = look;
    must(amp_endpoint_send(from, data, SIZE) == (int)SIZE);
    printf("BENCH copies_per_message_send_%s %u\n", from == &host_ept ? "host" : "device",
        copies_since(before));
    before = copies;
    must(amp_rpmsg_poll(to->link) == 1);
    printf("BENCH copies_per_message_receive_%s %u\n", to == &host_ept ? "host" : "device",
        copies_since(before));
}

// The same by the zero-copy calls.  The payload is written and read in place.
static void in_place(struct amp_endpoint *from, struct amp_endpoint *to) {
    struct amp_tx tx;
    unsigned before = copies;
    to->cb = hold;
    must(amp_tx_claim(from->link, &tx) == 0);
    memset(tx.data, 0x5A, SIZE);
    must(amp_tx_commit(from->link, &tx, from->addr, from->dest, SIZE) == (int)SIZE);
    printf("BENCH copies_per_message_zero_copy_send_%s %u\n", from == &host_ept ? "host" : "device",
        copies_since(before));
    before = copies;
    must(amp_rpmsg_poll(to->link) == 1);
    must(is_payload(held.data, held.len));
    amp_rx_release(to->link, &held);
    printf("BENCH copies_per_message_zero_copy_receive_%s %u\n",
        to == &host_ept ? "host" : "device", copies_since(before));
}

int main(void) {
    static unsigned char payload[SIZE];
    // The counter must be able to count: these two are seen, and then forgotten.
    memset(payload, 0x5A, sizeof(payload));
    ends_up(&pair, 64, true);
    volatile size_t size = SIZE; // as the library has it: not known when compiling
    struct amp_tx tx;
    must(amp_tx_claim(&pair.host.link, &tx) == 0);
    memcpy(tx.data, payload, size);
    memmove(payload, tx.data, size);
    must(copies == 2);
    amp_tx_cancel(&pair.host.link, &tx);
    must(amp_endpoint_create(&pair.device.link, &device_ept, NULL, 100, 200, look) == 0);
    must(amp_endpoint_create(&pair.host.link, &host_ept, NULL, 200, 100, look) == 0);
    plain(&host_ept, &device_ept, payload);
    plain(&device_ept, &host_ept, payload);
    in_place(&host_ept, &device_ept);
    in_place(&device_ept, &host_ept);
    must(received == 4);
    return 0;
}
