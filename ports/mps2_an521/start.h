/* What start.c wants of the half that it is linked with. */
#ifndef AMP_AN521_START_H
#define AMP_AN521_START_H

void amp_an521_interrupt(void); // 6 and 7

// The program is over.
__attribute__((noreturn)) void amp_an521_end(int code);

#endif // AMP_AN521_START_H
