/*
 * The registers that this port uses.  Arm's documents: 101104 (the SSE-200 subsystem),
 * DAI 0521 (this board), DDI 0553 (the cores).
 */
#ifndef AMP_AN521_REGS_H
#define AMP_AN521_REGS_H

#include <stdint.h>

#include "../common/cortex_m.h"

// System control of the subsystem: core 1's first vector table, and its release from reset.
#define INITSVTOR1 REG(0x50021114)
#define CPUWAIT REG(0x50021118)

// A message handling unit has four bits in each direction.  A bit that is written to SET
// interrupts that core until it is written to CLR.
#define MHU0 0x50003000 // the doorbells of the vrings: interrupt 6
#define MHU1 0x50004000 // start and end of the remote core: interrupt 7
#define MHU_STAT(mhu, core) REG((mhu) + 0x10 * (core) + 0)
#define MHU_SET(mhu, core) REG((mhu) + 0x10 * (core) + 4)
#define MHU_CLR(mhu, core) REG((mhu) + 0x10 * (core) + 8)
enum { IRQ_TIMER0 = 3, IRQ_MHU0 = 6, IRQ_MHU1 = 7 };

// The timer that the host uses; it counts down at 20 MHz.
#define TIMER0_CTRL REG(0x50000000) // 1: counts, 8: interrupts at 0
#define TIMER0_RELOAD REG(0x50000008) // writing sets the counter, too
#define TIMER0_INT REG(0x5000000C) // 1: reached 0; writing 1 clears it

// Two counters that begin at reset: of 50 ns, and of 1 s.
#define FPGAIO_CLK1HZ REG(0x50302010)
#define FPGAIO_COUNTER REG(0x50302018)
#define TICKS_PER_US 20
#define TICKS_PER_S 20000000

// Microseconds since reset.  The fast counter is 32 bits wide and has wrapped
// k times; the slow one tells k.
static inline uint64_t time_us(void) {
    uint64_t coarse = (uint64_t)FPGAIO_CLK1HZ * TICKS_PER_S;
    uint32_t fine = FPGAIO_COUNTER;
    uint64_t wraps = (coarse - fine + (UINT64_C(1) << 31)) >> 32;
    return ((wraps << 32) + fine) / TICKS_PER_US;
}

#endif // AMP_AN521_REGS_H
