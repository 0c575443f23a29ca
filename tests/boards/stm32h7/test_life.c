/*
 * Every way for the M4 to live and to end.  What stops it is a reset of the
 * chip, with which this program begins anew: it counts them, and each life has
 * its number.  Argument: 1 if the firmware in the flash is virtual_uart, which
 * has a resource table, and not test_notable.
 */
#include "m7.h"

#include <string.h>

#include "core/wire/virtq_layout.h"
#include "ports/stm32h7/host.h"

#define RCC_C2_AHB3ENR REG(0x58024594)
enum { FLASH_FIRMWARE = 0x081E0000, ERASED_FLASH = 0x081F0000 };

static void say(const char *what) {
    host_print_dec(m7_resets());
    host_print(" ");
    host_print(what);
    host_print("\n");
}

__attribute__((noreturn)) static void stop_is_reset(void) {
    (void)amp_rproc_stop(&host_rproc);
    CHECK(!"stop() returned");
    for (;;) {
    }
}

// ---- Lives ----

// Nothing runs, so nothing is reset, whatever is asked for.
static void life_stopped(void) {
    const struct amp_port *port = host_rproc.port;
    CHECK(port->ops->core_stop(port->ctx) == 0);
    CHECK(amp_rproc_stop(&host_rproc) == 0);
    CHECK(host_load(IMAGE_VIRTUAL_UART, NULL) == 0);
    CHECK(amp_rproc_stop(&host_rproc) == 0);
    CHECK(amp_rproc_shutdown(&host_rproc) == 0);
    host_run(IMAGE_VIRTUAL_UART);
    host_echo("hello");
    say("stop of a core that runs");
    stop_is_reset();
}

static void life_again(void) {
    host_run(IMAGE_VIRTUAL_UART);
    host_echo("hello again");
    CHECK(amp_rproc_start(&host_rproc) == -AMP_EBUSY);
    say("shutdown of a core that runs");
    (void)amp_rproc_shutdown(&host_rproc);
    CHECK(!"shutdown() returned");
}

static void die_of(const char *command, const char *reason) {
    host_run(IMAGE_FAULT);
    host_echo("alive");
    host_send(command);
    CHECK(host_until(host_is_crashed, 5000));
    say(host_rproc.reason);
    CHECK(strncmp(host_rproc.reason, reason, strlen(reason)) == 0);
    CHECK(!host_is_ready());
}

// What a core dump has: where it was, and on which stack.
static void check_registers(void) {
    uint32_t registers[18];
    const struct amp_port *port = host_rproc.port;
    CHECK(port->ops->core_registers(port->ctx, registers, sizeof(registers)));
    CHECK(amp_port_allows(port, registers[15], 2, AMP_WINDOW_LOAD));
    CHECK(amp_port_allows(port, registers[13] - 4, 4, AMP_WINDOW_LOAD));
}

// The program goes on after a death, and can read what the firmware had to say.
static void life_undefined(void) {
    char text[8];
    die_of("undefined", "fault, pc 0x3000");
    check_registers();
    CHECK(amp_rproc_trace(&host_rproc, 0, text, sizeof(text)) == 8);
    CHECK(memcmp(text, "link up\n", 8) == 0);
    // A new image wants the core in reset.
    (void)host_load(IMAGE_VIRTUAL_UART, NULL);
    CHECK(!"load() returned");
}

static void life_exit(void) {
    die_of("exit 3", "exit 3");
    stop_is_reset();
}

static void life_bus(void) {
    die_of("bus", "fault, pc 0x3000");
    CHECK(strcmp(host_rproc.reason + 20, ", at 0x90000000") == 0);
    stop_is_reset();
}

// Firmware that breaks the protocol is no reason to reset the system.
static void life_violation(void) {
    host_run(IMAGE_VIRTUAL_UART);
    const struct amp_rsc_vring *ring = &host_rproc.vdev.vring[0];
    struct virtq_used *used = (void *)(ring->da + virtq_used_offset(ring->num, ring->align));
    used->idx = (uint16_t)(used->idx + 100);
    stm32h7_cache_clean(NULL, used, sizeof(*used)); // as if the M4 had written it
    CHECK(amp_rproc_poll(&host_rproc) == -AMP_EPROTO);
    CHECK(host_is_crashed());
    say(host_rproc.reason);
    stop_is_reset();
}

// ---- What is refused before anything is done ----

