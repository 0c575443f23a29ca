/*
 * Firmware of an RP2040 or RP2350 that does what core 0 has to bear: a message names it; any
 * other is sent back.
 *   storm N   writes to the doorbell in a loop, N times (0: for ever), with interrupts off
 *   lock      takes a spinlock of the hardware, and ends with it
 *   lockup    a fault in the handler of a fault: the core stops, and nobody can see it
 *   unaligned an access that Armv6-M does not have
 *   dma       two channels of the DMA copy to a word each, and trigger one another, for ever
 */
#include "openamp/firmware.h"
#include "tests/firmware/test_rp2.h"

FIRMWARE_TABLE;

#define REG(address) (*(volatile uint32_t *)(uintptr_t)(address))
#if AMP_RP2_CHIP == 2040
#define DOORBELL REG(0xD0000054) // FIFO_WR, also when it is full
#else
#define DOORBELL REG(0xD0000180) // DOORBELL_OUT_SET
#endif
#define SPINLOCK_0 REG(0xD0000100)
#define SCB_VTOR REG(0xE000ED08)

static struct amp_rpmsg link;
static struct amp_endpoint ept;

static void storm(uint32_t count) {
    __asm__ volatile("cpsid i");
    for (uint32_t i = 0; count == 0 || i < count; ++i) {
        DOORBELL = 1;
    }
    __asm__ volatile("cpsie i");
}

static void lock_up(void) {
    static uint32_t vectors[16] __attribute__((aligned(AMP_RP2_VECTORS_ALIGN)));
    vectors[3] = 0xF0000001; // HardFault: nothing is there
    SCB_VTOR = (uint32_t)(uintptr_t)vectors;
    __asm__ volatile("dsb\n isb\n udf #0");
}

static void read_unaligned(void) {
    static const uint32_t words[2];
    uintptr_t address = (uintptr_t)words + 1;
    __asm__ volatile("ldr r0, [%0]" ::"l"(address) : "r0", "memory");
}

static void start_dma(void) {
    enum { WRITE_ADDR = 4, TRANS_COUNT = 8, CTRL_TRIG = 12, CHANNEL_LEN = 0x40, FIRST = 4 };
    enum { EN = 1, WORDS = 2 << 2, CHAIN_TO = AMP_RP2_CHIP == 2040 ? 11 : 13 };
    static const uint32_t source = 0x11111111;
    amp_rp2_uses_dma(3 << FIRST);
    for (uint32_t i = 0; i < 2; ++i) {
        uint32_t channel = 0x50000000 + CHANNEL_LEN * (FIRST + i);
        REG(channel) = (uint32_t)(uintptr_t)&source;
        REG(channel + WRITE_ADDR) = (uint32_t)(uintptr_t)&TEST_RP2_DMA_WORDS[i];
        REG(channel + TRANS_COUNT) = 1;
        REG(channel + CTRL_TRIG) = EN | WORDS | (FIRST + 1 - i) << CHAIN_TO;
    }
}

static void command(struct amp_endpoint *self, uint32_t src, void *data, size_t len) {
    (void)src;
    if (firmware_begins_with(data, len, "storm ")) {
        storm(firmware_number(data, len, 0));
    } else if (firmware_begins_with(data, len, "lockup")) {
        lock_up();
    } else if (firmware_begins_with(data, len, "lock")) {
        (void)SPINLOCK_0;
        amp_remote_exit(0);
    } else if (firmware_begins_with(data, len, "dma")) {
        start_dma();
    } else if (firmware_begins_with(data, len, "unaligned")) {
        read_unaligned();
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
