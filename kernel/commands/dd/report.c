/* What dd says: records, bytes, rate, and how far it is. */
#include "kernel/commands/dd/dd.h"

#include "kernel/commands/command.h"
#include "kernel/commands/support/size.h"
#include "kernel/x86/time.h"
#include "lib/format.h"

/* "0.0123 s": six significant digits of the seconds, as printf's %g. */
static void format_seconds(char *text, size_t size, uint64_t ns)
{
	char digits[24];
	int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)ns);
	uint64_t unit = 1;

	for (int i = 6; i < length; i++)
		unit *= 10;
	ns = (ns + unit / 2) / unit * unit;
	if (ns < 100000) {
		/* 4.5e-05 */
		int exponent = 9;
		char fraction[8];

		length = snprintf(fraction, sizeof(fraction), "%u", (unsigned)ns);
		exponent -= length - 1;
		while (length > 1 && fraction[length - 1] == '0')
			fraction[--length] = '\0';
		snprintf(text, size, "%c%s%se-%02d", fraction[0], length > 1 ? "." : "",
			 fraction + 1, exponent);
		return;
	}
	length = snprintf(text, size, "%llu.%09u", (unsigned long long)(ns / NS_PER_S),
			  (unsigned)(ns % NS_PER_S));
	while (text[length - 1] == '0')
		text[--length] = '\0';
	if (text[length - 1] == '.')
		text[length - 1] = '\0';
}

/* "85 MB/s": as GNU writes a quotient, in kB or more, with a decimal below 100. */
static void format_rate(char *text, size_t size, uint64_t bytes, uint64_t ns)
{
	static const char prefixes[] = "kMGTPEZ";
	uint64_t unit = 1000;
	unsigned exponent = 0;

	if (!ns) {
		snprintf(text, size, "Infinity B/s");
		return;
	}
	while (bytes > UINT64_MAX / NS_PER_S) {
		bytes >>= 1;
		ns = ns > 1 ? ns >> 1 : 1;
	}
	/* tenths of a kB/s keep three digits of even the slowest copy that is worth a rate */
	uint64_t rate = bytes * NS_PER_S / ns;

	while (rate / unit >= 1000) {
		unit *= 1000;
		exponent++;
	}
	uint64_t tenths = (rate / (unit / 1000) + 50) / 100;

	if (tenths >= 995 + 5)
		snprintf(text, size, "%llu %cB/s",
			 (unsigned long long)((rate / (unit / 1000) + 500) / 1000),
			 prefixes[exponent]);
	else
		snprintf(text, size, "%u.%u %cB/s", (unsigned)tenths / 10, (unsigned)tenths % 10,
			 prefixes[exponent]);
}

/* The statistics line; on the way (status=progress) with whole seconds and no newline. */
static void report_transfer(struct dd_copy *copy, uint64_t progress_ns)
{
	char si[HUMAN_TEXT], iec[HUMAN_TEXT], rate[32], seconds[40], amounts[80], line[200];
	uint64_t bytes = copy->bytes_out;
	uint64_t elapsed = (progress_ns ? progress_ns : time_ns()) - copy->start_ns;

	size_human(si, bytes, 1000);
	size_human(iec, bytes, 1024);
	amounts[0] = '\0';
	if (bytes >= 1024)
		snprintf(amounts, sizeof(amounts), " (%s, %s)", si, iec);
	else if (bytes >= 1000)
		snprintf(amounts, sizeof(amounts), " (%s)", si);
	if (progress_ns)
		snprintf(seconds, sizeof(seconds), "%llu",
			 (unsigned long long)((elapsed + NS_PER_S / 2) / NS_PER_S));
	else
		format_seconds(seconds, sizeof(seconds), elapsed);
	format_rate(rate, sizeof(rate), bytes, elapsed);

	int width =
		snprintf(line, sizeof(line), "%llu byte%s%s copied, %s s, %s",
			 (unsigned long long)bytes, bytes == 1 ? "" : "s", amounts, seconds, rate);
	if (!progress_ns) {
		err("%s\n", line);
		return;
	}
	int rest = copy->progress_width > width ? copy->progress_width - width : 0;

	err("\r%s%*s", line, rest, "");
	copy->progress_width = width;
}

void dd_report(struct dd_copy *copy)
{
	enum dd_status status = copy->options.status;

	if (status == DD_STATUS_NONE)
		return;
	progress_clear();
	if (copy->progress_width) {
		err("\n");
		copy->progress_width = 0;
	}
	err("%llu+%llu records in\n%llu+%llu records out\n", (unsigned long long)copy->full_in,
	    (unsigned long long)copy->partial_in, (unsigned long long)copy->full_out,
	    (unsigned long long)copy->partial_out);
	if (copy->convert.truncated)
		err("%llu truncated record%s\n", (unsigned long long)copy->convert.truncated,
		    copy->convert.truncated == 1 ? "" : "s");
	if (status != DD_STATUS_NOXFER)
		report_transfer(copy, 0);
}

void dd_show_progress(struct dd_copy *copy)
{
	if (copy->options.status == DD_STATUS_DEFAULT) {
		progress(copy->bytes_out, copy->input_total);
	} else if (copy->options.status == DD_STATUS_PROGRESS) {
		uint64_t now = time_ns();

		if (now >= copy->next_report_ns) {
			report_transfer(copy, now);
			copy->next_report_ns += NS_PER_S;
		}
	}
}
