/* What the words of a command become. */
#pragma once

#include "kernel/shell/ast.h"
#include "kernel/shell/fields.h"
#include "kernel/shell/pattern.h"

struct shell;

/* Words to fields: all expansions, splitting, globbing. */
void expand_words(struct shell *sh, struct word *words, struct fields *fields);
/* The same for one word; assignment: tildes also behind ':', no splitting. */
void expand_word(struct shell *sh, struct word *word, struct fields *fields);
char *expand_assignment(struct shell *sh, struct word *word);
/* A prompt (PS1, PS2, PS4), in the arena; as it stands where an error is in it. */
const char *expand_prompt(struct shell *sh, const char *prompt);
/* One word to one string, without splitting and globbing. */
char *expand_string(struct shell *sh, struct part *parts);
char *expand_document(struct shell *sh, struct part *parts); /* no tildes */
void expand_pattern(struct shell *sh, struct part *parts, struct pattern *pattern);
