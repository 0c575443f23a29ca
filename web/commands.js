// The commands of the page to the machine while a program runs, and how one is written as a word.  In
// the page and in the worker.
"use strict";

// By number.  The first nine are bits of what onTick() returns (micropython/emu/web.c has the same); the
// others stay in the worker.
const COMMANDS = ["stop", "crash", "freeze", "restart", "loseToCore", "loseToHost", "watch", "noWatch", "ringHost",
    "next", "full", "slow", "step", "corrupt", "look"];
const COMMAND_BITS = 8, COMMAND_RING = 64, CORES = 16;

// The number of the command, and above it that of the core.
function commandWord(name, core) {
    return COMMANDS.indexOf(name) | core << 4;
}

function commandOf(word) {
    return { name: COMMANDS[word & 15], core: word >> 4 };
}
