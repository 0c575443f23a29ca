/* The runner's executable, as data of the host program. */
#ifndef AMP_SIM_RUNNER_FILE
#error "give the path of the built runner: -DAMP_SIM_RUNNER_FILE='\"...\"' (ports/sim/build.mk)"
#endif

__asm__(".section .rodata\n"
        ".balign 16\n"
        ".global sim_runner\n"
        "sim_runner:\n"
        ".incbin \"" AMP_SIM_RUNNER_FILE "\"\n"
        "sim_runner_end:\n"
        ".balign 8\n"
        ".global sim_runner_len\n"
        "sim_runner_len:\n"
        ".8byte sim_runner_end - sim_runner\n"
        ".previous\n");

// A file must declare something.
extern const unsigned char sim_runner[];
