/*
 * What a host program on this board must do for the port: have two interrupts
 * of core 0 lead to it.  Their handlers are ordinary functions; they may run at
 * any priority, but not interrupt each other.
 */
#ifndef AMP_AN521_MPS2_AN521_H
#define AMP_AN521_MPS2_AN521_H

#include "openamp/platform.h"

void amp_an521_doorbell_interrupt(void); // interrupt 6: the other core rang
void amp_an521_life_interrupt(void); // interrupt 7: it began or ended to run

#endif // AMP_AN521_MPS2_AN521_H
