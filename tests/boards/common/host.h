/* What host programs in C share: the one remote core, one endpoint. */
#ifndef TESTS_BOARDS_HOST_H
#define TESTS_BOARDS_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openamp/openamp.h"

// Images that QEMU was told to put into memory (tests.mk says which and where).
enum { IMAGE_VIRTUAL_UART, IMAGE_FAULT, IMAGE_FLOOD, IMAGE_BENCH };

extern struct amp_rpmsg host_link;
extern struct amp_rproc host_rproc;
extern struct amp_endpoint host_ept;
extern uint32_t host_received; // messages so far
extern const void *host_data; // inside host_callback
extern void (*host_callback)(const void *data, size_t len);

// Text to the output of the simulator, and a number.
void host_print(const char *text);
void host_print_dec(uint32_t number);

// Number `n` (from 0) of those that the simulator was given as arguments.
uint32_t host_argument(unsigned n);

// A line in the statistics of a simulator of tests/boards.
static inline void host_mark(uint32_t id) {
    *(volatile uint32_t *)(uintptr_t)0x5FFF0000 = id;
}

// End the program with code 1, unless `condition`.
#define CHECK(condition) host_check((condition), #condition, __FILE__, __LINE__)
void host_check(bool condition, const char *text, const char *file, int line);

// Prepare the link, with an endpoint `name`.
void host_init(const char *name);

// Where image number `n` is.
uint32_t host_image_da(unsigned n);

// Load image number `n`: the result of amp_rproc_load().
int host_load(unsigned n, struct amp_load_error *error);

// Poll and sleep until done() or `ms` have passed; the result of done().
bool host_until(bool (*done)(void), int ms);

// Load and start image `n`, and wait until the endpoint is ready.
void host_run(unsigned n);

// Send text; wait for room.
void host_send(const char *text);

// Send text, and wait until it has come back.
void host_echo(const char *text);

bool host_is_ready(void);
bool host_is_crashed(void);

// messages.c: send `count` messages of all lengths, each of which is answered by the same one,
// and check that all come: in order, each once, no byte wrong.  Prints their number and a sum.
void host_messages(uint32_t count);

#endif // TESTS_BOARDS_HOST_H
