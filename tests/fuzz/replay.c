/* A main() for a fuzz target that gives it the files of the directories named on the command line:
 * for compilers without libFuzzer, and for coverage. Other arguments are ignored. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = NULL;
	size_t size = 0, capacity = 0;

	if (!file) {
		perror(path);
		return 1;
	}
	for (;;) {
		size_t got;

		if (size == capacity) {
			capacity = capacity ? 2 * capacity : 4096;
			data = realloc(data, capacity);
			if (!data)
				abort();
		}
		got = fread(data + size, 1, capacity - size, file);
		if (!got)
			break;
		size += got;
	}
	fclose(file);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned long count = 0;
	int status = 0, i;

	for (i = 1; i < argc; i++) {
		DIR *directory;
		struct dirent *entry;

		if (argv[i][0] == '-')
			continue;
		directory = opendir(argv[i]);
		if (!directory) {
			perror(argv[i]);
			return 1;
		}
		while ((entry = readdir(directory))) {
			char path[4096];

			if (entry->d_name[0] == '.')
				continue;
			snprintf(path, sizeof(path), "%s/%s", argv[i], entry->d_name);
			status |= replay(path);
			count++;
		}
		closedir(directory);
	}
	printf("%lu inputs\n", count);
	return status;
}
