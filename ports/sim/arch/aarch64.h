/* Raw system calls and the jump out of reset, AArch64. */
#ifndef AMP_SIM_ARCH_AARCH64_H
#define AMP_SIM_ARCH_AARCH64_H

#include <linux/signal.h>

#include <asm/sigcontext.h>
#include <asm/ucontext.h>
#include <stdint.h>

#define AMP_SIM_AUDIT_ARCH AUDIT_ARCH_AARCH64

static inline long sim_call(long number, long a, long b, long c, long d, long e, long f) {
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    // clang-format off
    __asm__ volatile("svc #0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    // clang-format on
    return x0;
}

// Copy the registers of a signal's context in the order of elf_gregset_t, which is the same.
static inline void sim_save_registers(volatile uint64_t *to, const void *context) {
    const struct sigcontext *c = &((const struct ucontext *)context)->uc_mcontext;
    for (unsigned i = 0; i < sizeof(c->regs) / sizeof(c->regs[0]); i++) {
        *to++ = c->regs[i];
    }
    to[0] = c->sp;
    to[1] = c->pc;
    to[2] = c->pstate;
}

// The process begins at _start with its arguments on the stack.
#define AMP_SIM_RUNNER_START \
    __asm__(".section .start,\"ax\"\n" \
            ".global _start\n" \
            "_start:\n" \
            "    mov x29, #0\n" \
            "    mov x0, sp\n" \
            "    bl runner_main\n" \
            "    udf #0\n" \
            ".previous\n")

// Go on in `function(argument)` on another stack; never returns.
static inline __attribute__((noreturn)) void sim_switch_stack(
    uintptr_t top, void (*function)(void *argument), void *argument) {
    register void *x0 __asm__("x0") = argument;
    // clang-format off
    __asm__ volatile("mov sp, %0\n"
                     "mov x29, #0\n"
                     "blr %1\n"
                     "udf #0"
                     :
                     : "r"(top & ~(uintptr_t)15), "r"(function), "r"(x0)
                     : "memory");
    // clang-format on
    __builtin_unreachable();
}

// Leave reset: every general register is 0 except the one that must hold the entry
// (x16: with branch target identification, BR x16 may enter a function).
static inline __attribute__((noreturn)) void sim_jump(uintptr_t entry) {
    register uintptr_t x16 __asm__("x16") = entry;
    // clang-format off
    __asm__ volatile("mov x0, #0\n mov x1, #0\n mov x2, #0\n mov x3, #0\n"
                     "mov x4, #0\n mov x5, #0\n mov x6, #0\n mov x7, #0\n"
                     "mov x8, #0\n mov x9, #0\n mov x10, #0\n mov x11, #0\n"
                     "mov x12, #0\n mov x13, #0\n mov x14, #0\n mov x15, #0\n"
                     "mov x17, #0\n mov x18, #0\n mov x19, #0\n mov x20, #0\n"
                     "mov x21, #0\n mov x22, #0\n mov x23, #0\n mov x24, #0\n"
                     "mov x25, #0\n mov x26, #0\n mov x27, #0\n mov x28, #0\n"
                     "mov x29, #0\n mov x30, #0\n mov sp, x0\n"
                     "br x16"
                     :
                     : "r"(x16));
    // clang-format on
    __builtin_unreachable();
}

// The reset code of firmware, at the image's entry: it sets the stack and calls C.
#define AMP_SIM_REMOTE_START \
    __asm__(".section .start,\"ax\"\n" \
            ".global _start\n" \
            "_start:\n" \
            "    ldr x0, =__stack_top\n" \
            "    mov sp, x0\n" \
            "    mov x29, #0\n" \
            "    bl amp_remote_reset\n" \
            "    udf #0\n" \
            "    .ltorg\n" \
            ".previous\n")

#endif // AMP_SIM_ARCH_AARCH64_H
