/*
 * The instructions, in the order of the opcode map.  Names, fields and formats
 * are those of volume I of the RISC-V manual, "RV32/64G Instruction Set Listings".
 */
#include "rv32.h"

#include <string.h>

#include "rv32_compute.h"

static void write_rd(struct rv32 *cpu, uint32_t i, uint32_t value) {
    cpu->x[field_rd(i)] = value;
    cpu->x[0] = 0;
}

// ---- Memory ----

static void fault(struct rv32 *cpu, enum rv32_stop stop, uint32_t address) {
    cpu->stop = stop;
    cpu->address = address;
}

// The local pointer for an access of `len` bytes, or NULL after a fault.  It is enough to
// check the first byte, because windows end at multiples of 4 and the access is aligned.
static uint8_t *reach(struct rv32 *cpu, uint32_t address, uint32_t len, uint32_t access) {
    const struct rv32_window *window = &cpu->window[address >> 28];
    uint32_t offset = address - window->da;
    bool store = (access & RV32_WRITE) != 0;
    if ((address & (len - 1U)) != 0) {
        fault(cpu, store ? RV32_MISALIGNED_STORE : RV32_MISALIGNED_LOAD, address);
        return NULL;
    }
    if (offset >= window->len || (window->access & access) != access) {
        fault(cpu, store ? RV32_BAD_STORE : RV32_BAD_LOAD, address);
        return NULL;
    }
    return window->va + offset;
}

static void note_store(struct rv32 *cpu, uint32_t address, uint32_t len) {
    cpu->stored_at = address;
    cpu->stored_len = len;
}

static void load(struct rv32 *cpu, uint32_t i) {
    uint32_t kind = funct3(i);
    if (kind == 3 || kind > 5) {
        cpu->stop = RV32_ILLEGAL;
        return;
    }
    uint32_t len = 1U << (kind & 3U);
    const uint8_t *from = reach(cpu, cpu->x[field_rs1(i)] + immediate_i(i), len, RV32_READ);
    if (from == NULL) {
        return;
    }
    uint32_t value = 0;
    memcpy(&value, from, len);
    write_rd(cpu, i, kind < 2 ? extend(value, 8 * len - 1) : value);
}

static void store(struct rv32 *cpu, uint32_t i) {
    uint32_t kind = funct3(i);
    if (kind > 2) {
        cpu->stop = RV32_ILLEGAL;
        return;
    }
    uint32_t len = 1U << kind;
    uint32_t address = cpu->x[field_rs1(i)] + immediate_s(i);
    uint8_t *to = reach(cpu, address, len, RV32_WRITE);
    if (to != NULL) {
        memcpy(to, &cpu->x[field_rs2(i)], len);
        note_store(cpu, address, len);
    }
}

// ---- Extension A ----

static void load_reserved(struct rv32 *cpu, uint32_t i) {
    uint32_t address = cpu->x[field_rs1(i)];
    if (field_rs2(i) != 0) {
        cpu->stop = RV32_ILLEGAL;
        return;
    }
    const uint8_t *from = reach(cpu, address, 4, RV32_READ);
    if (from != NULL) {
        memcpy(&cpu->reserved_value, from, 4);
        cpu->reserved = true;
        cpu->reserved_at = address;
        write_rd(cpu, i, cpu->reserved_value);
    }
}

static void store_conditional(struct rv32 *cpu, uint32_t i) {
    uint32_t address = cpu->x[field_rs1(i)];
    bool reserved = cpu->reserved && cpu->reserved_at == address;
    uint8_t *to = reach(cpu, address, 4, RV32_WRITE);
    if (to == NULL) {
        return;
    }
    uint32_t now;
    memcpy(&now, to, 4);
    cpu->reserved = false;
    reserved = reserved && now == cpu->reserved_value;
    if (reserved) {
        memcpy(to, &cpu->x[field_rs2(i)], 4);
        note_store(cpu, address, 4);
    }
    write_rd(cpu, i, reserved ? 0 : 1);
}

static void amo(struct rv32 *cpu, uint32_t i) {
    uint32_t address = cpu->x[field_rs1(i)];
    uint32_t old;
    uint32_t value;
    if (!combine(i >> 27, 0, 0, &value)) {
        cpu->stop = RV32_ILLEGAL;
        return;
    }
    uint8_t *at = reach(cpu, address, 4, RV32_READ | RV32_WRITE);
    if (at != NULL) {
        memcpy(&old, at, 4);
        (void)combine(i >> 27, old, cpu->x[field_rs2(i)], &value);
        memcpy(at, &value, 4);
        note_store(cpu, address, 4);
        write_rd(cpu, i, old);
    }
}

static void atomic(struct rv32 *cpu, uint32_t i) {
    enum { LR = 2, SC = 3 };
    if (funct3(i) != 2) { // of other lengths than a word
        cpu->stop = RV32_ILLEGAL;
    } else if (i >> 27 == LR) {
        load_reserved(cpu, i);
    } else if (i >> 27 == SC) {
        store_conditional(cpu, i);
    } else {
        amo(cpu, i);
    }
}

// ---- Integers ----

static void op_immediate(struct rv32 *cpu, uint32_t i) {
    uint32_t kind = funct3(i);
    bool alternate = kind == 5 && funct7(i) == 0x20;
    if ((kind == 1 || kind == 5) && funct7(i) != 0 && !alternate) {
        cpu->stop = RV32_ILLEGAL;
        return;
    }
    write_rd(cpu, i, compute(kind, alternate, cpu->x[field_rs1(i)], immediate_i(i)));
}

