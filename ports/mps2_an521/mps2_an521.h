/*
 * What a host program on this board must do for the port: have two interrupts
 * of core 0 lead to it, 6 (the other core rang) and 7 (it began or ended to
 * run).  The handler is an ordinary function; both may run at any priority, but
 * not interrupt each other.
 */
#ifndef AMP_AN521_MPS2_AN521_H
#define AMP_AN521_MPS2_AN521_H

#include "openamp/platform.h"

void amp_an521_interrupt(void);

#endif // AMP_AN521_MPS2_AN521_H
