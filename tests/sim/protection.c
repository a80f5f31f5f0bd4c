/* End-to-end data protection (NVM Command Set 1.0, section 5.2) as the controller has it: tuples
 * are made and checked bit by bit, in a way that has nothing in common with the driver's. */
#include "tests/sim/internal.h"

#include <string.h>

#define PRACT	    (1u << 29)
#define PRCHK_GUARD (1u << 28)
#define PRCHK_APP   (1u << 27)
#define PRCHK_REF   (1u << 26)
#define STC	    (1u << 24)

static unsigned type(const struct sim_namespace_config *ns)
{
	return ns->protection & 7;
}

unsigned sim_protection_size(const struct sim_namespace_config *ns)
{
	unsigned size = ns->guard == 2 ? 16 : 8;

	/* None, of a format that is not simulated, or without room. */
	return type(ns) && !(ns->guard & 1) && ns->metadata >= size ? size : 0;
}

/* The tuple of a block that is data and metadata behind each other. */
static uint8_t *tuple_of(const struct sim_namespace_config *ns, uint8_t *block)
{
	unsigned at = ns->protection & 8 ? 0 : ns->metadata - sim_protection_size(ns);

	return block + (1u << ns->block_shift) + at;
}

static unsigned guard_size(const struct sim_namespace_config *ns)
{
	return ns->guard == 2 ? 8 : 2;
}

/* What is before the tuple, which is more than the data only where it is at the end of more
 * metadata. */
static uint64_t guard(const struct sim_namespace_config *ns, uint8_t *block)
{
	const uint8_t *end = tuple_of(ns, block);
	uint64_t crc = ns->guard == 2 ? ~0ull : 0;

	for (const uint8_t *byte = block; byte < end; byte++)
		for (unsigned bit = 0; bit < 8; bit++)
			if (ns->guard == 2)
				crc = crc >> 1 ^
				      ((crc ^ *byte >> bit) & 1 ? 0x9a6c9329ac4bc9b5u : 0);
			else
				crc = (crc << 1 & 0xffff) ^
				      ((crc >> 15 ^ *byte >> (7 - bit)) & 1 ? 0x8bb7u : 0);
	return ns->guard == 2 ? ~crc : crc;
}

static uint64_t get_big(const uint8_t *bytes, unsigned size)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < size; i++)
		value = value << 8 | bytes[i];
	return value;
}

static void put_big(uint8_t *bytes, uint64_t value, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		bytes[i] = (uint8_t)(value >> 8 * (size - 1 - i));
}

/* Storage and reference tag that the command has for its first block. */
static uint64_t initial_tags(const struct sim_namespace_config *ns,
			     const struct sim_command *command)
{
	uint64_t tags = dword(command, 14);

	return ns->guard == 2 ? tags | (uint64_t)(dword(command, 3) & 0xffff) << 32 : tags;
}

static uint64_t reference_mask(const struct sim_namespace_config *ns)
{
	unsigned bits = (ns->guard == 2 ? 48 : 32) - ns->storage_tag;

	return bits ? ~0ull >> (64 - bits) : 0;
}

/* Of the block that is so far behind the first one. */
static uint64_t tags(const struct sim_namespace_config *ns, const struct sim_command *command,
		     uint64_t index)
{
	uint64_t first = initial_tags(ns, command), mask = reference_mask(ns);

	return (first & ~mask) | ((first + (type(ns) == 3 ? 0 : index)) & mask);
}

void sim_protection_make(const struct sim_namespace_config *ns, const struct sim_command *command,
			 uint8_t *block, uint64_t index)
{
	uint8_t *tuple = tuple_of(ns, block);
	unsigned size = guard_size(ns);

	put_big(tuple, guard(ns, block), size);
	put_big(tuple + size, dword(command, 15) & 0xffff, 2);
	put_big(tuple + size + 2, tags(ns, command, index), sim_protection_size(ns) - size - 2);
}

unsigned sim_protection_check(const struct sim_namespace_config *ns,
			      const struct sim_command *command, uint8_t *block, uint64_t index)
{
	uint32_t cdw12 = dword(command, 12), mask = dword(command, 15) >> 16;
	unsigned size = guard_size(ns);
	uint8_t *tuple = tuple_of(ns, block);
	uint64_t application = get_big(tuple + size, 2);
	uint64_t found = get_big(tuple + size + 2, sim_protection_size(ns) - size - 2);
	uint64_t expected = tags(ns, command, index);

	if (application == 0xffff &&
	    (type(ns) != 3 || (found & reference_mask(ns)) == reference_mask(ns)))
		return SIM_SC_SUCCESS;
	if (cdw12 & PRCHK_GUARD && get_big(tuple, size) != guard(ns, block))
		return SIM_SC_GUARD;
	if (cdw12 & PRCHK_APP && (application ^ dword(command, 15)) & mask)
		return SIM_SC_APPLICATION_TAG;
	if (cdw12 & STC && (found ^ expected) & ~reference_mask(ns))
		return SIM_SC_STORAGE_TAG;
	if (cdw12 & PRCHK_REF && (found ^ expected) & reference_mask(ns))
		return SIM_SC_REFERENCE_TAG;
	return SIM_SC_SUCCESS;
}

/* One that was never written: figure 97, DLFEAT. */
void sim_protection_unwritten(const struct sim_controller *sim,
			      const struct sim_namespace_config *ns, uint8_t *block)
{
	memset(tuple_of(ns, block), sim->config.zero_tuples ? 0 : 0xff, sim_protection_size(ns));
}

void sim_protection_copy(const struct sim_namespace_config *ns, uint8_t *block, uint8_t *from)
{
	if (sim_protection_size(ns))
		memcpy(tuple_of(ns, block), tuple_of(ns, from), sim_protection_size(ns));
}

unsigned sim_protection_legal(struct sim_controller *sim, const struct sim_command *command,
			      const struct sim_namespace_config *ns)
{
	uint32_t cdw12 = dword(command, 12);
	uint64_t lba = get64(command->entry + 40);

	if (cdw12 & STC && !ns->storage_tag)
		sim_violation(sim, "a storage tag is to be checked where there is none");
	if ((ns->guard || ns->storage_tag) && sim->host_behavior[2] != 1)
		return sim_host_error(sim, command, SIM_SC_NAMESPACE,
				      "an extended format without LBAFEE");
	if (type(ns) == 3 && cdw12 & PRCHK_REF)
		return sim_host_error(sim, command, SIM_SC_PROTECTION,
				      "reference tag of type 3 is to be checked");
	if (type(ns) == 1 && cdw12 & (PRCHK_REF | PRACT) &&
	    (initial_tags(ns, command) ^ lba) & reference_mask(ns))
		return sim_host_error(
			sim, command, SIM_SC_PROTECTION, "reference tag %llx of LBA %llx",
			(unsigned long long)initial_tags(ns, command), (unsigned long long)lba);
	return SIM_SC_SUCCESS;
}
