/* Jobs in the background. */
#pragma once

struct shell;
struct node;

/* Starts the list in the background: $! is its process. Errors are raised. */
void job_start(struct shell *sh, struct node *node);
/* The process of "%1", "%+" …; -1 after a message. */
int job_process(struct shell *sh, const char *name);
/* Tells of the jobs that have ended, before a prompt. */
void jobs_tell(struct shell *sh);
/* The shell ends; its jobs go on. */
void jobs_abandon(struct shell *sh);
