/* Random bytes with fast key erasure: each request takes a new key out of the key stream before
 * anything else (D. J. Bernstein, "Fast-key-erasure random-number generators", 2017). */

#include "kernel/random.h"

#include <stdbool.h>
#include <stdint.h>

#include "kernel/log.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/interrupts.h"
#include "lib/chacha20.h"
#include "lib/string.h"

#define KEY_SIZE   32
#define BLOCK_SIZE 64

#define CPUID_RDRAND (1u << 30) /* leaf 1, ECX */
#define CPUID_RDSEED (1u << 18) /* leaf 7, EBX */

#define SEED_WORDS     8
#define RETRIES	       64  /* Intel's guide says 10 for RDRAND, more for RDSEED */
#define JITTER_SAMPLES 512 /* a multiple of 32; a tenth of a bit each would be plenty */
#define JITTER_EXTRA   32  /* where the CPU has a generator: each may cost a hypervisor's exit */

static uint8_t key[KEY_SIZE];
static uint64_t requests; /* the nonce: also what a key repeated by chance would differ in */

/* Makes a new key out of the old one and size bytes of seed: each 32 bytes are added into the key,
 * then a block of its key stream becomes the next key. */
static void absorb(const void *seed, size_t size)
{
	const uint8_t *bytes = seed;
	uint8_t nonce[12] = "absorb", block[BLOCK_SIZE];
	uint32_t state[16];

	while (size > 0) {
		size_t count = size < KEY_SIZE ? size : KEY_SIZE;

		for (size_t i = 0; i < count; i++)
			key[i] ^= bytes[i];
		chacha20_init(state, key, 0, nonce);
		chacha20_block(state, block);
		memcpy(key, block, KEY_SIZE);
		bytes += count;
		size -= count;
	}
}

static bool rdrand(uint64_t *value)
{
	bool valid;

	__asm__ volatile("rdrand %0" : "=r"(*value), "=@ccc"(valid));
	return valid;
}

static bool rdseed(uint64_t *value)
{
	bool valid;

	__asm__ volatile("rdseed %0" : "=r"(*value), "=@ccc"(valid));
	return valid;
}

/* SEED_WORDS words from one of the CPU's generators. False if it does not deliver, or delivers what
 * broken ones are known for: always the same, all zeros or all ones. */
static bool cpu_seed(bool (*generate)(uint64_t *value), uint64_t words[SEED_WORDS])
{
	for (unsigned i = 0; i < SEED_WORDS; i++) {
		unsigned tries = 0;

		while (!generate(&words[i])) {
			if (++tries == RETRIES)
				return false;
			cpu_relax();
		}
		if (words[i] == 0 || words[i] == UINT64_MAX || (i > 0 && words[i] == words[i - 1]))
			return false;
	}
	return true;
}

/* How long short pieces of work took: the low bits of the differences are what the caches, the
 * emulator and its host's scheduler made of them. */
static void absorb_jitter(unsigned count)
{
	uint64_t samples[32];
	uint64_t last = cpu_tsc();

	for (unsigned i = 0; i < count; i++) {
		uint64_t now;

		cpu_id(0, 0); /* serializes, and leaves a hypervisor guest for a moment */
		now = cpu_tsc();
		samples[i % 32] = now ^ (now - last) << 32;
		last = now;
		if (i % 32 == 31)
			absorb(samples, sizeof(samples));
	}
}

void random_init(void)
{
	uint64_t words[SEED_WORDS];
	const char *source = "timer jitter only";
	bool seeded = false;
	uint32_t max = cpu_id(0, 0).eax;

	if ((cpu_id(1, 0).ecx & CPUID_RDRAND) && cpu_seed(rdrand, words)) {
		absorb(words, sizeof(words));
		seeded = true;
		source = "RDRAND and timer jitter";
	}
	if (max >= 7 && (cpu_id(7, 0).ebx & CPUID_RDSEED) && cpu_seed(rdseed, words)) {
		absorb(words, sizeof(words));
		seeded = true;
		source = "RDSEED and timer jitter";
	}
	memset(words, 0, sizeof(words));
	absorb_jitter(seeded ? JITTER_EXTRA : JITTER_SAMPLES);
	log_info("random: seeded from %s", source);
}

void random_bytes(void *buffer, size_t size)
{
	uint8_t *bytes = buffer, block[BLOCK_SIZE], nonce[12] = {0};
	uint32_t state[16];
	size_t count;

	/* When typed keys and devices interrupt is not to be known from outside. */
	if (requests % 64 == 0) {
		uint64_t now = cpu_tsc();

		absorb(&now, sizeof(now));
	}
	requests++;
	memcpy(nonce, &requests, sizeof(requests));
	chacha20_init(state, key, 0, nonce);
	chacha20_block(state, block);
	memcpy(key, block, KEY_SIZE);
	count = BLOCK_SIZE - KEY_SIZE;
	if (count > size)
		count = size;
	memcpy(bytes, block + KEY_SIZE, count);
	bytes += count;
	size -= count;
	while (size > 0) {
		/* 2^32 blocks, 256 GiB: a count that wraps goes on in the nonce. */
		if (++state[12] == 0)
			state[15]++;
		if (size < BLOCK_SIZE)
			break;
		chacha20_block(state, bytes);
		bytes += BLOCK_SIZE;
		size -= BLOCK_SIZE;
	}
	if (size > 0) {
		chacha20_block(state, block);
		memcpy(bytes, block, size);
	}
	/* Nothing that could give the bytes again stays on the stack. */
	memset(state, 0, sizeof(state));
	memset(block, 0, sizeof(block));
	__asm__ volatile("" : : "r"(state), "r"(block) : "memory");
}
