/* The table of built-ins, and the functions in it. */
#pragma once

#include <stdbool.h>

struct shell;

struct builtin {
	const char *name;
	int (*run)(struct shell *sh, int argc, char **argv);
	bool assignments; /* arguments like NAME=VALUE expand as assignments do */
	const char *synopsis, *summary;
};
const struct builtin *builtin_find(const char *name);
const struct builtin *builtin_at(unsigned index);
int builtin_break(struct shell *sh, int argc, char **argv);
int builtin_cd(struct shell *sh, int argc, char **argv);
int builtin_command(struct shell *sh, int argc, char **argv);
int builtin_dot(struct shell *sh, int argc, char **argv);
int builtin_env(struct shell *sh, int argc, char **argv);
int builtin_timeout(struct shell *sh, int argc, char **argv);
int builtin_eval(struct shell *sh, int argc, char **argv);
int builtin_exec(struct shell *sh, int argc, char **argv);
int builtin_exit(struct shell *sh, int argc, char **argv);
int builtin_export(struct shell *sh, int argc, char **argv); /* and readonly */
int builtin_jobs(struct shell *sh, int argc, char **argv);
int builtin_kill(struct shell *sh, int argc, char **argv);
int builtin_trap(struct shell *sh, int argc, char **argv);
int builtin_fg(struct shell *sh, int argc, char **argv); /* and bg */
int builtin_getopts(struct shell *sh, int argc, char **argv);
int builtin_history(struct shell *sh, int argc, char **argv);
int builtin_local(struct shell *sh, int argc, char **argv);
int builtin_pwd(struct shell *sh, int argc, char **argv);
int builtin_read(struct shell *sh, int argc, char **argv);
int builtin_return(struct shell *sh, int argc, char **argv);
int builtin_set(struct shell *sh, int argc, char **argv);
int builtin_shift(struct shell *sh, int argc, char **argv);
int builtin_sh(struct shell *sh, int argc, char **argv);
int builtin_true(struct shell *sh, int argc, char **argv);
int builtin_type(struct shell *sh, int argc, char **argv);
int builtin_umask(struct shell *sh, int argc, char **argv);
int builtin_unset(struct shell *sh, int argc, char **argv);
int builtin_wait(struct shell *sh, int argc, char **argv);

/* sh, env, timeout: they run as processes, as if they were programs. NULL gives true. */
bool is_program(const struct builtin *builtin);
