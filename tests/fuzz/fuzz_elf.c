/* The ELF loader: the input is the image, after three bytes of script. */
#include "load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct image image;
    static struct table table;
    struct load_script script;
    if (size < sizeof(script) || size - sizeof(script) > IMAGE_MAX) {
        return -1;
    }
    if (image.source.read == NULL) {
        table_standard(&table, 4);
        image_build(&image, false, &table); // for its read()
    }
    memcpy(&script, data, sizeof(script));
    image.size = size - sizeof(script);
    image.source.size = image.size;
    memcpy(image.bytes, data + sizeof(script), image.size);
    load_check(&image, script);
    return 0;
}
