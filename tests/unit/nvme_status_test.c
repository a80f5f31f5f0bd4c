/* The table of statuses: sound in itself, and its names libnvme's, where that is installed. */
#include <dlfcn.h>
#include <stdbool.h>

#include "drivers/nvme/spec/spec.h"
#include "tests/unit/cmocka.h"

#define STATUSES (NVME_STATUS_MASK + 1)

static bool is_known(unsigned status)
{
	return strcmp(nvme_status_name(status), "Unknown") != 0 &&
	       strcmp(nvme_status_name(status), "Vendor Specific") != 0;
}

static void test_rows_are_sound(void **state)
{
	(void)state;
	for (unsigned status = 0; status < STATUSES; status++) {
		assert_true(nvme_status_errno(status) <= 0);
		/* What comes beside SCT and SC changes nothing. */
		assert_ptr_equal(nvme_status_name(status | NVME_STATUS_DNR | NVME_STATUS_MORE),
				 nvme_status_name(status));
		if (!is_known(status)) {
			assert_null(nvme_status_text(status));
			continue;
		}
		for (unsigned other = 0; other < status; other++)
			if (strcmp(nvme_status_name(other), nvme_status_name(status)) == 0)
				fail_msg("%#x and %#x have one name", other, status);
	}
	assert_string_equal(nvme_status_name(0x7c1), "Vendor Specific");
	assert_string_equal(nvme_status_name(0x4ff), "Unknown");
}

/* What libnvme says is the name, ": " and a sentence; of some statuses it has only a sentence. */
static void test_names_are_those_of_libnvme(void **state)
{
	void *library = dlopen("libnvme.so.1", RTLD_NOW);
	unsigned compared = 0;
	const char *(*text_of)(int status, bool fabrics);

	(void)state;
	if (!library) {
		print_message("libnvme is not installed\n");
		skip();
	}
	*(void **)&text_of = dlsym(library, "nvme_status_to_string");
	assert_non_null(text_of);
	for (unsigned status = 0; status < STATUSES; status++) {
		const char *name = nvme_status_name(status), *text = text_of((int)status, false);
		const char *colon = strstr(text, ": ");
		size_t length = colon ? (size_t)(colon - text) : strlen(text);

		/* Of the statuses that both know. */
		if (!is_known(status) || strcmp(text, "unrecognized") == 0)
			continue;
		/* Sentences without a name. */
		if (status >= NVME_SC_IOCS_UNSUPPORTED && status <= NVME_SC_INVALID_IOCS)
			continue;
		if (strlen(name) != length || strncmp(name, text, length) != 0)
			fail_msg("%#x is %s, libnvme says: %s", status, name, text);
		compared++;
	}
	assert_true(compared > 100);
	dlclose(library);
}

TESTS(cmocka_unit_test(test_rows_are_sound), cmocka_unit_test(test_names_are_those_of_libnvme))
