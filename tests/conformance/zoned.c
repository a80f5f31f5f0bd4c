/* What the cases of zones stand on: a zoned namespace, its commands, and what becomes of a zone. */
#include "tests/conformance/zoned.h"

#include "lib/string.h"

struct ct_answer ct_zone_send(struct ct *ct, const struct ct_zoned *z, uint64_t lba,
			      unsigned action)
{
	struct nvme_command command = ct_rw(ct, NVME_IO_ZONE_MANAGEMENT_SEND, z->ns, lba, 1, NULL);

	command.cdw13 = action;
	return ct_do(ct, command);
}

struct ct_answer ct_zone_receive(struct ct *ct, const struct ct_zoned *z, uint64_t lba,
				 unsigned how, void *report, size_t size)
{
	struct nvme_command command =
		ct_rw(ct, NVME_IO_ZONE_MANAGEMENT_RECEIVE, z->ns, lba, 1, NULL);

	ct_prp(ct, &command, report, size);
	command.cdw12 = (uint32_t)(size / 4 - 1);
	command.cdw13 = how;
	return ct_do(ct, command);
}

uint64_t ct_zone_start(const struct ct_zoned *z, unsigned zone)
{
	return zone * z->size;
}

struct ct_answer ct_zone_write(struct ct *ct, const struct ct_zoned *z, uint64_t lba,
			       unsigned blocks)
{
	uint8_t *bytes = ct_buffer(ct, (size_t)blocks * z->ns->block_size);

	for (unsigned i = 0; i < blocks; i++)
		ct_pattern(z->ns, lba + i, 1, bytes + (size_t)i * z->ns->block_size);
	return ct_do(ct, ct_rw(ct, NVME_IO_WRITE, z->ns, lba, blocks, bytes));
}

struct nvme_zone_descriptor ct_zone_of(struct ct *ct, const struct ct_zoned *z, unsigned zone)
{
	size_t size = sizeof(struct nvme_zone_report) + sizeof(struct nvme_zone_descriptor);
	struct nvme_zone_report *report = ct_buffer(ct, size);
	struct nvme_zone_descriptor descriptor;

	ct_success(ct, "Zone Management Receive",
		   ct_zone_receive(ct, z, ct_zone_start(z, zone), NVME_ZONE_PARTIAL, report, size));
	ct_equal(ct, "Number of Zones of a partial report", 1, report->nr_zones);
	memcpy(&descriptor, report + 1, sizeof(descriptor));
	ct_equal(ct, "Zone Start Logical Block Address", ct_zone_start(z, zone), descriptor.start);
	return descriptor;
}

void ct_zone_expect(struct ct *ct, const struct ct_zoned *z, unsigned zone, unsigned state,
		    uint64_t written)
{
	struct nvme_zone_descriptor descriptor = ct_zone_of(ct, z, zone);

	ct_equal(ct, "the zone's state", state, NVME_ZONE_STATE(descriptor.state));
	if (written != CT_ANY_POINTER)
		ct_equal(ct, "the zone's write pointer", ct_zone_start(z, zone) + written,
			 descriptor.write_pointer);
}

/* Finds the namespace, and makes all of its zones empty. */
void ct_zones_begin(struct ct *ct, struct ct_zoned *z)
{
	struct nvme_identify_namespace_zns *id = ct_buffer(ct, NVME_IDENTIFY_SIZE);
	const struct nvme_identify_namespace *general;
	const struct nvme_zone_format *format;
	struct nvme_command command;

	memset(z, 0, sizeof(*z));
	for (unsigned i = 0; i < ct->namespace_count && !z->ns; i++)
		if (ct->namespaces[i].csi == NVME_CSI_ZONED && !ct->namespaces[i].metadata.size)
			z->ns = &ct->namespaces[i];
	CT_NEED(z->ns, "there is no zoned namespace without metadata");
	command = ct_identify(ct, NVME_CNS_IOCS_NAMESPACE, z->ns->nsid, id);
	command.cdw11 = (uint32_t)NVME_CSI_ZONED << NVME_IDENTIFY_CSI_SHIFT;
	ct_success(ct, "Identify, zoned namespace", ct_ask(ct, command));
	general = z->ns->identify;
	format = &id->lbafe[NVME_FLBAS_INDEX(general->flbas, NVME_LBA_FORMATS(general)) %
			    NVME_ZONE_FORMATS_MAX];
	z->size = format->zsze;
	z->extension = format->zdes * NVME_ZONE_EXTENSION_UNIT;
	CT_EXPECT(z->size, "expected a zone size (ZSZE), got 0");
	z->count = z->ns->size / z->size;
	z->open_max = id->mor;
	z->active_max = id->mar;
	z->identify = id;
	CT_NEED(z->count > CT_ZONES && z->active_max >= 1, "there are too few zones");
	ct_success(ct, "Reset Zone of all",
		   ct_zone_send(ct, z, 0, NVME_ZONE_RESET | NVME_ZONE_ALL));
	z->capacity = ct_zone_of(ct, z, 0).capacity;
	CT_EXPECT(z->capacity && z->capacity <= z->size,
		  "expected a zone capacity of up to %llxh, got %llxh", (unsigned long long)z->size,
		  (unsigned long long)z->capacity);
	CT_NEED(z->capacity >= 16, "zones are small");
}

/* A zone that is empty becomes one of the state, with a block written where it can be. */
void ct_zone_make(struct ct *ct, const struct ct_zoned *z, unsigned zone, unsigned state)
{
	if (state == NVME_ZONE_STATE_EXPLICITLY_OPEN)
		ct_success(ct, "Open Zone",
			   ct_zone_send(ct, z, ct_zone_start(z, zone), NVME_ZONE_OPEN));
	if (state != NVME_ZONE_STATE_EMPTY)
		ct_success(ct, "Write", ct_zone_write(ct, z, ct_zone_start(z, zone), 1));
	if (state == NVME_ZONE_STATE_CLOSED)
		ct_success(ct, "Close Zone",
			   ct_zone_send(ct, z, ct_zone_start(z, zone), NVME_ZONE_CLOSE));
	if (state == NVME_ZONE_STATE_FULL)
		ct_success(ct, "Finish Zone",
			   ct_zone_send(ct, z, ct_zone_start(z, zone), NVME_ZONE_FINISH));
	ct_zone_expect(ct, z, zone, state, CT_ANY_POINTER);
}