static void refuse_vectors(amp_da_t vectors, unsigned word, uint32_t value) {
    const struct amp_port *port = host_rproc.port;
    CHECK(host_load(IMAGE_VIRTUAL_UART, NULL) == 0);
    uint32_t *table = port->ops->map(port->ctx, vectors, 8);
    table[word] = value;
    CHECK(amp_rproc_start(&host_rproc) == -AMP_ENOEXEC);
    const char *reason = NULL;
    CHECK(port->ops->core_state(port->ctx, &reason) == AMP_CORE_STOPPED);
    CHECK(reason != NULL);
    say(reason);
}

static void refuse_address(amp_da_t address, int at_load) {
    struct amp_load_error why = {0};
    int result = amp_rproc_load_address(&host_rproc, address, &why);
    CHECK(result == at_load);
    if (result == 0) {
        CHECK(amp_rproc_start(&host_rproc) == -AMP_ENOEXEC);
    }
}

// Somebody else's: the other id of a holder.
static void refuse_held(uint32_t semaphore) {
    enum { OTHERS = HSEM_ID_M7 | 5 };
    const struct amp_port *port = host_rproc.port;
    const char *reason = NULL;
    CHECK(host_load(IMAGE_VIRTUAL_UART, NULL) == 0);
    HSEM_R(semaphore) = HSEM_R_LOCK | OTHERS;
    CHECK(amp_rproc_start(&host_rproc) == -AMP_EBUSY);
    HSEM_R(semaphore) = OTHERS;
    CHECK(port->ops->core_state(port->ctx, &reason) == AMP_CORE_STOPPED && reason != NULL);
    say(reason);
}

static void test_refusals(void) {
    refuse_held(AMP_STM32H7_KICK_M4);
    refuse_held(AMP_STM32H7_KICK_M7);
    refuse_vectors(AMP_STM32H7_D2_DA, 0, 0);
    refuse_vectors(AMP_STM32H7_D2_DA, 0, 0xFFFFFFFF);
    refuse_vectors(AMP_STM32H7_D2_DA, 0, 0x38000004);
    refuse_vectors(AMP_STM32H7_D2_DA, 0, 0x24001000); // the host's memory
    refuse_vectors(AMP_STM32H7_D2_DA, 1, 0);
    refuse_vectors(AMP_STM32H7_D2_ALIAS_DA, 1, 0x30000400); // not Thumb
    refuse_vectors(AMP_STM32H7_D2_DA, 1, 0xC0000001);
    refuse_address(0x24000000, -AMP_ENOEXEC);
    refuse_address(0x38000000, -AMP_ENOEXEC);
    refuse_address(ERASED_FLASH, 0);
    refuse_address(FLASH_FIRMWARE + 0x400, 0); // no multiple of 64 KiB
    struct amp_load_error why;
    CHECK(host_load(IMAGE_FLASH, &why) == -AMP_ENOEXEC); // an image for the flash
    say(why.what);
}

static void run_in_flash(void) {
    struct amp_load_error why;
    host_init(host_argument(0) == 1 ? "vuart-channel" : "test-notable");
    CHECK(amp_rproc_load_address(&host_rproc, FLASH_FIRMWARE, &why) == 0);
    CHECK(amp_rproc_start(&host_rproc) == 0);
    CHECK(host_until(host_is_ready, 5000));
    for (int i = 0; i < 200; i++) {
        host_echo("from the flash");
    }
    CHECK(RCC_C2_AHB3ENR & RCC_AHB3ENR_FLASH);
}

static void life_flash(void) {
    test_refusals();
    amp_endpoint_destroy(&host_ept);
    run_in_flash();
    say("stop of firmware in the flash");
    stop_is_reset();
}

// The stop took DRIVER_OK away, also from what the reset left: firmware that boots by
// itself would believe that its host is ready.
static void life_flash_again(void) {
    const volatile struct amp_table_rpmsg *table = (const void *)AMP_STM32H7_TABLE_DA;
    CHECK(table->vdev.type == AMP_RSC_VDEV && table->vdev.status == 0);
    amp_endpoint_destroy(&host_ept);
    run_in_flash();
    say("OK");
}

int main(void) {
    static void (*const lives[])(void) = {life_stopped, life_again, life_undefined, life_exit,
        life_bus, life_violation, life_flash, life_flash_again};
    static const char *const names[] = {"vuart-channel", "vuart-channel", "test-fault",
        "test-fault", "test-fault", "vuart-channel", "vuart-channel", "vuart-channel"};
    uint32_t life = m7_resets();
    CHECK(life < sizeof(lives) / sizeof(lives[0]));
    host_init(names[life]);
    lives[life]();
    return 0;
}