static void op(struct rv32 *cpu, uint32_t i) {
    uint32_t kind = funct3(i);
    uint32_t a = cpu->x[field_rs1(i)];
    uint32_t b = cpu->x[field_rs2(i)];
    bool alternate = funct7(i) == 0x20 && (kind == 0 || kind == 5);
    if (funct7(i) == 1) {
        write_rd(cpu, i, multiply_divide(kind, a, b));
    } else if (funct7(i) == 0 || alternate) {
        write_rd(cpu, i, compute(kind, alternate, a, b));
    } else {
        cpu->stop = RV32_ILLEGAL;
    }
}

// ---- Control ----

static void jump(struct rv32 *cpu, uint32_t to) {
    cpu->next_pc = to;
    cpu->jumped_from = cpu->pc;
    cpu->jumped_to = to;
}

static void branch(struct rv32 *cpu, uint32_t i) {
    uint32_t kind = funct3(i);
    uint32_t a = cpu->x[field_rs1(i)];
    uint32_t b = cpu->x[field_rs2(i)];
    bool taken;
    switch (kind >> 1) {
        case 0: // beq, bne
            taken = a == b;
            break;
        case 2: // blt, bge
            taken = is_less(a, b);
            break;
        case 3: // bltu, bgeu
            taken = a < b;
            break;
        default:
            cpu->stop = RV32_ILLEGAL;
            return;
    }
    if (taken != ((kind & 1U) != 0)) {
        jump(cpu, cpu->pc + immediate_b(i));
    }
}

static void jump_and_link(struct rv32 *cpu, uint32_t i, uint32_t to) {
    uint32_t link = cpu->next_pc;
    jump(cpu, to);
    write_rd(cpu, i, link);
}

static void jump_register(struct rv32 *cpu, uint32_t i) {
    if (funct3(i) != 0) {
        cpu->stop = RV32_ILLEGAL;
    } else {
        jump_and_link(cpu, i, (cpu->x[field_rs1(i)] + immediate_i(i)) & ~1U);
    }
}

static void misc_memory(struct rv32 *cpu, uint32_t i) {
    if (funct3(i) > 1) { // fence, fence.i: accesses are in order anyway
        cpu->stop = RV32_ILLEGAL;
    }
}

static void system_call(struct rv32 *cpu, uint32_t i) {
    enum { ECALL = 0x00000073, EBREAK = 0x00100073 };
    cpu->stop = i == ECALL ? RV32_ECALL : i == EBREAK ? RV32_BREAKPOINT : RV32_ILLEGAL;
}

static void execute(struct rv32 *cpu, uint32_t i) {
    switch (i & 127U) {
        case 0x03:
            load(cpu, i);
            break;
        case 0x0F:
            misc_memory(cpu, i);
            break;
        case 0x13:
            op_immediate(cpu, i);
            break;
        case 0x17: // auipc
            write_rd(cpu, i, cpu->pc + (i & ~0xFFFU));
            break;
        case 0x23:
            store(cpu, i);
            break;
        case 0x2F:
            atomic(cpu, i);
            break;
        case 0x33:
            op(cpu, i);
            break;
        case 0x37: // lui
            write_rd(cpu, i, i & ~0xFFFU);
            break;
        case 0x63:
            branch(cpu, i);
            break;
        case 0x67:
            jump_register(cpu, i);
            break;
        case 0x6F:
            jump_and_link(cpu, i, cpu->pc + immediate_j(i));
            break;
        case 0x73:
            system_call(cpu, i);
            break;
        default:
            cpu->stop = RV32_ILLEGAL;
    }
}

// ---- Fetch ----

// The 32-bit form of each 16-bit instruction, computed once.
static uint32_t expanded[0x10000];

static void fill_expanded(void) {
    static bool filled;
    for (uint32_t i = 0; !filled && i < 0x10000U; i++) {
        expanded[i] = rv32_expand((uint16_t)i);
    }
    filled = true;
}

// The local pointer to 16 bits of code, or NULL after a fault.
static const uint8_t *reach_code(struct rv32 *cpu, uint32_t address) {
    const struct rv32_window *window = &cpu->window[address >> 28];
    uint32_t offset = address - window->da;
    if (offset >= window->len || (window->access & RV32_EXEC) == 0) {
        fault(cpu, RV32_BAD_JUMP, address);
        return NULL;
    }
    return window->va + offset;
}

// Get the instruction at pc in its 32-bit form, and set next_pc to the address behind it.
static bool fetch(struct rv32 *cpu, uint32_t *instruction) {
    uint16_t half;
    const uint8_t *from = reach_code(cpu, cpu->pc);
    if (from == NULL) {
        return false;
    }
    memcpy(&half, from, 2);
    cpu->instruction = half;
    if ((half & 3U) != 3) {
        cpu->next_pc = cpu->pc + 2;
        *instruction = expanded[half];
        return true;
    }
    from = reach_code(cpu, cpu->pc + 2);
    if (from == NULL) {
        return false;
    }
    uint16_t upper;
    memcpy(&upper, from, 2);
    cpu->next_pc = cpu->pc + 4;
    *instruction = cpu->instruction = half | (uint32_t)upper << 16;
    return true;
}

void rv32_reset(struct rv32 *cpu, uint32_t entry) {
    fill_expanded();
    memset(cpu, 0, sizeof(*cpu));
    cpu->pc = entry & ~1U;
}

enum rv32_stop rv32_run(struct rv32 *cpu, uint32_t count) {
    uint32_t i;
    cpu->stop = RV32_GOING;
    for (uint32_t left = count; left != 0 && fetch(cpu, &i); --left) {
        execute(cpu, i);
        if (cpu->stop > RV32_ECALL) {
            break;
        }
        cpu->pc = cpu->next_pc;
        ++cpu->instructions;
        if (cpu->stop == RV32_ECALL) {
            break;
        }
    }
    return cpu->stop;
}
