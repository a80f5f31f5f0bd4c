/* Directives: Base, section 8.8. */
#pragma once

/* Identify, Return Parameters: section 8.8.3.1.1; a bit for each type */
struct nvme_directive_parameters {
	uint8_t supported[32];
	uint8_t enabled[32];
	uint8_t persistent[32];
	uint8_t reserved96[4000];
};
_Static_assert(sizeof(struct nvme_directive_parameters) == 4096, "directives");

/* Streams, Return Parameters: section 8.8.4.1.1 */
struct nvme_streams_parameters {
	uint16_t msl;
	uint16_t nssa;
	uint16_t nsso;
	uint8_t nssc;
	uint8_t reserved7[9];
	uint32_t sws; /* logical blocks */
	uint16_t sgs; /* in units of SWS */
	uint16_t nsa;
	uint16_t nso;
	uint8_t reserved26[6];
};
_Static_assert(sizeof(struct nvme_streams_parameters) == 32, "streams");

extern const struct nvme_structure nvme_streams_parameters_table;
