/* Between the files of this directory. */
#pragma once

struct process_state;

/* Makes the end of the process flush its output and clear its progress line. */
void support_attach(struct process_state *state);
