/*
 * Firmware as it is in the field, written from what is known of it and with
 * nothing of ours: no resource table; linked at 0x30000000 with the vector
 * table first; takes rings and status from fixed addresses, polls the status
 * for DRIVER_OK, counts the addresses of buffers from 0x38000400; announces
 * "vuart-channel" from address 0x400, and sends back what it gets.
 */
#include <stdint.h>
#include <string.h>

#define WORD(address) (*(volatile uint32_t *)(uintptr_t)(address))
#define HALF(address) (*(volatile uint16_t *)(uintptr_t)(address))
#define BYTE(address) (*(volatile uint8_t *)(uintptr_t)(address))

enum {
    STATUS = 0x38000030,
    TABLE_RING0 = 0x38000034,
    TABLE_RING1 = 0x38000048,
    BASE = 0x38000400,
    COUNT = 64,
    DRIVER_OK = 4,
    ADDRESS = 0x400,
    NS_ADDRESS = 53,
};

// A ring is where it always is; the table only says the same.
struct queue {
    uint32_t desc;
    uint32_t avail;
    uint32_t used;
    uint16_t taken; // of the available ring
    uint16_t given; // of the used ring
};
static struct queue to_host = {0x38000400, 0x38000800, 0x380008A0, 0, 0};
static struct queue to_us = {0x38001400, 0x38001800, 0x380018A0, 0, 0};

struct header {
    uint32_t src;
    uint32_t dst;
    uint32_t reserved;
    uint16_t len;
    uint16_t flags;
    uint8_t data[];
};

// The next buffer that the host made available; its descriptor in *id.
static struct header *take(struct queue *queue, uint32_t *id) {
    if (HALF(queue->avail + 2) == queue->taken) {
        return NULL;
    }
    __asm__ volatile("dmb" ::: "memory");
    *id = HALF(queue->avail + 4 + 2 * (queue->taken % COUNT));
    queue->taken++;
    return (struct header *)(uintptr_t)(BASE + WORD(queue->desc + 16 * *id));
}

static void give(struct queue *queue, uint32_t id, uint32_t len) {
    uint32_t entry = queue->used + 4 + 8 * (queue->given % COUNT);
    WORD(entry) = id;
    WORD(entry + 4) = len;
    __asm__ volatile("dmb" ::: "memory");
    HALF(queue->used + 2) = ++queue->given;
    __asm__ volatile("dsb" ::: "memory");
    if (!(HALF(queue->avail) & 1)) {
        (void)WORD(0x58026480 + 4 * 1); // HSEM: take semaphore 1
        WORD(0x58026400 + 4 * 1) = 1 << 8; // and release it
    }
}

static void send(uint32_t dst, const void *data, uint16_t len) {
    uint32_t id;
    struct header *header = take(&to_host, &id);
    while (header == NULL) {
        header = take(&to_host, &id);
    }
    *header = (struct header){.src = ADDRESS, .dst = dst, .len = len};
    memcpy(header->data, data, len);
    give(&to_host, id, sizeof(*header) + len);
}

static void serve(void) {
    uint32_t id;
    struct header *header = take(&to_us, &id);
    if (header == NULL) {
        return;
    }
    if (header->dst == ADDRESS) {
        send(header->src, header->data, header->len);
    }
    give(&to_us, id, sizeof(*header) + header->len);
}

__attribute__((noreturn)) static void reset(void) {
    static const struct {
        char name[32];
        uint32_t address;
        uint32_t flags;
    } announcement = {"vuart-channel", ADDRESS, 0};
    WORD(0x580244E0) |= 1u << 25; // the clock of the semaphores
    while (!(BYTE(STATUS) & DRIVER_OK)) {
    }
    if (WORD(TABLE_RING0) != to_host.desc || WORD(TABLE_RING1) != to_us.desc
        || WORD(TABLE_RING0 + 8) != COUNT) {
        for (;;) {
        }
    }
    send(NS_ADDRESS, &announcement, sizeof(announcement));
    for (;;) {
        serve();
    }
}

__attribute__((section(".vectors"), used)) static const uintptr_t vectors[16] = {
    0x30048000, (uintptr_t)reset};
