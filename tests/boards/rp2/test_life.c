/*
 * The life of core 1: start, echo, stop, restart; every way to die, and every way not to let
 * itself be stopped; firmware that disturbs core 0; and what is refused.  Argument: how many
 * lives there are at the end.
 */
#include "rp2.h"
#include "tests/firmware/test_rp2.h"

#include <string.h>

static void say(const char *what) {
    host_print("  ");
    host_print(what);
    host_print("\n");
}

static void stop(void) {
    CHECK(amp_rproc_stop(&host_rproc) == 0);
    CHECK(!host_is_ready());
    CHECK((REG(PSM_FRCE_OFF) & PSM_CORE1) != 0);
}

// What was left behind does not disturb the next life.
static void live_again(void) {
    host_run(IMAGE_FAULT);
    host_echo("alive again");
    stop();
}

// ---- Faults ----

static void check_registers(bool known) {
    uint32_t registers[18];
    const struct amp_port *port = host_rproc.port;
    CHECK(port->ops->core_registers(port->ctx, registers, sizeof(registers)) == known);
    CHECK(!known || amp_port_allows(port, registers[15], 2, AMP_WINDOW_LOAD));
    CHECK(!known || amp_port_allows(port, registers[13] - 4, 4, AMP_WINDOW_LOAD));
}

static void die_of(unsigned image, const char *command, const char *reason, bool framed) {
    host_run(image);
    host_echo("alive");
    host_send(command);
    CHECK(host_until(host_is_crashed, 5000));
    say(host_rproc.reason);
    CHECK(strncmp(host_rproc.reason, reason, strlen(reason)) == 0);
    CHECK(!host_is_ready());
    check_registers(framed);
    stop();
}

static void test_faults(void) {
    die_of(IMAGE_FAULT, "bus", "fault, pc 0x200", true);
    die_of(IMAGE_FAULT, "undefined", "fault, pc 0x200", true);
#if AMP_RP2_CHIP == 2040 // Armv8-M has such accesses
    die_of(IMAGE_RP2, "unaligned", "fault, pc 0x200", true);
#endif
    die_of(IMAGE_FAULT, "exit 3", "exit 3", false);
    // From a crash straight into the next life.
    host_run(IMAGE_FAULT);
    host_send("bus");
    CHECK(host_until(host_is_crashed, 5000));
    live_again();
}

// What the firmware had to say can be read after its death.
static void test_trace(void) {
    char text[64];
    host_run(IMAGE_FAULT);
    host_send("undefined");
    CHECK(host_until(host_is_crashed, 5000));
    size_t len = amp_rproc_trace(&host_rproc, 0, text, sizeof(text));
    CHECK(len == 8 && memcmp(text, "link up\n", 8) == 0);
    stop();
}

// ---- Stopping ----

static void check_stop(unsigned image, const char *command) {
    host_run(image);
    host_send(command);
    (void)amp_platform_wait(2); // it goes there meanwhile
    CHECK(amp_rproc_poll(&host_rproc) >= 0);
    CHECK(host_rproc.state == AMP_RPROC_RUNNING);
    stop();
    live_again();
}

static void test_stop(void) {
    static const char *const ways[] = {"spin", "masked spin", "masked sleep", "handler spin"};
    for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        say(ways[i]);
        check_stop(IMAGE_FAULT, ways[i]);
    }
    say("lockup");
    check_stop(IMAGE_RP2, "lockup");
}

// Does the DMA that firmware started write?
static bool dma_writes(void) {
    volatile uint32_t *words = TEST_RP2_DMA_WORDS;
    words[0] = 0;
    words[1] = 0;
    for (uint32_t began = TIMER_RAW_LOW; TIMER_RAW_LOW - began < 500;) {
    }
    return words[0] != 0 || words[1] != 0;
}

// The reset of core 1 does not end the channels, so stop() does, also of firmware that crashed.
static void test_dma(void) {
    for (unsigned i = 0; i < 2; i++) {
        host_run(IMAGE_RP2);
        CHECK(!dma_writes());
        host_send("dma");
        host_echo("it runs");
        CHECK(dma_writes());
        if (i != 0) {
            host_send("lockup");
            (void)amp_platform_wait(2); // it goes there meanwhile
        }
        stop();
        CHECK(!dma_writes());
        say("DMA ended");
    }
    live_again();
}

// ---- Firmware that disturbs core 0 ----

// How often core 0 polls in a while.
static uint32_t polls(void) {
    volatile uint32_t turns = 0;
    for (uint32_t began = TIMER_RAW_LOW; TIMER_RAW_LOW - began < 500;) {
        (void)amp_rproc_poll(&host_rproc);
        ++turns;
    }
    return turns;
}

// Core 1 kicks for ever: core 0 goes on, at half its speed at least, and stops it.
static void test_storm(void) {
    host_run(IMAGE_RP2);
    host_echo("quiet");
    uint32_t quiet = polls();
    host_send("storm 0");
    (void)amp_platform_wait(1); // it begins meanwhile
    uint32_t stormy = polls();
    host_print("  storm: ");
    host_print_dec(stormy);
    host_print(" polls of ");
    host_print_dec(quiet);
    host_print("\n");
    CHECK(2 * stormy >= quiet);
    stop();
    live_again();
    // One that ends: everything works as before.
    host_run(IMAGE_RP2);
    host_send("storm 5000");
    host_echo("and after it");
    stop();
}

