/* The steps, and what their checks are made with. */
#pragma once

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/course/grade.h"

extern const struct step step1, step2, step3, step4, step5, step6, step7;
