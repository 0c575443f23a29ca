/*
 * A host program on this board must call amp_an521_interrupt() in two interrupts of core 0:
 * 6 (the other core kicked) and 7 (it started or ended).  They may have any priority, but
 * must not interrupt each other.
 */
#ifndef AMP_AN521_MPS2_AN521_H
#define AMP_AN521_MPS2_AN521_H

#include "openamp/platform.h"

void amp_an521_interrupt(void);

#endif // AMP_AN521_MPS2_AN521_H
