/* Signals: how they are called, and what is told of them. */
#include "kernel/posix/process.h"
#include "kernel/shell/arena.h"
#include "kernel/shell/name.h"
#include "kernel/shell/signals.h"
#include "kernel/shell/state.h"
#include "kernel/shell/unwind.h"
#include "lib/format.h"
#include "lib/string.h"

/* By number; 0 is the end of the shell. */
static const char signal_names[][7] = {
	"EXIT", "HUP",	"INT",	"QUIT", "ILL",	  "TRAP", "ABRT",  "BUS",  "FPE",  "KILL", "USR1",
	"SEGV", "USR2", "PIPE", "ALRM", "TERM",	  "16",	  "CHLD",  "CONT", "STOP", "TSTP", "TTIN",
	"TTOU", "URG",	"XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO",   "PWR",  "SYS",
};

#define SIGNAL_RTMIN 34

const char *signal_name(int signal, char name[SIGNAL_NAME])
{
	int after = signal - SIGNAL_RTMIN, before = SIGNAL_MAX - signal;

	if (signal < (int)(sizeof(signal_names) / sizeof(*signal_names)))
		return signal_names[signal];
	if (after < 0)
		snprintf(name, SIGNAL_NAME, "%d", signal);
	else if (!after || !before)
		snprintf(name, SIGNAL_NAME, after ? "RTMAX" : "RTMIN");
	else if (after < 16)
		snprintf(name, SIGNAL_NAME, "RTMIN+%d", after);
	else
		snprintf(name, SIGNAL_NAME, "RTMAX-%d", before);
	return name;
}

static bool is_name_of(const char *name, const char *text)
{
	while (*name && (*text >= 'a' && *text <= 'z' ? *text - 32 : *text) == *name)
		name++, text++;
	return !*name && !*text;
}

int signal_number(const char *text, int least)
{
	char name[SIGNAL_NAME];
	int number = 0;

	if (is_digit(*text)) {
		for (; is_digit(*text) && number <= SIGNAL_MAX; text++)
			number = number * 10 + (*text - '0');
		return *text || number > SIGNAL_MAX || number < least ? -1 : number;
	}
	for (number = least; number <= SIGNAL_MAX; number++)
		if (is_name_of(signal_name(number, name), text))
			return number;
	return -1;
}

const char *signal_text(int signal, char text[SIGNAL_TEXT])
{
	static const struct {
		int signal;
		const char *text;
	} texts[] = {
		{SIGNAL_HUP, "Hangup"},	       {SIGNAL_INT, "Interrupt"},
		{SIGNAL_QUIT, "Quit"},	       {SIGNAL_KILL, "Killed"},
		{10, "User defined signal 1"}, {12, "User defined signal 2"},
		{SIGNAL_PIPE, "Broken pipe"},  {14, "Alarm clock"},
		{SIGNAL_TERM, "Terminated"},
	};

	for (unsigned i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (texts[i].signal == signal)
			return texts[i].text;
	snprintf(text, SIGNAL_TEXT, "Signal %d", signal);
	return text;
}

void signal_report(struct shell *sh, int signal)
{
	char text[SIGNAL_TEXT];
	const char *message;

	/* A shell that ends with it leaves this to the one that waits for both. */
	if (!signal || signal == SIGNAL_INT || signal == SIGNAL_PIPE || sh->parent ||
	    process_interrupted())
		return;
	message = arena_format(&sh->arena, "%s\n", signal_text(signal, text));
	shell_write(sh, 2, message, strlen(message));
}

void signals_of_prompt(void)
{
	process_set_signal(SIGNAL_INT, SIGNAL_CAUGHT);
	/* Without an action these do nothing to it, but what it runs is to end by them. */
	process_set_signal(SIGNAL_QUIT, SIGNAL_CAUGHT);
	process_set_signal(SIGNAL_TERM, SIGNAL_CAUGHT);
}
