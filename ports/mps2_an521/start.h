/* The functions of either half that start.c calls. */
#ifndef AMP_AN521_START_H
#define AMP_AN521_START_H

void amp_an521_interrupt(void); // handles the interrupts 6 and 7

// End the program: main() returned, or an exception came that nothing handles.
__attribute__((noreturn)) void amp_an521_end(int code);

#endif // AMP_AN521_START_H