#if AMP_RP2_CHIP == 2040
// A spinlock that a dead core holds is not one that this port needs.
static void test_spinlock(void) {
    say("spinlock");
    host_run(IMAGE_RP2);
    host_send("lock");
    CHECK(host_until(host_is_crashed, 5000));
    stop();
    live_again();
}
#endif

// ---- What is refused ----

static const char *why_stopped(void) {
    const char *reason = NULL;
    const struct amp_port *port = host_rproc.port;
    CHECK(port->ops->core_state(port->ctx, &reason) == AMP_CORE_STOPPED);
    CHECK(reason != NULL);
    say(reason);
    return reason;
}

// By the address of the reset handler (the image says so), and by that of the table.
static void refuse_vectors(unsigned word, uint32_t value) {
    const struct amp_port *port = host_rproc.port;
    volatile uint32_t *table = (volatile uint32_t *)AMP_RP2_WINDOW_DA;
    CHECK(host_load(IMAGE_FAULT, NULL) == 0);
    uint32_t good = table[1];
    table[word] = value;
    CHECK(amp_rproc_start(&host_rproc) == -AMP_ENOEXEC);
    (void)why_stopped();
    // Not the image's entry, but a valid handler if the start is by the table's address.
    if (value != AMP_RP2_WINDOW_DA + 0x401) {
        CHECK(port->ops->core_start(port->ctx, AMP_RP2_WINDOW_DA) == -AMP_ENOEXEC);
    }
    table[1] = good;
}

static void test_vectors(void) {
    refuse_vectors(0, 0);
    refuse_vectors(0, 0xFFFFFFFF);
    refuse_vectors(0, AMP_RP2_WINDOW_DA + 0x1004);
    refuse_vectors(0, AMP_RP2_WINDOW_DA - 0x1000); // the host's memory
    refuse_vectors(1, 0);
    refuse_vectors(1, AMP_RP2_WINDOW_DA + 0x400); // not Thumb
    refuse_vectors(1, AMP_RP2_FLASH_DA + 1);
    refuse_vectors(1, AMP_RP2_WINDOW_DA + 0x401); // not the entry
}

// An image whose first segment is for flash.
static int read_moved(void *ctx, uint64_t offset, void *buffer, size_t len) {
    enum { P_PADDR = 12 };
    const uint8_t *image = ctx;
    uint32_t headers;
    memcpy(&headers, image + 28, sizeof(headers)); // e_phoff
    memcpy(buffer, image + offset, len);
    if (offset == headers) {
        const uint32_t da = AMP_RP2_FLASH_DA + 0x80000;
        memcpy((uint8_t *)buffer + P_PADDR, &da, sizeof(da));
    }
    return 0;
}

static void test_flash(void) {
    struct amp_load_error why;
    const struct amp_image moved = {read_moved, (void *)host_image_da(IMAGE_FAULT), IMAGE_LEN};
    CHECK(amp_rproc_load(&host_rproc, &moved, &why) == -AMP_ENOEXEC);
    say(why.what);
    CHECK(strstr(why.what, "flash") != NULL && strcmp(why.unit, "segment") == 0);
    CHECK(amp_rproc_load_address(&host_rproc, AMP_RP2_FLASH_DA + 0x1000, &why) == -AMP_ENOEXEC);
    CHECK(strstr(why.what, "flash") != NULL);
    CHECK(amp_rproc_load_address(&host_rproc, AMP_RP2_WINDOW_DA - 0x1000, &why) == -AMP_ENOEXEC);
    CHECK(strstr(why.what, "flash") == NULL);
}

static bool in_use;

bool amp_rp2_in_use(void) {
    return in_use;
}

// The port claims core 1 and gives it back alternately; `claims` counts both.
static unsigned claims;

void amp_rp2_claim(bool ours) {
    CHECK((claims++ % 2 == 0) == ours);
}

static void test_claim(void) {
    in_use = true;
    CHECK(host_load(IMAGE_FAULT, NULL) == -AMP_EBUSY);
    (void)why_stopped();
    in_use = false;
    // Taken between load and start, which changes nothing.
    unsigned before = claims;
    CHECK(host_load(IMAGE_FAULT, NULL) == 0);
    in_use = true;
    CHECK(amp_rproc_start(&host_rproc) == -AMP_EBUSY);
    in_use = false;
    CHECK(claims == before);
    live_again();
    CHECK(claims == before + 2);
}

// ---- Many lives ----

static void test_lives(uint32_t count) {
    static const char *const ways[] = {"masked spin", "masked sleep", "handler spin", "spin"};
    for (uint32_t i = 0; i < count; i++) {
        host_run(IMAGE_FAULT);
        host_echo("alive");
        if (i % 2 != 0) {
            host_send(ways[i / 2 % 4]);
            (void)amp_platform_wait(1); // it goes there meanwhile
        }
        stop();
    }
    host_print_dec(count);
    host_print(" lives\n");
}

int main(void) {
    host_init("test-fault");
    test_faults();
    test_trace();
    test_stop();
    test_dma();
    test_storm();
#if AMP_RP2_CHIP == 2040 // on an RP2350 nobody uses them (erratum E2)
    test_spinlock();
#endif
    test_vectors();
    test_flash();
    test_claim();
    test_lives(host_argument(0));
    return 0;
}
