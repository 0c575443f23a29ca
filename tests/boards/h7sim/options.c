/* h7sim [options] M7.elf: runs a program on the simulated machine until it ends. */
#include "machine.h"

#include <stdlib.h>
#include <string.h>

const char chip_usage[] =
    "usage: h7sim [options] M7.elf\n"
    "  --option bcm4           the M4 boots by itself (option byte BCM4)\n"
    "  --image                 the program is any for this chip: the registers that such a\n"
    "                          start-up uses are there, and USART1 is the console\n"
    "  --boot-m4 ADDR          where the M4 boots by the option bytes (0x08100000)\n"
    "  --ratio N[/M]           the M7's clock to the M4's (2)\n"
    "  --evict SEED            lines leave the cache, and come, by chance (0: not)\n"
    "  --m4-faults             the M4 takes its faults as exceptions\n";

enum { OPTION = CHIP_OPTIONS, BOOT_M4, RATIO, EVICT, FAULTS, IMAGE };

const struct option chip_options_table[] = {
    {"option", required_argument, NULL, OPTION},
    {"boot-m4", required_argument, NULL, BOOT_M4},
    {"ratio", required_argument, NULL, RATIO},
    {"evict", required_argument, NULL, EVICT},
    {"m4-faults", no_argument, NULL, FAULTS},
    {"image", no_argument, NULL, IMAGE},
    {NULL, 0, NULL, 0},
};

void chip_default_options(struct chip_options *options) {
    options->ratio[0] = 2;
    options->ratio[1] = 1;
    options->m4_boot = 0x08100000;
}

static void set_ratio(uint32_t ratio[2], const char *text) {
    char *end = NULL;
    ratio[0] = (uint32_t)strtoul(text, &end, 10);
    ratio[1] = *end == '/' ? (uint32_t)options_number(end + 1, 1, 1000) : 1;
    if ((*end != '/' && *end != '\0') || ratio[0] < 1 || ratio[0] > 1000) {
        options_misused("the ratio is wrong");
    }
}

void chip_set_option(struct chip_options *options, int which, const char *text) {
    switch (which) {
        case OPTION:
            if (strcmp(text, "bcm4") != 0) {
                options_misused("the one option byte is bcm4");
            }
            options->bcm4 = true;
            break;
        case BOOT_M4:
            options->m4_boot = (uint32_t)options_number(text, 0, UINT32_MAX) & 0xFFFF0000;
            break;
        case RATIO:
            set_ratio(options->ratio, text);
            break;
        case EVICT:
            options->evict_seed = options_number(text, 0, UINT64_MAX);
            break;
        case IMAGE:
            options->image = true;
            break;
        case FAULTS:
            options->faults = true;
            break;
        default:
            options_misused("an option is wrong");
    }
}
