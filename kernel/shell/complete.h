/* What Tab offers. */
#pragma once

#include "kernel/shell/editor.h"

/* Of commands, variables, files, and what a command says may follow it. */
editor_completion editor_complete;
