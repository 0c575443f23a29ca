// Semihosting: a file through its whole life, the arguments, the time.
#include "guest.h"

static uint32_t call3(uint32_t operation, uint32_t a, uint32_t b, uint32_t c) {
    uint32_t block[4] = {a, b, c, 0};
    return semihost(operation, block);
}

static uint32_t address(const void *pointer) {
    return (uint32_t)(uintptr_t)pointer;
}

static uint32_t length(const char *text) {
    uint32_t len = 0;
    while (text[len] != '\0') {
        len++;
    }
    return len;
}

enum { OPEN = 1, CLOSE, WRITEC, WRITE = 5, READ, SEEK = 10, FLEN = 12, REMOVE = 14, RENAME };
enum { READ_BINARY = 1, WRITE_BINARY = 5, UPDATE = 3, ENOENT = 2, EBADF = 9 };

static void files(const char *name, const char *other) {
    static const char text[] = "0123456789";
    char buffer[16] = "";
    uint32_t file = call3(OPEN, address(name), WRITE_BINARY, length(name));
    CHECK(file != UINT32_MAX && file != 0);
    CHECK(call3(WRITE, file, address(text), 10) == 0 && call3(CLOSE, file, 0, 0) == 0);
    CHECK(call3(CLOSE, file, 0, 0) == UINT32_MAX && semihost(0x13, 0) == EBADF);
    CHECK(call3(RENAME, address(name), length(name), address(other)) == UINT32_MAX);
    file = call3(OPEN, address(name), UPDATE, length(name));
    CHECK(call3(FLEN, file, 0, 0) == 10 && call3(SEEK, file, 7, 0) == 0);
    CHECK(call3(READ, file, address(buffer), 16) == 13);
    CHECK(buffer[0] == '7' && buffer[2] == '9' && buffer[3] == '\0');
    CHECK(call3(SEEK, file, 2, 0) == 0 && call3(WRITE, file, address("ab"), 2) == 0);
    CHECK(call3(SEEK, file, 0, 0) == 0 && call3(READ, file, address(buffer), 6) == 0);
    CHECK(buffer[1] == '1' && buffer[2] == 'a' && buffer[3] == 'b' && buffer[4] == '4');
    CHECK(call3(CLOSE, file, 0, 0) == 0);
    CHECK(call3(REMOVE, address(name), length(name), 0) == 0);
    CHECK(call3(OPEN, address(name), READ_BINARY, length(name)) == UINT32_MAX);
    CHECK(semihost(0x13, 0) == ENOENT);
}

static void console(void) {
    static const char name[] = ":tt";
    uint32_t out = call3(OPEN, address(name), WRITE_BINARY, 3);
    CHECK(call3(WRITE, out, address("to the console\n"), 15) == 0);
    semihost(WRITEC, "!");
    semihost(WRITEC, "\n");
}

static void times(void) {
    uint64_t before = 0;
    uint64_t after = 0;
    CHECK(semihost(0x31, 0) == 64000000 && semihost(0x11, 0) == 1704067200);
    SYST_RVR = 0xFFFFFF;
    SYST_CVR = 0;
    SYST_CSR = 5;
    CHECK(semihost(0x30, &before) == 0);
    for (uint32_t i = 0; i < 1000000; i++) {
        __asm__ volatile("nop");
    }
    CHECK(semihost(0x30, &after) == 0);
    uint32_t cycles = 0xFFFFFF - SYST_CVR;
    CHECK(after - before > 3000000 && after - before <= cycles);
    CHECK(cycles - (uint32_t)(after - before) < 100 && semihost(0x10, 0) >= 4);
}

void m7_main(void) {
    static char arguments[80];
    CPACR = 0xFu << 20; // the compiler copies with FP registers
    dsb();
    CHECK(call3(0x15, address(arguments), 5, 0) == UINT32_MAX);
    CHECK(call3(0x15, address(arguments), sizeof(arguments), 0) == 0);
    files(arguments, "elsewhere");
    console();
    times();
    print("files done\n");
}
