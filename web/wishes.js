// What the page may wish of the machine while a program runs, and how a wish is written as a word.  In
// the page and in the worker.
"use strict";

// By number.  The first nine are bits of what onTick() returns (micropython/emu/web.c has the same); the
// others stay in the worker.
const WISHES = ["stop", "crash", "freeze", "restart", "loseToCore", "loseToHost", "watch", "noWatch", "ringHost",
    "next", "full", "slow", "step", "corrupt", "look"];
const WISH_BITS = 8, WISH_RING = 64, CORES = 16;

// The number of the wish, and above it that of the core.
function wishWord(name, core) {
    return WISHES.indexOf(name) | core << 4;
}

function wishOf(word) {
    return { name: WISHES[word & 15], core: word >> 4 };
}
