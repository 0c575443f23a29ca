/*
 * Registers that the start-up code of a real program reads and writes, for --image: those
 * of clocks, power, flash, pins, RTC, timers and serial ports.  Each keeps what is written
 * to it, and what the chip would answer to a request is there at once: an oscillator is
 * ready, a mode is entered.  Nothing more is simulated of them, but for one thing:
 * USART1 is the console.
 *
 * Without --image these registers do not exist, so that our own programs, which need none
 * of them, are held to it.
 */
#include "machine.h"

#include <string.h>
#include <unistd.h>

enum { WORDS = 4096, USART1_IRQ = 37 };

// The chip's answers: `value` is set where `asked` is (or always, 0), `clear` never is.
static const struct answer {
    uint32_t address;
    uint32_t asked;
    uint32_t value;
    uint32_t clear;
} answers[] = {
    {0x58024470, 1 << 0, 1 << 1, 0}, // RCC_BDCR: LSE is ready
    {0x58024474, 1 << 0, 1 << 1, 0}, // RCC_CSR: LSI
    {0x58024410, 1 << 0, 1 << 3, 1 << 3}, // RCC_CFGR: SW is in use
    {0x58024410, 1 << 1, 1 << 4, 1 << 4}, {0x58024410, 1 << 2, 1 << 5, 1 << 5},
    {0x58024804, 0, 1 << 13, 0}, // PWR_CSR1: the voltage is reached
    {0x58024818, 0, 1 << 13, 0}, // PWR_D3CR
    {0x58024808, 1 << 0, 1 << 16, 0}, // PWR_CR2: the backup regulator
    {0x5800400C, 1 << 7, 1 << 6, 0}, // RTC_ISR: initialisation is entered,
    {0x5800400C, 0, 1 << 5 | 1 << 2 | 1 << 4, 0}, // the registers are copied, INITS
    {0x5C001000, 0, 0x20036450, 0}, // DBGMCU_IDCODE
};
enum { ANSWERS = sizeof(answers) / sizeof(answers[0]) };

static struct word {
    uint32_t address;
    uint32_t value;
} words[WORDS];

static struct word *find(struct core *core, uint32_t address) {
    for (uint32_t i = address / 4 * 2654435761u >> 20, n = 0; n < WORDS; i = (i + 1) % WORDS, n++) {
        if (words[i].address == address || words[i].address == 0) {
            words[i].address = address;
            return &words[i];
        }
    }
    sim_violation(core, "more registers than %d", (int)WORDS);
    return words;
}

void image_reset(void) {
    memset(words, 0, sizeof(words));
}

// ---- The console ----

enum {
    USART1 = 0x40011000,
    CR1 = USART1,
    ISR = USART1 + 0x1C,
    RDR = USART1 + 0x24,
    TDR = USART1 + 0x28,
    RXNE = 1 << 5, // in ISR, and its interrupt in CR1
    TXE_TC = 1 << 7 | 1 << 6,
    TEACK_REACK = 3 << 21,
};

static struct {
    bool full;
    bool over;
    uint8_t character;
} input;

static void update_console(struct core *core) {
    bool wanted = find(core, CR1)->value & RXNE;
    nvic_set_line(&core->m->core[M7], USART1_IRQ, wanted && input.full);
}

// Who types waits until the program sleeps: a character that is there when the port is
// switched on is what no program expects.
void image_idle(struct core *core) {
    if (!input.full && !input.over) {
        input.full = read(STDIN_FILENO, &input.character, 1) == 1;
        input.over = !input.full;
    }
    update_console(core);
}

static uint32_t console_read(struct core *core, uint32_t address) {
    if (address == ISR) {
        return TXE_TC | TEACK_REACK | (input.full ? RXNE : 0);
    }
    input.full = false;
    update_console(core);
    return input.character;
}

// ---- All of them ----

static uint32_t read_word(struct core *core, uint32_t address) {
    if (address == ISR || address == RDR) {
        return console_read(core, address);
    }
    uint32_t value = find(core, address)->value;
    uint32_t written = value;
    for (unsigned i = 0; i < ANSWERS; i++) {
        if (answers[i].address == address) {
            value &= ~answers[i].clear;
            value |= (written & answers[i].asked) == answers[i].asked ? answers[i].value : 0;
        }
    }
    return value;
}

static void write_word(struct core *core, uint32_t address, uint32_t value) {
    if (address == TDR) {
        putchar((int)(value & 0xFF));
        fflush(stdout);
        return;
    }
    find(core, address)->value = value;
    if (address == CR1) {
        update_console(core);
    }
}

uint32_t image_read(struct core *core, const char *block, uint32_t base, uint32_t offset) {
    if (core->m->options.chip.image) {
        return read_word(core, base + offset);
    }
    sim_violation(core, "read of %s register 0x%03x", block, (unsigned)offset);
    return 0;
}

void image_write(
    struct core *core, const char *block, uint32_t base, uint32_t offset, uint32_t value) {
    if (core->m->options.chip.image) {
        write_word(core, base + offset, value);
        return;
    }
    sim_violation(core, "write to %s register 0x%03x", block, (unsigned)offset);
}

// ---- Pages that have nothing else ----

static const struct range {
    uint32_t base;
    uint32_t size;
} ranges[] = {
    {0x1FF1E000, 0x1000}, // the chip's number and size
    {0x40000000, 0x80000}, // APB1, APB2, AHB1
    {0x48020000, 0x10000}, // AHB2
    {0x50000000, 0x10000}, // APB3
    {0x51000000, 0x100000}, // the AXI interconnect
    {0x52000000, 0x2000}, // AHB3, on both sides of FLASH
    {0x52003000, 0xD000}, {0x58001000, 0x23000}, // APB4, pins
    {0x58025000, 0x1000}, {0x5C001000, 0x1000}, // DBGMCU
};
enum { RANGES = sizeof(ranges) / sizeof(ranges[0]) };

static struct place {
    struct core *core;
    uint32_t base;
} places[CORES][RANGES];

static uint64_t on_read(uc_engine *uc, uint64_t offset, unsigned size, void *user) {
    (void)uc;
    (void)size;
    const struct place *place = user;
    uint32_t at = (uint32_t)offset;
    return read_word(place->core, place->base + (at & ~3u)) >> 8 * (at & 3);
}

static void on_write(uc_engine *uc, uint64_t offset, unsigned size, uint64_t value, void *user) {
    (void)uc;
    const struct place *place = user;
    uint32_t at = (uint32_t)offset;
    uint32_t address = place->base + (at & ~3u);
    uint32_t mask = size == 4 ? UINT32_MAX : ((UINT32_C(1) << 8 * size) - 1) << 8 * (at & 3);
    uint32_t word = (uint32_t)value << 8 * (at & 3) & mask;
    write_word(place->core, address,
        size == 4 ? word : word | (find(place->core, address)->value & ~mask));
}

void image_map(struct core *core) {
    for (unsigned i = 0; core->m->options.chip.image && i < RANGES; i++) {
        places[core->id][i] = (struct place){core, ranges[i].base};
        void *place = &places[core->id][i];
        uc_err error =
            uc_mmio_map(core->uc, ranges[i].base, ranges[i].size, on_read, place, on_write, place);
        if (error != UC_ERR_OK) {
            sim_violation(core, "mapping 0x%08x: %s", (unsigned)ranges[i].base, uc_strerror(error));
        }
    }
}
