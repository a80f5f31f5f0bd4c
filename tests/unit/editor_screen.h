/* What the screen should show while a line is edited. */
#pragma once

#include "kernel/shell/editor.h"

/* Fails the test unless the terminal shows it so: compares the screen from the prompt's row on with
 * prompt and text, and the cursor's place, on so many columns. */
void editor_screen_check(const struct editor *edited, unsigned columns);
