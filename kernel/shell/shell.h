/* The shell: POSIX syntax, behaving as dash does, run on in-process commands. */
#pragma once

struct command;

/* The sh command: "sh [-efuxi] [-c STRING [NAME]] [FILE] [ARGUMENT]...". Interactive when it has
 * neither -c nor FILE and its standard input is the console. The exit status. Must run inside a
 * process (process_run()). */
int shell_main(int argc, char **argv);

/* Runs the script at path with $0 = path and argv[0] … as $1 …; its exit status, 2 with a
 * message when it cannot be opened. As a process of its own. */
int shell_run_script(const char *path, int argc, char **argv);

/* Ends all jobs that still run in the background. */
void shell_end_jobs(void);

/* Runs text as sh -c does, as a process of its own; its exit status. */
int shell_run_string(const char *text);

/* The built-ins in byte order of their names, for help; NULL behind the last one. Their main is
 * NULL: they only run inside a shell. */
const struct command *shell_builtin_at(unsigned index);
