/*
 * Random programs on the interpreter and on Unicorn, which was written by others:
 *   random INSTRUCTIONS [SEED]
 * Half of the instructions are in loops, which let values mix; each of the other
 * instructions runs alone, with registers of chance, so that also faults are
 * compared.  Both sides must agree on every register and every byte of memory.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicorn/unicorn.h>

#include "ports/emu/rv32.h"

enum { CODE = 0x10000000, DATA = 0x20000000, LEN = 4096, MIDDLE = DATA + LEN / 2 };

static _Alignas(4) uint8_t code[LEN];
static _Alignas(4) uint8_t data[LEN];
static struct rv32 cpu;
static uc_engine *uc;
static uint64_t random_state;
static uint64_t faults;

static uint32_t chance(void) {
    random_state = random_state * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(random_state >> 32);
}

static uint32_t below(uint32_t end) {
    return (uint32_t)((uint64_t)chance() * end >> 32);
}

static void check(uc_err error) {
    if (error != UC_ERR_OK) {
        printf("unicorn: %s\n", uc_strerror(error));
        exit(1);
    }
}

// Unicorn raises what it cannot do as an interrupt of the system that is not there.
static bool trapped;
static void note_trap(uc_engine *engine, uint32_t number, void *arg) {
    (void)number;
    (void)arg;
    trapped = true;
    uc_emu_stop(engine);
}

static void set_up(void) {
    check(uc_open(UC_ARCH_RISCV, UC_MODE_RISCV32, &uc));
    uc_hook hook;
    union { // an object, as the interface wants it
        void (*function)(uc_engine *engine, uint32_t number, void *arg);
        void *object;
    } trap = {.function = note_trap};
    check(uc_hook_add(uc, &hook, UC_HOOK_INTR, trap.object, NULL, 1, 0));
    check(uc_mem_map(uc, CODE, LEN, UC_PROT_ALL));
    check(uc_mem_map(uc, DATA, LEN, UC_PROT_READ | UC_PROT_WRITE));
}

static const uint32_t edges[] = {0, 1, 2, 31, 32, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFF8000};

// Both sides with the same registers and memory; x2, x8 and x9 point to data.
static void begin(void) {
    rv32_reset(&cpu, CODE);
    cpu.window[1] = (struct rv32_window){code, CODE, LEN, RV32_READ | RV32_WRITE | RV32_EXEC};
    cpu.window[2] = (struct rv32_window){data, DATA, LEN, RV32_READ | RV32_WRITE};
    for (int i = 1; i < 32; i++) {
        cpu.x[i] = below(3) == 0 ? edges[below(sizeof(edges) / sizeof(edges[0]))] : chance();
    }
    cpu.x[2] = cpu.x[8] = cpu.x[9] = MIDDLE;
    for (int i = 0; i < LEN; i += 4) {
        uint32_t word = chance();
        memcpy(data + i, &word, 4);
    }
}

static void copy_to_unicorn(void) {
    for (int i = 0; i < 32; i++) {
        check(uc_reg_write(uc, UC_RISCV_REG_X0 + i, &cpu.x[i]));
    }
    check(uc_mem_write(uc, CODE, code, LEN));
    check(uc_mem_write(uc, DATA, data, LEN));
}

// Unicorn remembers what it has translated.
static void forget_code(uint32_t at, uint32_t len) {
    check(uc_ctl_remove_cache(uc, CODE + at, CODE + at + len));
}

static void disagree(const char *what, uint32_t ours, uint32_t theirs) {
    printf("%s: 0x%08" PRIx32 ", unicorn has 0x%08" PRIx32 "; instruction 0x%08" PRIx32 "\n", what,
        ours, theirs, cpu.instruction);
    for (int i = 0; i < 32; i += 4) {
        printf("x%-2d %08" PRIx32 " %08" PRIx32 " %08" PRIx32 " %08" PRIx32 "\n", i, cpu.x[i],
            cpu.x[i + 1], cpu.x[i + 2], cpu.x[i + 3]);
    }
    exit(1);
}

static void compare(bool with_pc) {
    static uint8_t theirs[LEN];
    uint32_t value = 0;
    char name[8];
    for (int i = 0; i < 32; i++) {
        check(uc_reg_read(uc, UC_RISCV_REG_X0 + i, &value));
        if (value != cpu.x[i]) {
            snprintf(name, sizeof(name), "x%d", i);
            disagree(name, cpu.x[i], value);
        }
    }
    check(uc_reg_read(uc, UC_RISCV_REG_PC, &value));
    if (with_pc && value != cpu.pc) {
        disagree("pc", cpu.pc, value);
    }
    check(uc_mem_read(uc, DATA, theirs, LEN));
    for (int i = 0; i < LEN; i++) {
        if (theirs[i] != data[i]) {
            disagree("memory", (uint32_t)(DATA + i), theirs[i]);
        }
    }
}

// ---- One instruction ----

// Not compared: floating point, which Unicorn has and we have not; the system's
// instructions, which depend on privilege; and compressed shifts by 0 (a hint that
// does nothing, which Unicorn 2 refuses) or by 32 and more (left to extensions,
// which Unicorn 2 executes).
static bool is_compared(uint32_t i) {
    static const uint8_t left_out[] = {0x07, 0x27, 0x43, 0x47, 0x4B, 0x4F, 0x53, 0x73};
    for (size_t n = 0; n < sizeof(left_out); n++) {
        if ((i & 127U) == left_out[n]) {
            return false;
        }
    }
    if ((i & 3U) == 3) {
        return true;
    }
    uint32_t kind = (i & 3U) << 3 | (i >> 13 & 7U);
    bool floating = kind < 24 && (kind & 8U) == 0 && (kind & 1U) != 0;
    // What is reserved, or of 64 bits, Unicorn 2 takes for nothing to do or does.
    bool reserved = kind == 4 || (kind == 12 && (i >> 10 & 7U) == 7);
    bool shift = kind == 16 || (kind == 12 && (i >> 11 & 1U) == 0);
    bool odd_shift = shift && ((i >> 2 & 31U) == 0 || (i >> 12 & 1U) != 0);
    return !floating && !reserved && !odd_shift && (i & 0xFFFFU) != 0x9002; // c.ebreak
}

// Mostly what exists, with fields of chance.
static uint32_t some_instruction(void) {
    static const uint8_t opcodes[] = {
        0x03, 0x0F, 0x13, 0x17, 0x23, 0x2F, 0x33, 0x37, 0x63, 0x67, 0x6F, 0x13, 0x33, 0x33};
    static const uint8_t funct7[] = {0, 1, 0x20, 0, 1, 0x20, 0x40};
    uint32_t i = chance();
    if (below(3) == 0) {
        return i; // of these three quarters are compressed
    }
    i = (i & ~127U) | opcodes[below(sizeof(opcodes))];
    if ((i & 127U) == 0x33 || ((i & 127U) == 0x13 && (i >> 12 & 3U) == 1)) {
        i = (i & 0x01FFFFFFU) | (uint32_t)funct7[below(sizeof(funct7))] << 25;
    } else if ((i & 127U) == 0x2F && below(8) != 0) {
        i = (i & ~(7U << 12 | 31U << 15)) | 2U << 12 | (below(4) == 0 ? 2U : 9U) << 15;
    } else if (((i & 127U) == 0x03 || (i & 127U) == 0x23) && below(8) != 0) {
        i = (i & ~(31U << 15 | 3U << 20)) | 8U << 15; // based on data
    }
    return i;
}

static void one(void) {
    uint32_t i;
    do {
        i = some_instruction();
    } while (!is_compared(i));
    memset(code, 0, LEN);
    memcpy(code, &i, 4);
    begin();
    copy_to_unicorn();
    forget_code(0, 4);
    enum rv32_stop stop = rv32_run(&cpu, 1);
    if (stop == RV32_MISALIGNED_LOAD || stop == RV32_MISALIGNED_STORE) {
        return; // Unicorn does it, as a system may
    }
    trapped = false;
    uc_err error = uc_emu_start(uc, CODE, 0, 0, 1);
    if ((trapped || error != UC_ERR_OK) != (stop != RV32_GOING)) {
        // Jumps to nowhere are found a step early there.
        bool nowhere = error == UC_ERR_FETCH_UNMAPPED || error == UC_ERR_FETCH_PROT;
        bool jumped = nowhere && stop == RV32_GOING && cpu.jumped_from == CODE;
        if (!jumped) {
            disagree("verdict", stop, error);
        }
    }
    faults += stop != RV32_GOING ? 1 : 0;
    compare(stop == RV32_GOING);
}

// ---- Loops ----

enum { COUNTER = 31 };

// May the loop have it?  It must reach data and leave the registers alone that
// point there and count.
static bool is_harmless(uint32_t i) {
    uint32_t full = (i & 3U) == 3 ? i : rv32_expand((uint16_t)i);
    uint32_t opcode = full & 127U;
    uint32_t rd = full >> 7 & 31U;
    uint32_t rs1 = full >> 15 & 31U;
    bool base = rs1 == 2 || rs1 == 8 || rs1 == 9;
    bool aligned = (full >> 20 & 3U) == 0;
    if (!is_compared(i) || full == 0) {
        return false;
    }
    if (opcode == 0x23) {
        return base && (full >> 12 & 7U) < 3 && (full >> 7 & 3U) == 0;
    }
    if (rd == 2 || rd == 8 || rd == 9 || rd == COUNTER) {
        return false;
    }
    if (opcode == 0x03) {
        uint32_t kind = full >> 12 & 7U;
        return base && aligned && kind != 3 && kind < 6;
    }
    return opcode == 0x2F ? base : opcode != 0x63 && opcode != 0x67 && opcode != 0x6F;
}

// Is it one that both know?  The interpreter tells; disagreement shows in one().
static bool is_known(uint32_t i) {
    memcpy(code, &i, 4);
    begin();
    return rv32_run(&cpu, 1) == RV32_GOING;
}

static uint32_t put(uint32_t at, uint32_t i) {
    uint32_t len = (i & 3U) == 3 ? 4 : 2;
    memcpy(code + at, &i, len);
    return at + len;
}

static uint32_t branch_over(uint32_t distance) {
    static const uint8_t kinds[] = {0, 1, 4, 5, 6, 7};
    return 0x63 | kinds[below(6)] << 12 | below(32) << 15 | below(32) << 20
        | (distance & 0x1EU) << 7;
}

static uint64_t loop(void) {
    static uint32_t body[200];
    for (size_t n = 0; n < sizeof(body) / sizeof(body[0]); n++) {
        do {
            body[n] = some_instruction();
        } while (!is_harmless(body[n]) || !is_known(body[n]));
    }
    memset(code, 0, LEN);
    uint32_t at = 0;
    for (size_t n = 0; n < sizeof(body) / sizeof(body[0]); n++) {
        if (below(8) == 0) {
            at = put(at, branch_over((body[n] & 3U) == 3 ? 8 : 6));
        }
        at = put(at, body[n]);
    }
    at = put(at, 0xFFFF8F93); // addi x31, x31, -1
    at = put(at, 0x000F8463); // beqz x31, 8
    uint32_t back = 0U - at;
    uint32_t jal = 0x6F | (back & 0xFF000U) | (back >> 11 & 1U) << 20 | (back >> 1 & 1023U) << 21
        | (back >> 20 & 1U) << 31;
    at = put(at, jal);
    begin();
    cpu.x[COUNTER] = 100;
    copy_to_unicorn();
    forget_code(0, LEN);
    check(uc_emu_start(uc, CODE, CODE + at, 0, 0));
    while (cpu.pc != CODE + at) {
        if (rv32_run(&cpu, 1) != RV32_GOING) {
            disagree("loop", cpu.stop, cpu.pc);
        }
    }
    compare(true);
    return cpu.instructions;
}

int main(int argc, char **argv) {
    uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 0) : 1000000;
    random_state = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    set_up();
    uint64_t alone = count / 100;
    for (uint64_t n = 0; n < alone; n++) {
        one();
    }
    uint64_t looped = 0;
    while (looped + alone < count) {
        looped += loop();
    }
    printf("%" PRIu64 " instructions alone, %" PRIu64 " of them faults, %" PRIu64
           " in loops: no difference\n",
        alone, faults, looped);
    return alone > 0 && faults > 0 && looped > 0 ? 0 : 1;
}
