/* main(): the options, the program into memory, the run. */
#include "tests/boards/armsim/armsim.h"

#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "  --load FILE@ADDR        put a file into memory, ELF or raw (raw needs the address)\n"
    "  --args TEXT             the program's arguments\n"
    "  --slice N               instructions of a core before the other's turn (1000)\n"
    "  --seed N                random slices of 1 to --slice instructions; the same for the same "
    "N\n"
    "                          (0: all are as long)\n"
    "  --resets N              the most resets by the program (10)\n"
    "  --max-instructions N    of both cores (2000000000)\n"
    "  --stats FILE            counters, at marks (stores to 0x5FFF0000) and at the end\n"
    "exit codes: the program's, or 3 violation or fault, 4 too many resets, 5 no progress,\n"
    "  6 both cores sleep for ever, 2 usage\n";

enum { ARGS = 1, SLICE, SEED, RESETS, MAX_INSNS, STATS, LOAD, ALL = 7, OF_CHIP = 16 };

static const struct option common[ALL] = {
    {"args", required_argument, NULL, ARGS},
    {"slice", required_argument, NULL, SLICE},
    {"seed", required_argument, NULL, SEED},
    {"resets", required_argument, NULL, RESETS},
    {"max-instructions", required_argument, NULL, MAX_INSNS},
    {"stats", required_argument, NULL, STATS},
    {"load", required_argument, NULL, LOAD},
};

static struct machine machine = {
    .options =
        {
            .arguments = "",
            .slice = 1000,
            .max_insns = UINT64_C(2000000000),
            .max_resets = 10,
        },
};

static const char *loads[16];
static unsigned load_count;

void options_misused(const char *why) {
    fprintf(stderr, CHIP_SIM ": %s\n%s%s", why, chip_usage, usage);
    exit(2);
}

uint64_t options_number(const char *text, uint64_t low, uint64_t high) {
    char *end = NULL;
    uint64_t value = strtoull(text, &end, 0);
    if (end == text || *end != '\0' || value < low || value > high) {
        options_misused("a number is wrong");
    }
    return value;
}

static void set_option(struct options *options, int which, const char *text) {
    switch (which) {
        case ARGS:
            options->arguments = text;
            break;
        case SLICE:
            options->slice = options_number(text, 1, UINT32_MAX);
            break;
        case SEED:
            options->seed = options_number(text, 0, UINT64_MAX);
            break;
        case RESETS:
            options->max_resets = (unsigned)options_number(text, 0, UINT32_MAX);
            break;
        case MAX_INSNS:
            options->max_insns = options_number(text, 1, UINT64_MAX);
            break;
        case STATS:
            machine.stats = fopen(text, "w");
            if (machine.stats == NULL) {
                options_misused("the file for --stats cannot be written");
            }
            break;
        case LOAD:
            if (load_count == sizeof(loads) / sizeof(loads[0])) {
                options_misused("too many --load");
            }
            loads[load_count++] = text;
            break;
        default:
            chip_set_option(&options->chip, which, text);
    }
}

static void read_options(int argc, char **argv) {
    struct option names[ALL + OF_CHIP] = {{NULL, 0, NULL, 0}};
    memcpy(names, common, sizeof(common));
    for (unsigned i = 0; chip_options_table[i].name != NULL; i++) {
        names[ALL + i] = chip_options_table[i];
    }
    chip_default_options(&machine.options.chip);
    for (int which; (which = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        set_option(&machine.options, which, optarg);
    }
    if (optind != argc - 1) {
        options_misused("one program, please");
    }
}

// FILE@ADDR, or an ELF file that says its addresses itself.
static bool load_one(struct machine *m, const char *text) {
    const char *at = strrchr(text, '@');
    struct program unused;
    if (at == NULL) {
        return load_elf(m, text, &unused);
    }
    char path[1024];
    snprintf(path, sizeof(path), "%.*s", (int)(at - text), text);
    return load_raw(m, path, (uint32_t)options_number(at + 1, 0, UINT32_MAX));
}

int main(int argc, char **argv) {
    struct program program;
    read_options(argc, argv);
    if (!sim_init(&machine) || !load_elf(&machine, argv[optind], &program)) {
        return 2;
    }
    for (unsigned i = 0; i < load_count; i++) {
        if (!load_one(&machine, loads[i])) {
            return 2;
        }
    }
    chip_power_on(&machine, &program);
    int code = schedule(&machine);
    report_totals(&machine);
    semihost_close_all();
    fflush(stdout);
    if (machine.stats != NULL) {
        fclose(machine.stats);
    }
    return code;
}
