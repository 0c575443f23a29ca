/* Raw system calls and the jump out of reset, x86-64. */
#ifndef AMP_SIM_ARCH_X86_64_H
#define AMP_SIM_ARCH_X86_64_H

#include <linux/signal.h>

#include <asm/sigcontext.h>
#include <asm/ucontext.h>
#include <stdint.h>

#define AMP_SIM_AUDIT_ARCH AUDIT_ARCH_X86_64

static inline long sim_call(long number, long a, long b, long c, long d, long e, long f) {
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long result;
    // clang-format off
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    // clang-format on
    return result;
}

// Copy the registers of a signal's context in the order of elf_gregset_t.
static inline void sim_save_registers(volatile uint64_t *to, const void *context) {
    const struct sigcontext *c = &((const struct ucontext *)context)->uc_mcontext;
    const uint64_t registers[] = {c->r15, c->r14, c->r13, c->r12, c->rbp, c->rbx, c->r11, c->r10,
        c->r9, c->r8, c->rax, c->rcx, c->rdx, c->rsi, c->rdi, UINT64_MAX, c->rip, c->cs, c->eflags,
        c->rsp, c->ss};
    for (unsigned i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
        to[i] = registers[i];
    }
}

// The process begins at _start with its arguments on the stack.
#define AMP_SIM_RUNNER_START \
    __asm__(".section .start,\"ax\"\n" \
            ".global _start\n" \
            "_start:\n" \
            "    xor %ebp, %ebp\n" \
            "    mov %rsp, %rdi\n" \
            "    and $-16, %rsp\n" \
            "    call runner_main\n" \
            "    ud2\n" \
            ".previous\n")

// Go on in `function(argument)` on another stack; never returns.
static inline __attribute__((noreturn)) void sim_switch_stack(
    uintptr_t top, void (*function)(void *argument), void *argument) {
    // clang-format off
    __asm__ volatile("mov %0, %%rsp\n"
                     "xor %%ebp, %%ebp\n"
                     "call *%1\n"
                     "ud2"
                     :
                     : "r"(top & ~(uintptr_t)15), "r"(function), "D"(argument)
                     : "memory");
    // clang-format on
    __builtin_unreachable();
}

// Leave reset: every general register is 0 except the one that must hold the entry.
static inline __attribute__((noreturn)) void sim_jump(uintptr_t entry) {
    // clang-format off
    __asm__ volatile("xor %%ebx, %%ebx\n"
                     "xor %%ecx, %%ecx\n"
                     "xor %%edx, %%edx\n"
                     "xor %%esi, %%esi\n"
                     "xor %%edi, %%edi\n"
                     "xor %%ebp, %%ebp\n"
                     "xor %%esp, %%esp\n"
                     "xor %%r8d, %%r8d\n"
                     "xor %%r9d, %%r9d\n"
                     "xor %%r10d, %%r10d\n"
                     "xor %%r11d, %%r11d\n"
                     "xor %%r12d, %%r12d\n"
                     "xor %%r13d, %%r13d\n"
                     "xor %%r14d, %%r14d\n"
                     "xor %%r15d, %%r15d\n"
                     "jmp *%%rax"
                     :
                     : "a"(entry));
    // clang-format on
    __builtin_unreachable();
}

// The reset code of firmware, at the image's entry: it sets the stack and calls C.
#define AMP_SIM_REMOTE_START \
    __asm__(".section .start,\"ax\"\n" \
            ".global _start\n" \
            "_start:\n" \
            "    lea __stack_top(%rip), %rsp\n" \
            "    xor %ebp, %ebp\n" \
            "    call amp_remote_reset\n" \
            "    ud2\n" \
            ".previous\n")

#endif // AMP_SIM_ARCH_X86_64_H
