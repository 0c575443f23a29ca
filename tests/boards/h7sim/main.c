/* h7sim [options] M7.elf: runs a program on the simulated machine until it ends. */
#include "machine.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: h7sim [options] M7.elf\n"
    "  --load FILE@ADDR        put a file into memory, ELF or raw (raw needs the address)\n"
    "  --args TEXT             the program's arguments\n"
    "  --option bcm4           the M4 boots by itself (option byte BCM4)\n"
    "  --image                 the program is any for this chip: the registers that such a\n"
    "                          start-up uses are there, and USART1 is the console\n"
    "  --boot-m4 ADDR          where the M4 boots by the option bytes (0x08100000)\n"
    "  --slice N               instructions of a core before the other's turn (1000)\n"
    "  --ratio N[/M]           the M7's clock to the M4's (2)\n"
    "  --evict SEED            lines leave the cache, and come, by chance (0: not)\n"
    "  --resets N              resets by the program that may be (10)\n"
    "  --max-instructions N    of both cores (2000000000)\n"
    "  --m4-faults             the M4 takes its faults as exceptions\n"
    "  --stats FILE            counters, at marks (stores to 0x5FFF0000) and at the end\n"
    "exit codes: the program's, or 3 violation or fault, 4 too many resets, 5 no progress,\n"
    "  6 both cores sleep for ever, 2 usage\n";

enum {
    ARGS = 1,
    OPTION,
    BOOT_M4,
    SLICE,
    RATIO,
    EVICT,
    RESETS,
    MAX_INSNS,
    FAULTS,
    STATS,
    LOAD,
    IMAGE
};

static const struct option names[] = {
    {"args", required_argument, NULL, ARGS},
    {"option", required_argument, NULL, OPTION},
    {"boot-m4", required_argument, NULL, BOOT_M4},
    {"slice", required_argument, NULL, SLICE},
    {"ratio", required_argument, NULL, RATIO},
    {"evict", required_argument, NULL, EVICT},
    {"resets", required_argument, NULL, RESETS},
    {"max-instructions", required_argument, NULL, MAX_INSNS},
    {"m4-faults", no_argument, NULL, FAULTS},
    {"stats", required_argument, NULL, STATS},
    {"load", required_argument, NULL, LOAD},
    {"image", no_argument, NULL, IMAGE},
    {NULL, 0, NULL, 0},
};

static struct machine machine = {
    .options =
        {
            .arguments = "",
            .slice = 1000,
            .ratio = {2, 1},
            .max_insns = UINT64_C(2000000000),
            .max_resets = 10,
            .m4_boot = 0x08100000,
        },
};

static const char *loads[16];
static unsigned load_count;

static void misused(const char *why) {
    fprintf(stderr, "h7sim: %s\n%s", why, usage);
    exit(2);
}

static uint64_t number(const char *text, uint64_t low, uint64_t high) {
    char *end = NULL;
    uint64_t value = strtoull(text, &end, 0);
    if (end == text || *end != '\0' || value < low || value > high) {
        misused("a number is wrong");
    }
    return value;
}

static void set_ratio(uint32_t ratio[2], const char *text) {
    char *end = NULL;
    ratio[0] = (uint32_t)strtoul(text, &end, 10);
    ratio[1] = *end == '/' ? (uint32_t)number(end + 1, 1, 1000) : 1;
    if ((*end != '/' && *end != '\0') || ratio[0] < 1 || ratio[0] > 1000) {
        misused("the ratio is wrong");
    }
}

static void set_option(struct options *options, int which, const char *text) {
    switch (which) {
        case ARGS:
            options->arguments = text;
            break;
        case OPTION:
            if (strcmp(text, "bcm4") != 0) {
                misused("the one option byte is bcm4");
            }
            options->bcm4 = true;
            break;
        case BOOT_M4:
            options->m4_boot = (uint32_t)number(text, 0, UINT32_MAX) & 0xFFFF0000;
            break;
        case SLICE:
            options->slice = number(text, 1, UINT32_MAX);
            break;
        case RATIO:
            set_ratio(options->ratio, text);
            break;
        case EVICT:
            options->evict_seed = number(text, 0, UINT64_MAX);
            break;
        case RESETS:
            options->max_resets = (unsigned)number(text, 0, UINT32_MAX);
            break;
        case MAX_INSNS:
            options->max_insns = number(text, 1, UINT64_MAX);
            break;
        case IMAGE:
            options->image = true;
            break;
        case FAULTS:
            options->faults = true;
            break;
        case STATS:
            machine.stats = fopen(text, "w");
            if (machine.stats == NULL) {
                misused("the file for --stats cannot be written");
            }
            break;
        case LOAD:
            if (load_count == sizeof(loads) / sizeof(loads[0])) {
                misused("too many --load");
            }
            loads[load_count++] = text;
            break;
        default:
            misused("an option is wrong");
    }
}

// FILE@ADDR, or an ELF file that says its addresses itself.
static bool load_one(struct machine *m, const char *text) {
    const char *at = strrchr(text, '@');
    if (at == NULL) {
        return load_elf(m, text);
    }
    char path[1024];
    snprintf(path, sizeof(path), "%.*s", (int)(at - text), text);
    return load_raw(m, path, (uint32_t)number(at + 1, 0, UINT32_MAX));
}

int main(int argc, char **argv) {
    for (int which; (which = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        set_option(&machine.options, which, optarg);
    }
    if (optind != argc - 1) {
        misused("one program, please");
    }
    if (!h7_init(&machine) || !load_elf(&machine, argv[optind])) {
        return 2;
    }
    for (unsigned i = 0; i < load_count; i++) {
        if (!load_one(&machine, loads[i])) {
            return 2;
        }
    }
    h7_power_on(&machine);
    int code = schedule(&machine);
    report_totals(&machine);
    semihost_close_all();
    fflush(stdout);
    if (machine.stats != NULL) {
        fclose(machine.stats);
    }
    return code;
}
