/*
 * rp2sim [options] CORE0.elf: runs a program on the simulated RP2040 until it ends;
 * rp2350sim is the same for the RP2350.
 *
 * Segments go where their physical addresses say: RAM (0x20000000, with scratch X and Y 264
 * KiB, RP2350: 520 KiB) or flash (0x10000000, 2 MiB).  If the entry of the ELF file is odd,
 * core 0 begins there, and its vector table is where the lowest segment in RAM begins; if it
 * is even, it is the table's address, and the table has the entry (0: the lowest segment in
 * RAM begins with it).  The table is aligned to 256 (RP2350: 512), its first word is the
 * stack.  Core 1 is in its boot ROM, and its 0 in core 0's FIFO.
 *
 * Console, files, arguments and exit are semihosting (BKPT 0xAB), for both cores.
 * At 0x5FFF0000 are two registers that the chip does not have: a store to the first puts the
 * counters into the file of --stats, as "mark VALUE ..."; as long as the second is not 0,
 * the flash is being written, and whoever reads it or runs from it ends the run.
 */
#include "machine.h"

const char chip_usage[] =
    "usage: " CHIP_SIM " [options] CORE0.elf\n"
    "  --core1-faults          core 1 takes its faults as exceptions (otherwise the run ends)\n";

enum { FAULTS = CHIP_OPTIONS };

const struct option chip_options_table[] = {
    {"core1-faults", no_argument, NULL, FAULTS},
    {NULL, 0, NULL, 0},
};

void chip_default_options(struct chip_options *options) {
    options->faults = false;
}

void chip_set_option(struct chip_options *options, int which, const char *text) {
    (void)text;
    if (which != FAULTS) {
        options_misused("an option is wrong");
    }
    options->faults = true;
}
