/*
 * The SRAMs of D2 and D3 have a check code for each word, so a store of less than a word
 * waits in a cache of one word, which each SRAM has, until something is written elsewhere
 * in that SRAM.  Whoever reads sees it; a reset forgets it.
 *
 * Memory here has what is read; what a reset would leave of the word is kept beside it.
 */
#include "machine.h"

#include <string.h>

enum { WORD = 4, D2_SRAM_SHIFT = 17, OF_SRAM4 = SRAMS - 1 };

static struct ecc *cache_of(struct machine *m, const struct view *view, uint32_t offset) {
    switch (view->memory) {
        case D2:
            return &m->chip.ecc[offset >> D2_SRAM_SHIFT];
        case SRAM4:
            return &m->chip.ecc[OF_SRAM4];
        default:
            return NULL;
    }
}

static void write_word(struct machine *m, const struct view *view, uint32_t offset, bool whole) {
    struct ecc *ecc = cache_of(m, view, offset);
    uint8_t *word = m->memory[view->memory] + offset;
    if (ecc == NULL || (ecc->word == word && !whole)) {
        return; // it waits already
    }
    ecc->word = whole ? NULL : word;
    memcpy(ecc->before, word, WORD);
}

void ecc_write(struct machine *m, const struct view *view, uint32_t address, uint32_t len) {
    uint32_t begin = address - view->base;
    uint32_t end = begin + len;
    for (uint32_t at = begin & ~(WORD - 1u); at < end; at += WORD) {
        write_word(m, view, at, at >= begin && at + WORD <= end);
    }
}

void ecc_reset(struct machine *m) {
    for (unsigned i = 0; i < SRAMS; i++) {
        if (m->chip.ecc[i].word != NULL) {
            memcpy(m->chip.ecc[i].word, m->chip.ecc[i].before, WORD);
            m->chip.ecc[i].word = NULL;
        }
    }
}
