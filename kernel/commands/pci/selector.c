/* The selectors of lspci and setpci. */
#include "kernel/commands/pci/selector.h"

#include "drivers/pci/pci.h"
#include "kernel/commands/command.h"
#include "lib/number.h"
#include "lib/string.h"

#define ANY (-1)

/* One field of a selector: empty or "*" is ANY, else hexadecimal up to max. False on anything else.
 */
static bool parse_field(const char *text, size_t length, int max, int *field)
{
	char digits[16];
	uint64_t value;

	if (!length || (length == 1 && *text == '*'))
		return true;
	if (length >= sizeof(digits))
		return false;
	memcpy(digits, text, length);
	digits[length] = '\0';
	if (number_parse(digits, 16, &value) || value > (uint64_t)max)
		return false;
	*field = (int)value;
	return true;
}

/* A class, in which each x stands for any digit. */
static bool parse_class(const char *text, size_t length, struct pci_selector *selector)
{
	char digits[4];

	selector->class_mask = 0xffff;
	if (!memchr(text, 'x', length) && !memchr(text, 'X', length))
		return parse_field(text, length, 0xffff, &selector->class);
	if (length > sizeof(digits))
		return false;
	for (size_t i = 0; i < length; i++) {
		bool any = text[i] == 'x' || text[i] == 'X';

		digits[i] = any ? '0' : text[i];
		if (any)
			selector->class_mask &= ~(0xf << 4 * (length - 1 - i));
	}
	return parse_field(digits, length, 0xffff, &selector->class);
}

/* [[[domain]:]bus]:][slot][.[function]] */
bool pci_select_slot(struct pci_selector *selector, const char *text)
{
	const char *colon = strrchr(text, ':');
	const char *slot = colon ? colon + 1 : text;
	const char *dot = strchr(slot, '.');

	if (colon) {
		const char *domain_end = memchr(text, ':', (size_t)(colon - text));

		if (domain_end) {
			if (!parse_field(text, (size_t)(domain_end - text), INT32_MAX,
					 &selector->domain))
				return false;
			text = domain_end + 1;
		}
		if (!parse_field(text, (size_t)(colon - text), 0xff, &selector->bus))
			return false;
	}
	if (dot && !parse_field(dot + 1, strlen(dot + 1), 7, &selector->function))
		return false;
	return parse_field(slot, dot ? (size_t)(dot - slot) : strlen(slot), 0x1f, &selector->slot);
}

/* [vendor]:[device][:class[:interface]] */
bool pci_select_id(struct pci_selector *selector, const char *text)
{
	const char *fields[4];
	size_t lengths[4], count = 0;

	for (; count < 4; text += lengths[count++] + 1) {
		fields[count] = text;
		lengths[count] = strcspn(text, ":");
		if (!text[lengths[count]])
			break;
	}
	return count >= 1 && count < 4 &&
	       parse_field(fields[0], lengths[0], 0xffff, &selector->vendor) &&
	       parse_field(fields[1], lengths[1], 0xffff, &selector->device) &&
	       (count < 2 || parse_class(fields[2], lengths[2], selector)) &&
	       (count < 3 || parse_field(fields[3], lengths[3], 0xff, &selector->interface));
}

bool pci_selected(const struct pci_selector *selector, const struct pci_device *device)
{
	int class = (int)(device->class_code >> 8);

	return (selector->domain == ANY || selector->domain == 0) && /* there is no other */
	       (selector->bus == ANY || selector->bus == device->bus) &&
	       (selector->slot == ANY || selector->slot == device->slot) &&
	       (selector->function == ANY || selector->function == device->function) &&
	       (selector->vendor == ANY || selector->vendor == device->vendor) &&
	       (selector->device == ANY || selector->device == device->device) &&
	       (selector->class == ANY || selector->class == (class & selector->class_mask)) &&
	       (selector->interface == ANY ||
		selector->interface == (int)(device->class_code & 0xff));
}

void pci_complete_slot(struct completion *completion)
{
	char name[8];

	completion->files = false;
	for (struct pci_device *device = pci_first(); device; device = device->next)
		completion->offer(completion, pci_name(device, name));
}
