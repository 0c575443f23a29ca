/*
 * Callbacks while MicroPython waits at its prompt, which is no program: a
 * KeyboardInterrupt or SystemExit of theirs has nobody to catch it there.
 */
#ifndef OPENAMP_PROMPT_H
#define OPENAMP_PROMPT_H

#define OPENAMP_PROMPT_INTERRUPT "\003" // Ctrl-C

// Do the work that is due, with Ctrl-C let in by the platform.  No exception leaves it:
// it is printed, or told to the prompt, by what that is to read as if it were typed
// now.  "": nothing.
const char *openamp_prompt_run_pending(void);

#endif // OPENAMP_PROMPT_H
