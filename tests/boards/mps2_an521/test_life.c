/*
 * The life of core 1, seen from a host program in C: start, echo, stop,
 * restart; every way to die, and every way not to let itself be stopped; and
 * firmware that is in place.
 */
#include "tests/boards/common/host.h"

#include <string.h>

#include "ports/common/text.h"
#include "tests/boards/common/moved_port.h"

// Behind those of host.h: virtual_uart for the flash, a plain binary; and without addresses.
enum { IMAGE_IN_FLASH = IMAGE_BENCH, IMAGE_PIE };
enum { FLASH_DA = 0x80000000, FLASH_USED = 0x10000 };

static void stop(void) {
    CHECK(amp_rproc_stop(&host_rproc) == 0);
    CHECK(!host_is_ready());
}

// ---- Faults ----

// What a core dump has: where it was, and on which stack.
static void check_registers(void) {
    uint32_t registers[18];
    char text[16];
    const struct amp_port *port = host_rproc.port;
    const char *pc = strstr(host_rproc.reason, "pc 0x");
    CHECK(port->ops->core_registers(port->ctx, registers, sizeof(registers)) == (pc != NULL));
    amp_text_append_hex(text, "pc 0x", registers[15]);
    CHECK(pc == NULL || strcmp(pc, text) == 0);
    CHECK(pc == NULL || amp_port_allows(port, registers[13] - 4, 4, AMP_WINDOW_LOAD));
    CHECK(pc != NULL || registers[15] == 0);
}

static void check_crash(const char *command, const char *reason) {
    host_run(IMAGE_FAULT);
    host_echo("alive");
    host_send(command);
    CHECK(host_until(host_is_crashed, 5000));
    host_print("  ");
    host_print(command);
    host_print(": ");
    host_print(host_rproc.reason);
    host_print("\n");
    CHECK(strncmp(host_rproc.reason, reason, strlen(reason)) == 0);
    CHECK(!host_is_ready());
    check_registers();
    stop();
}

static void test_faults(void) {
    check_crash("bus", "bus fault at 0x70000000, pc 0x3800");
    check_crash("undefined", "undefined instruction, pc 0x3800");
    check_crash("stack", "stack overflow");
    check_crash("jump", "bus fault");
    check_crash("exit 3", "exit 3");
    // From a crash straight into the next life.
    host_run(IMAGE_FAULT);
    host_send("bus");
    CHECK(host_until(host_is_crashed, 5000));
    host_run(IMAGE_FAULT);
    host_echo("alive again");
    stop();
}

// What the firmware had to say can be read after its death.
static void test_trace(void) {
    char text[64];
    host_run(IMAGE_FAULT);
    host_send("stack");
    CHECK(host_until(host_is_crashed, 5000));
    size_t len = amp_rproc_trace(&host_rproc, 0, text, sizeof(text));
    CHECK(len == 8 && memcmp(text, "link up\n", 8) == 0);
    stop();
}

// ---- Stopping ----

static void check_stop(const char *command) {
    host_run(IMAGE_FAULT);
    host_send(command);
    // Until it is in there, if it can be seen at all.
    (void)host_until(host_is_crashed, 0);
    CHECK(host_rproc.state == AMP_RPROC_RUNNING);
    stop();
    host_run(IMAGE_FAULT);
    host_echo("alive again");
    stop();
}

static void test_stop(void) {
    static const char *const ways[] = {
        "spin", "masked spin", "masked sleep", "handler spin", "nested spin", "user spin"};
    for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        host_print("  stop: ");
        host_print(ways[i]);
        host_print("\n");
        check_stop(ways[i]);
    }
}

// ---- Vector tables ----

static void refuse_vectors(unsigned word, uint32_t value) {
    CHECK(host_load(IMAGE_FAULT, NULL) == 0);
    uint32_t *vectors = (uint32_t *)0x38000000;
    vectors[word] = value;
    CHECK(amp_rproc_start(&host_rproc) == -AMP_ENOEXEC);
    const char *reason = NULL;
    const struct amp_port *port = host_rproc.port;
    CHECK(port->ops->core_state(port->ctx, &reason) == AMP_CORE_STOPPED);
    CHECK(reason != NULL);
    host_print("  refused: ");
    host_print(reason);
    host_print("\n");
}

static void test_vectors(void) {
    refuse_vectors(0, 0);
    refuse_vectors(0, 0xFFFFFFFF);
    refuse_vectors(0, 0x38300004);
    refuse_vectors(0, 0x10002000); // the host's memory
    refuse_vectors(1, 0);
    refuse_vectors(1, 0x38000400); // not Thumb
    refuse_vectors(1, 0x70000001);
    refuse_vectors(1, 0x38000401); // not the entry
    struct amp_load_error why;
    CHECK(amp_rproc_load_address(&host_rproc, 0x10000000, &why) == -AMP_ENOEXEC);
    CHECK(amp_rproc_load_address(&host_rproc, FLASH_DA, &why) == 0);
    CHECK(amp_rproc_start(&host_rproc) == -AMP_ENOEXEC); // nothing is there
}

// ---- Firmware in place ----

// It has a table of its own, and nobody loads it.
static void test_flash(void) {
    memcpy((void *)FLASH_DA, (void *)(uintptr_t)host_image_da(IMAGE_IN_FLASH), FLASH_USED);
    host_init("vuart-channel");
    for (int life = 0; life < 3; life++) {
        struct amp_load_error why;
        CHECK(amp_rproc_load_address(&host_rproc, FLASH_DA, &why) == 0);
        CHECK(amp_rproc_start(&host_rproc) == 0);
        CHECK(host_until(host_is_ready, 5000));
        for (int i = 0; i < 200; i++) {
            host_echo("from flash");
        }
        stop();
    }
    amp_endpoint_destroy(&host_ept);
}

// ---- Position-independent images ----

static void test_pie(void) {
    const struct amp_port *port = amp_platform_port(0);
    static const size_t places[] = {0, 0x1000, 0x42000, 0xE0000};
    struct amp_load_error why;
    host_init("vuart-channel");
    CHECK(host_load(IMAGE_PIE, &why) == -AMP_ENOEXEC); // the board's own port has no window for it
    CHECK(strcmp(why.what, "no fixed addresses (PIE: link with -no-pie)") == 0);
    for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        char text[64] = "";
        host_rproc.port = moved_port(port, places[i]);
        host_run(IMAGE_PIE);
        CHECK(host_rproc.entry == 0x38000000 + places[i]);
        for (int j = 0; j < 200; j++) {
            host_echo("moved");
        }
        CHECK(host_rproc.trace[0].da - host_rproc.entry < 0x10000);
        amp_rproc_trace(&host_rproc, 0, text, sizeof(text) - 1);
        CHECK(memcmp(text, "link up\n", 8) == 0);
        stop();
        host_rproc.port = port;
    }
    amp_endpoint_destroy(&host_ept);
}

int main(void) {
    host_init("vuart-channel");
    host_run(IMAGE_VIRTUAL_UART);
    for (int i = 0; i < 1000; i++) {
        host_echo("data");
    }
    stop();
    amp_endpoint_destroy(&host_ept);
    host_print("echo: 1000\n");

    host_init("test-fault");
    test_stop();
    test_vectors();
    host_init("test-fault");
    test_faults();
    test_trace();
    amp_endpoint_destroy(&host_ept);
    test_flash();
    test_pie();
    host_print("OK\n");
    return 0;
}
