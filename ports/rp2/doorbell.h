/*
 * The doorbells, for both halves: the FIFO on RP2040, which has nothing else, and doorbell 0
 * on RP2350.
 *
 * Both interrupts are level-triggered, and the other core can keep the level up for ever: its
 * handler would be entered again and again, and this core would execute nothing else.  So
 * the host's handler disables its interrupt, and the next poll enables it.
 */
#ifndef AMP_RP2_DOORBELL_H
#define AMP_RP2_DOORBELL_H

#include "../common/cortex_m_doorbell.h"
#include "regs.h"

// Kick the other core.  Words and their number mean nothing: a FIFO that is full wakes
// the other core as well as one more word would.  Interrupts are off, because a handler
// that kicks in between could fill the FIFO.
static inline void doorbell_kick(void) {
    wait_for_stores();
#if AMP_RP2_CHIP == 2040
    uint32_t before = interrupts_off();
    if ((SIO_FIFO_ST & FIFO_RDY) != 0) {
        SIO_FIFO_WR = 1;
    }
    interrupts_restore(before);
#else
    SIO_DOORBELL_OUT_SET = 1;
#endif
}

// Take what is in the FIFO.  The other core may be writing to it, so the number of words is
// bounded.
static inline void fifo_drain(void) {
    for (unsigned i = 0; i < FIFO_DEPTH && (SIO_FIFO_ST & FIFO_VLD) != 0; ++i) {
        (void)SIO_FIFO_RD;
    }
    SIO_FIFO_ST = FIFO_CLEAR;
}

static inline void doorbell_clear(void) {
#if AMP_RP2_CHIP == 2350
    SIO_DOORBELL_IN_CLR = 1;
#endif
}

static inline void doorbell_acknowledge(void) {
#if AMP_RP2_CHIP == 2040
    fifo_drain();
#endif
    doorbell_clear();
    wait_for_stores();
}

static inline void doorbell_off(unsigned irq) {
    NVIC_ICER(irq) = NVIC_BIT(irq);
    barrier();
}

static inline void doorbell_on(unsigned irq) {
    NVIC_ISER(irq) = NVIC_BIT(irq);
}

#endif // AMP_RP2_DOORBELL_H
