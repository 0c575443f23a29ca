/*
 * What one round trip costs through the C API, both sides in one process:
 * host sends, device echoes, host receives.  Run under callgrind, which counts
 * only what lies between the two calls of the toggled function.
 *
 *   round_trip SIZE COUNT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pair.h"

static unsigned long echoed;

static void on_host(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)ept;
    (void)src;
    (void)data;
    (void)len;
    ++echoed;
}

static void on_device(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    if (amp_rpmsg_send(ept->link, ept->addr, src, data, len) != (int)len) {
        abort();
    }
}

// Its own function so that callgrind can be told to count inside of it.
__attribute__((noinline)) void bench_round_trips(
    struct pair *pair, struct amp_endpoint *ept, const void *data, size_t len, unsigned long n) {
    for (unsigned long i = 0; i < n; ++i) {
        if (amp_endpoint_send(ept, data, len) != (int)len || amp_rpmsg_poll(&pair->device) != 1
            || amp_rpmsg_poll(&pair->host) != 1) {
            abort();
        }
    }
}

int main(int argc, char **argv) {
    static struct pair pair;
    static unsigned char data[496];
    struct amp_endpoint host_ept;
    struct amp_endpoint device_ept;
    size_t size = argc > 1 ? strtoul(argv[1], NULL, 0) : 16;
    unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 0) : 1000;
    if (size > sizeof(data)) {
        return 2;
    }
    memset(data, 0x5A, sizeof(data));
    pair_up(&pair, 64);
    amp_endpoint_create(&pair.device, &device_ept, "echo", AMP_ADDR_ANY, AMP_ADDR_ANY, on_device);
    amp_endpoint_create(&pair.host, &host_ept, "echo", AMP_ADDR_ANY, AMP_ADDR_ANY, on_host);
    amp_rpmsg_poll(&pair.host);
    amp_rpmsg_poll(&pair.device);
    if (!amp_endpoint_is_ready(&host_ept)) {
        return 1;
    }
    bench_round_trips(&pair, &host_ept, data, size, count);
    printf("%lu round trips of %zu bytes\n", echoed, size);
    return echoed == count ? 0 : 1;
}
