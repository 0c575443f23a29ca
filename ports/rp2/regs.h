/*
 * The registers of RP2040 and RP2350 that this port uses, by the names of the chips'
 * data sheets.
 */
#ifndef AMP_RP2_REGS_H
#define AMP_RP2_REGS_H

#include "../common/cortex_m.h"
#include "board.h"

// Single-cycle IO: each core sees its own registers at these addresses.
#define SIO_FIFO_ST_ADDRESS 0xD0000050
#define SIO_FIFO_ST REG(SIO_FIFO_ST_ADDRESS)
#define SIO_FIFO_WR REG(0xD0000054)
#define SIO_FIFO_RD REG(0xD0000058)
enum {
    FIFO_VLD = 1, // a word can be read
    FIFO_RDY = 2, // a word can be written
    FIFO_CLEAR = 0xFF, // any write clears the two sticky errors
    FIFO_DEPTH = 8, // at most; RP2350 has 4
};

// A write to the alias changes only the bits that are set in it.
#define ALIAS_SET 0x2000
#define ALIAS_CLEAR 0x3000

// IRQ_CORE0, IRQ_CORE1: the doorbell's interrupt.  IRQ_FIFO: of the FIFO on core 0.
#if AMP_RP2_CHIP == 2040
#define PSM_FRCE_OFF 0x40010004
#define PSM_CORE1 (1u << 16)
#define TIMER_RAW_HIGH REG(0x40054024)
#define TIMER_RAW_LOW REG(0x40054028)
#define DMA_CHAN_ABORT REG(0x50000444)
#define DMA_BUSY (1u << 24)
enum { IRQ_FIFO = 15, IRQ_CORE0 = IRQ_FIFO, IRQ_CORE1 = 16, IRQS = 26, DMA_CHANNELS = 12 };
#else
#define PSM_FRCE_OFF 0x40018004
#define PSM_CORE1 (1u << 24)
#define TIMER_RAW_HIGH REG(0x400B0024)
#define TIMER_RAW_LOW REG(0x400B0028)
#define SIO_DOORBELL_OUT_SET REG(0xD0000180)
#define SIO_DOORBELL_IN_CLR REG(0xD000018C)
#define DMA_CHAN_ABORT REG(0x50000464)
#define DMA_BUSY (1u << 26)
enum { IRQ_FIFO = 25, IRQ_CORE0 = 26, IRQ_CORE1 = 26, IRQS = 52, DMA_CHANNELS = 16 };
#endif

// The control register of DMA channel 0, at the address where a write starts nothing.
#define DMA_CH0_AL1_CTRL 0x50000010
enum { DMA_CHANNEL_LEN = 0x40, DMA_EN = 1 };

// SysTick can count microseconds, as the timer does: machine.freq() changes neither.
enum { SYST_LONGEST_US = 0xFFFFFF };

// Have SysTick end a sleep in `us` microseconds.
static inline void systick_begin(uint32_t us) {
    enum { COUNT_REFERENCE_AND_INTERRUPT = 3 };
    SYST_RVR = us > SYST_LONGEST_US ? SYST_LONGEST_US : us;
    SYST_CVR = 0;
    SYST_CSR = COUNT_REFERENCE_AND_INTERRUPT;
}

// Its interrupt has no handler: call this with interrupts off.
static inline void systick_end(void) {
    SYST_CSR = 0;
    SCB_ICSR = ICSR_PENDSTCLR;
}

// Both cores leave a wait for an event.
static inline void send_event(void) {
    __asm__ volatile("sev" ::: "memory");
}

#endif // AMP_RP2_REGS_H
