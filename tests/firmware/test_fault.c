/*
 * Firmware that does what it is told to, for tests of the board: a message
 * names a way to go wrong; any other is sent back.
 */
#include "tests/firmware/harm.h"
#include "openamp/firmware.h"

FIRMWARE_TABLE;

static struct amp_rpmsg link;
static struct amp_endpoint ept;

// Deeper and deeper, until the stack's limit.
static uint32_t deeper(uint32_t n) {
    volatile uint32_t here[16] = {n};
    return n == UINT32_MAX ? here[0] : deeper(n + 1) + here[n % 16];
}

static void spin(bool asleep, bool masked) {
    if (masked) {
        __asm__ volatile("cpsid i");
    }
    for (;;) {
        if (asleep) {
            __asm__ volatile("wfi");
        }
        __asm__ volatile("");
    }
}

// In a handler of our own, of a vector table of our own.
static uint32_t vectors[140] __attribute__((aligned(1024)));

static void in_handler(void) {
    spin(false, true);
}

static void spin_in_handler(void) {
    volatile uint32_t *vtor = (volatile uint32_t *)(uintptr_t)0xE000ED08;
    const uint32_t *old = (const uint32_t *)(uintptr_t)*vtor;
    for (unsigned i = 0; i < 140; i++) {
        vectors[i] = old[i];
    }
    vectors[14] = (uint32_t)(uintptr_t)in_handler;
    *vtor = (uint32_t)(uintptr_t)vectors;
    *(volatile uint32_t *)(uintptr_t)0xE000ED04 = 1u << 28; // PENDSVSET
    spin(false, false);
}

// In handlers of three kinds, each in the midst of the one before.
static void in_interrupt(void) {
    __asm__ volatile("svc 0");
}

static void in_pendsv(void) {
    *(volatile uint32_t *)(uintptr_t)0xE000E200 = 1u << 20; // NVIC_ISPR
    spin(false, false);
}

static void spin_nested(void) {
    volatile uint32_t *vtor = (volatile uint32_t *)(uintptr_t)0xE000ED08;
    const uint32_t *old = (const uint32_t *)(uintptr_t)*vtor;
    for (unsigned i = 0; i < 140; i++) {
        vectors[i] = old[i];
    }
    vectors[11] = (uint32_t)(uintptr_t)in_handler;
    vectors[14] = (uint32_t)(uintptr_t)in_pendsv;
    vectors[16 + 20] = (uint32_t)(uintptr_t)in_interrupt;
    *vtor = (uint32_t)(uintptr_t)vectors;
    *(volatile uint32_t *)(uintptr_t)0xE000ED1C = 0x40u << 24; // SVC
    *(volatile uint32_t *)(uintptr_t)0xE000ED20 = 0xA0u << 16; // PendSV
    *(volatile uint8_t *)(uintptr_t)0xE000E414 = 0x60; // interrupt 20
    *(volatile uint32_t *)(uintptr_t)0xE000E100 = 1u << 20; // NVIC_ISER
    *(volatile uint32_t *)(uintptr_t)0xE000ED04 = 1u << 28; // PENDSVSET
    spin(false, false);
}

// Without privilege, on the other stack.
static uint64_t process_stack[64];

static void spin_unprivileged(void) {
    __asm__ volatile( //
        "cpsid i\n"
        "msr psp, %0\n"
        "msr control, %1\n"
        "isb\n"
        "1: b 1b\n" ::"r"(process_stack + 64),
        "r"(3)
        : "memory");
}

static void command(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)src;
    if (firmware_begins_with(data, len, "bus")) {
        harm_segv();
    } else if (firmware_begins_with(data, len, "undefined")) {
        harm_ill();
    } else if (firmware_begins_with(data, len, "stack")) {
        deeper(0);
    } else if (firmware_begins_with(data, len, "jump")) {
        ((void (*)(void))(uintptr_t)0x70000001)();
    } else if (firmware_begins_with(data, len, "exit")) {
        amp_remote_exit((int)firmware_number(data, len, 0));
    } else if (firmware_begins_with(data, len, "spin")) {
        spin(false, false);
    } else if (firmware_begins_with(data, len, "masked spin")) {
        spin(false, true);
    } else if (firmware_begins_with(data, len, "masked sleep")) {
        spin(true, true);
    } else if (firmware_begins_with(data, len, "handler spin")) {
        spin_in_handler();
    } else if (firmware_begins_with(data, len, "nested spin")) {
        spin_nested();
    } else if (firmware_begins_with(data, len, "user spin")) {
        spin_unprivileged();
    } else {
        amp_endpoint_send(self, data, len);
    }
}

int main(void) {
    amp_rpmsg_init(&link, AMP_DEVICE, amp_remote_port());
    amp_endpoint_create(&link, &ept, "test-fault", AMP_ADDR_ANY, AMP_ADDR_ANY, command);
    firmware_link_up(&link, &firmware_table, sizeof(firmware_table));
    firmware_serve(&link);
}
