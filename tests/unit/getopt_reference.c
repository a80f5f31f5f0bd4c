/* Apart from the test itself: <getopt.h> has a struct option of its own. */
#include "tests/unit/getopt_reference.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char messages[4096];

void reference_getopt_start(void)
{
	optind = 0;
	messages[0] = '\0';
}

int reference_getopt(int argc, char **argv, const char *short_options,
		     const struct reference_option *long_options, char **argument, int *index)
{
	struct option options[16] = {{0}};
	FILE *capture = tmpfile();
	int saved = dup(STDERR_FILENO), result, count = 0;
	size_t length = strlen(messages);

	while (long_options && long_options[count].name) {
		options[count].name = long_options[count].name;
		options[count].has_arg = long_options[count].has_argument;
		options[count].val = long_options[count].value;
		count++;
	}
	if (!capture || saved < 0)
		abort();
	fflush(stderr);
	dup2(fileno(capture), STDERR_FILENO);
	result = long_options ? getopt_long(argc, argv, short_options, options, NULL)
			      : getopt(argc, argv, short_options);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(capture);
	length += fread(messages + length, 1, sizeof(messages) - 1 - length, capture);
	messages[length] = '\0';
	fclose(capture);
	*argument = optarg;
	*index = optind;
	return result;
}

const char *reference_getopt_messages(void)
{
	return messages;
}
