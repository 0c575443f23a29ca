/*
 * Reset and launch of core 1.  After its reset core 1 waits in the boot ROM for six words:
 * 0, 0, 1, vector table, stack, entry.  The ROM returns each of them, and begins again at a
 * word that it did not expect, so an answer that differs means to begin again.
 *
 * Every wait has a bound, by the microsecond timer: machine.freq() does not change it.
 */
#include "launch.h"

#include <stdbool.h>
#include <stdint.h>

#include "openamp/error.h"

#include "doorbell.h"

enum {
    ANSWER_US = 10000, // the ROM answers within some microseconds
    TRIES = 8, // a word of an earlier program may have been in the way
};

// Wait until this bit of a register is set, or (value 0) is not.
static bool wait_for(uintptr_t address, uint32_t bit, uint32_t value) {
    uint32_t since = TIMER_RAW_LOW;
    while ((REG(address) & bit) != value) {
        if (TIMER_RAW_LOW - since >= ANSWER_US) {
            return false;
        }
    }
    return true;
}

int rp2_reset_core1(void) {
    REG(PSM_FRCE_OFF + ALIAS_SET) = PSM_CORE1;
    if (!wait_for(PSM_FRCE_OFF, PSM_CORE1, PSM_CORE1)) {
        return -AMP_EIO;
    }
    // What core 1 sent in the life that is over.
    fifo_drain();
    doorbell_clear();
    return 0;
}

// Disable `channels`, or wait until none of them is busy.
static bool each_channel(uint32_t channels, bool disable) {
    uintptr_t control = DMA_CH0_AL1_CTRL;
    for (; channels != 0; channels >>= 1, control += DMA_CHANNEL_LEN) {
        if (!(channels & 1)) {
            continue;
        }
        if (disable) {
            REG(control + ALIAS_CLEAR) = DMA_EN;
        } else if (!wait_for(control, DMA_BUSY, 0)) {
            return false;
        }
    }
    return true;
}

// All are disabled before one is aborted: on RP2350 an abort starts the next one of a chain
// (erratum E5).  On RP2040 the abort's own bit says too early that it is done (E13).  And all
// of it twice, because a channel that writes the registers of another may have enabled that
// again meanwhile.
int rp2_stop_dma(uint32_t channels) {
    channels &= (1u << DMA_CHANNELS) - 1;
    for (int turn = 0; turn < 2; ++turn) {
        each_channel(channels, true);
        DMA_CHAN_ABORT = channels;
        if (!each_channel(channels, false)) {
            return -AMP_EIO;
        }
    }
    return 0;
}

static bool receive(uint32_t *word) {
    if (!wait_for(SIO_FIFO_ST_ADDRESS, FIFO_VLD, FIFO_VLD)) {
        return false;
    }
    *word = SIO_FIFO_RD;
    return true;
}

// The ROM waits for an event between two looks at its FIFO.
static bool send(uint32_t word) {
    if (!wait_for(SIO_FIFO_ST_ADDRESS, FIFO_RDY, FIFO_RDY)) {
        return false;
    }
    SIO_FIFO_WR = word;
    send_event();
    return true;
}

enum answer { GOOD, OTHER, NONE };

static enum answer converse(uint32_t word) {
    uint32_t answer;
    if (word == 0) {
        fifo_drain();
        send_event();
    }
    if (!send(word) || !receive(&answer)) {
        return NONE;
    }
    return answer == word ? GOOD : OTHER;
}

int rp2_launch_core1(uint32_t vectors, uint32_t stack, uint32_t entry) {
    enum { WORDS = 6 };
    const uint32_t words[WORDS] = {0, 0, 1, vectors, stack, entry};
    uint32_t first;
    int err = rp2_reset_core1();
    if (err != 0) {
        return err;
    }
    REG(PSM_FRCE_OFF + ALIAS_CLEAR) = PSM_CORE1;
    // The ROM has emptied its own FIFO when it sends its first word.
    enum answer answer = receive(&first) ? OTHER : NONE;
    for (unsigned i = 0; i < TRIES && answer == OTHER; ++i) {
        unsigned said = 0;
        do {
            answer = converse(words[said]);
        } while (answer == GOOD && ++said < WORDS);
    }
    if (answer == GOOD) {
        return 0;
    }
    (void)rp2_reset_core1();
    return -AMP_EIO;
}
