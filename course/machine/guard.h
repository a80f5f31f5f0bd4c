/* Watches over calls of the driver of the course: one that does not return, or that faults, ends in
 * a panic that names the function. Every call goes through COURSE_CALL(). */
#pragma once

#include <stdbool.h>

void course_guard_init(void);
void course_enter(const char *function);
void course_leave(void);
/* Called by the machine's functions: the driver is still there. Panics when its time is over. */
void course_check(void);

#define COURSE_CALL(function, ...)                         \
	({                                                 \
		__typeof__(function(__VA_ARGS__)) result_; \
		course_enter(#function);                   \
		result_ = function(__VA_ARGS__);           \
		course_leave();                            \
		result_;                                   \
	})
