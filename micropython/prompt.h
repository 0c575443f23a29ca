/*
 * Callbacks while MicroPython waits at its prompt: then no program catches a
 * KeyboardInterrupt or SystemExit that a callback raises.
 */
#ifndef OPENAMP_PROMPT_H
#define OPENAMP_PROMPT_H

#define OPENAMP_PROMPT_INTERRUPT "\003" // Ctrl-C

// Run the scheduled work; the platform lets Ctrl-C interrupt it.  No exception leaves this:
// it is printed or, for SystemExit, raised again in the prompt.  Returns the characters that
// the prompt must read next, as if they were typed; "" for none.
const char *openamp_prompt_run_pending(void);

#endif // OPENAMP_PROMPT_H
