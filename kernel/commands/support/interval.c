/* How long something takes, as sleep and timeout read it. */
#include "kernel/commands/support/interval.h"

#include "kernel/posix/process.h"
#include "kernel/thread.h"
#include "kernel/x86/time.h"
#include "lib/ctype.h"
#include "lib/string.h"

bool interval_parse(const char *text, uint64_t *ns)
{
	static const char units[] = "smhd";
	static const unsigned seconds[] = {1, 60, 3600, 86400};
	const char *at = text;
	uint64_t whole = 0, fraction = 0, unit = NS_PER_S, by = 1;
	bool digits = false, overflow = false;

	if (strcmp(text, "infinity") == 0 || strcmp(text, "inf") == 0) {
		*ns = UINT64_MAX;
		return true;
	}
	if (*at == '+')
		at++;
	for (; is_digit(*at); at++, digits = true)
		overflow |= __builtin_mul_overflow(whole, 10u, &whole) ||
			    __builtin_add_overflow(whole, (uint64_t)(*at - '0'), &whole);
	if (*at == '.')
		for (at++; is_digit(*at); at++, digits = true) {
			unit /= 10;
			fraction += unit * (uint64_t)(*at - '0');
		}
	const char *found = *at ? strchr(units, *at) : NULL;

	if (found) {
		by = seconds[found - units];
		at++;
	}
	if (!digits || *at)
		return false;
	overflow |= __builtin_mul_overflow(whole, NS_PER_S, &whole) ||
		    __builtin_add_overflow(whole, fraction, &whole) ||
		    __builtin_mul_overflow(whole, by, &whole);
	*ns = overflow ? UINT64_MAX : whole;
	return true;
}

#define SLICE_NS (20 * NS_PER_MS) /* how soon Ctrl-C is noticed */

static bool never(void *arg)
{
	(void)arg;
	return false;
}

bool interval_wait(uint64_t ns)
{
	uint64_t now = time_ns(), end;

	if (__builtin_add_overflow(now, ns, &end))
		end = UINT64_MAX;
	for (; now < end; now = time_ns()) {
		process_check_interrupt();
		if (process_interrupted())
			return false;
		thread_attend();
		thread_wait_until(never, NULL, end - now < SLICE_NS ? end : now + SLICE_NS);
	}
	process_check_interrupt();
	return !process_interrupted();
}
