/* The steps of the course, in their order. */
#include "tests/course/steps.h"

const struct step *const steps[STEPS] = {&step1, &step2, &step3, &step4, &step5, &step6, &step7};
