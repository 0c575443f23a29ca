/* Many messages, of all lengths.  Arguments: how many, and the number of the image. */
#include "rp2.h"

int main(void) {
    uint32_t count = host_argument(0);
    host_init("vuart-channel");
    host_run(host_argument(1));
    host_messages(count);
    return 0;
}
