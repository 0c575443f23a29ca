/* Runs a fuzz target over the files that are named, and says how many. */
#include <stdbool.h>

#include "fuzz.h"

static bool run_file(const char *path) {
    static uint8_t bytes[1 << 16];
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    size_t len = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    // In memory of its own length, so that a read past its end is seen.
    uint8_t *exact = malloc(len + (len == 0));
    CHECK(exact != NULL);
    memcpy(exact, bytes, len);
    (void)LLVMFuzzerTestOneInput(exact, len);
    free(exact);
    return true;
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; ++i) {
        if (!run_file(argv[i])) {
            fprintf(stderr, "cannot read %s\n", argv[i]);
            return 1;
        }
    }
    printf("%d inputs\n", argc - 1);
    return 0;
}
