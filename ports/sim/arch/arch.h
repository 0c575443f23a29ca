/* Raw system calls and reset code of the machine that this is built for. */
#ifndef AMP_SIM_ARCH_H
#define AMP_SIM_ARCH_H

#if defined(__x86_64__)
#include "x86_64.h"
#elif defined(__aarch64__)
#include "aarch64.h"
#else
#error "the sim port knows x86-64 and AArch64"
#endif

#endif // AMP_SIM_ARCH_H
