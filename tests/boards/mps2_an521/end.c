/* How a host program in C ends. */
#include "boards/common/semihost.h"
#include "ports/mps2_an521/start.h"

void amp_an521_end(int code) {
    semihost_exit(code);
}
