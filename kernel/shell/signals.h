/* Signals: how they are called, and what is told of them. */
#pragma once

struct shell;

/* In a form that signal_number() takes; "EXIT" for 0. */
#define SIGNAL_NAME 20
const char *signal_name(int signal, char name[SIGNAL_NAME]);
/* "Terminated" and the like, as it is told of a process that the signal has ended. */
#define SIGNAL_TEXT 24
const char *signal_text(int signal, char text[SIGNAL_TEXT]);
/* A name in any case, or a number, from least on; -1: no signal. */
int signal_number(const char *text, int least);
/* Tells it, where there is one to tell of. */
void signal_report(struct shell *sh, int signal);
/* What an interactive shell does about signals that have no action. */
void signals_of_prompt(void);
