/*
 * The M7 in deep sleep (machine.lightsleep()) and with another clock (machine.freq()), while
 * the M4 runs.  Argument: 0, the firmware is loaded; 1, virtual_uart is in the flash; and what
 * shows that its own requests to the RCC keep it alive: 2, the same, and they are taken back.
 */
#include "m7.h"

#include <string.h>

#include "ports/stm32h7/regs.h"

#define SCB_SCR REG(0xE000ED10)
#define DWT_CTRL REG(0xE0001000)
#define DWT_CYCCNT REG(0xE0001004)
#define SCB_DEMCR REG(0xE000EDFC)
#define RCC_C2_AHB3ENR REG(0x58024594)
enum { FLASH_FIRMWARE = 0x081E0000, SLEEPDEEP = 4, HPRE_2 = 8, HPRE_16 = 11 };

static uint32_t sleeps;
static uint64_t answer_us; // what test_wake says

static void take_time(const void *data, size_t len) {
    CHECK(len == sizeof(answer_us));
    memcpy(&answer_us, data, len);
}

// As the HAL does it.  What comes before is seen: the interrupt waits, and WFI does not sleep.
static void sleep_deeply(void) {
    uint32_t before = interrupts_off();
    SCB_SCR |= SLEEPDEEP;
    sleep_until_interrupt();
    SCB_SCR &= ~(uint32_t)SLEEPDEEP;
    interrupts_restore(before);
    sleeps++;
}

// Nothing but the answer ends the sleep.
static void ask(const char *text) {
    uint32_t before = host_received;
    host_send(text);
    while (host_received == before) {
        if (amp_rproc_poll(&host_rproc) == 0) {
            sleep_deeply();
        }
    }
}

static void check_sleep(void) {
    for (int i = 0; i < 300; i++) {
        ask("asleep");
    }
    CHECK(sleeps >= 100);
    CHECK(host_rproc.state == AMP_RPROC_RUNNING);
}

// How long between two answers, in microseconds of the M4, and of the M7.
static void check_time(uint32_t hpre) {
    RCC_D1CFGR = hpre;
    host_callback = take_time;
    host_echo("from when it looks at the clock");
    uint32_t begin = DWT_CYCCNT;
    host_echo("when");
    uint64_t first_us = answer_us;
    for (int i = 0; i < 20; i++) {
        host_echo("when");
    }
    uint32_t passed_us = (DWT_CYCCNT - begin) / 64;
    uint32_t its_us = (uint32_t)(answer_us - first_us);
    host_print_dec(its_us);
    host_print(" us on the M4, M7: ");
    host_print_dec(passed_us);
    host_print("\n");
    CHECK(its_us >= 20 * 2000 && its_us < passed_us && passed_us < its_us + its_us / 4);
}

int main(void) {
    uint32_t kind = host_argument(0);
    struct amp_load_error why;
    SCB_DEMCR |= 1u << 24;
    DWT_CTRL |= 1;
    if (kind == 0) {
        host_init("test-wake");
        host_run(IMAGE_WAKE);
        check_time(HPRE_2);
        check_time(HPRE_16);
        check_time(HPRE_2);
    } else {
        host_init("vuart-channel");
        CHECK(amp_rproc_load_address(&host_rproc, FLASH_FIRMWARE, &why) == 0);
        CHECK(amp_rproc_start(&host_rproc) == 0);
        CHECK(host_until(host_is_ready, 5000));
    }
    if (kind == 2) {
        RCC_C2_AHB3ENR = 0;
    }
    check_sleep();
    host_print("OK\n");
    return 0;
}
