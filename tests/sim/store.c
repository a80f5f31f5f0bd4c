/* The blocks of a simulated namespace: sparse, with a volatile write cache in front. */
#include "tests/sim/internal.h"

#include <stdlib.h>
#include <string.h>

struct block {
	uint64_t number;
	struct block *next;
	bool spoiled;
	bool dirty;	/* only in the cache: old is what a power cut goes back to */
	uint8_t *bytes; /* the current contents; NULL: zeroes */
	uint8_t *old;
};

struct sim_store {
	unsigned block_size;
	size_t buckets, used;
	struct block **table;
};

struct sim_store *sim_store_create(unsigned block_size)
{
	struct sim_store *store = calloc(1, sizeof(*store));

	store->block_size = block_size;
	store->buckets = 64;
	store->table = calloc(store->buckets, sizeof(struct block *));
	return store;
}

void sim_store_destroy(struct sim_store *store)
{
	for (size_t i = 0; i < store->buckets; i++) {
		struct block *next;

		for (struct block *block = store->table[i]; block; block = next) {
			next = block->next;
			free(block->bytes);
			free(block->old);
			free(block);
		}
	}
	free(store->table);
	free(store);
}

static struct block **bucket(struct sim_store *store, uint64_t number)
{
	return &store->table[(number * 0x9e3779b97f4a7c15ull >> 20) & (store->buckets - 1)];
}

static struct block *find(struct sim_store *store, uint64_t number)
{
	struct block *block = *bucket(store, number);

	while (block && block->number != number)
		block = block->next;
	return block;
}

static void grow(struct sim_store *store)
{
	struct block **old = store->table;
	size_t count = store->buckets;

	store->buckets = count * 4;
	store->table = calloc(store->buckets, sizeof(struct block *));
	for (size_t i = 0; i < count; i++) {
		struct block *next;

		for (struct block *block = old[i]; block; block = next) {
			struct block **to = bucket(store, block->number);

			next = block->next;
			block->next = *to;
			*to = block;
		}
	}
	free(old);
}

static struct block *find_or_add(struct sim_store *store, uint64_t number)
{
	struct block *block = find(store, number);
	struct block **to;

	if (block)
		return block;
	if (++store->used > store->buckets * 2)
		grow(store);
	block = calloc(1, sizeof(*block));
	block->number = number;
	to = bucket(store, number);
	block->next = *to;
	*to = block;
	return block;
}

void sim_store_read(struct sim_store *store, uint64_t number, uint64_t count, uint8_t *bytes)
{
	for (; count--; number++, bytes += store->block_size) {
		const struct block *block = find(store, number);

		if (block && block->bytes)
			memcpy(bytes, block->bytes, store->block_size);
		else
			memset(bytes, 0, store->block_size);
	}
}

void sim_store_write(struct sim_store *store, uint64_t number, uint64_t count, const uint8_t *bytes,
		     bool durable)
{
	for (; count--; number++) {
		struct block *block;

		if (!bytes && !find(store, number))
			continue;
		block = find_or_add(store, number);
		block->spoiled = false;
		if (durable) {
			block->dirty = false;
			free(block->old);
			block->old = NULL;
		} else if (!block->dirty) {
			block->dirty = true;
			block->old = block->bytes;
			block->bytes = NULL;
		}
		if (bytes) {
			if (!block->bytes)
				block->bytes = malloc(store->block_size);
			memcpy(block->bytes, bytes, store->block_size);
			bytes += store->block_size;
		} else {
			free(block->bytes);
			block->bytes = NULL;
		}
	}
}

bool sim_store_holds(struct sim_store *store, uint64_t number)
{
	const struct block *block = find(store, number);

	return block && block->bytes;
}

void sim_store_spoil(struct sim_store *store, uint64_t number, uint64_t count)
{
	for (; count--; number++)
		find_or_add(store, number)->spoiled = true;
}

bool sim_store_is_spoiled(struct sim_store *store, uint64_t number, uint64_t count)
{
	for (; count--; number++) {
		const struct block *block = find(store, number);

		if (block && block->spoiled)
			return true;
	}
	return false;
}

static void settle(struct block *block, bool keep)
{
	if (!block->dirty)
		return;
	if (keep) {
		free(block->old);
	} else {
		free(block->bytes);
		block->bytes = block->old;
	}
	block->old = NULL;
	block->dirty = false;
}

void sim_store_flush(struct sim_store *store)
{
	for (size_t i = 0; i < store->buckets; i++)
		for (struct block *block = store->table[i]; block; block = block->next)
			settle(block, true);
}

void sim_store_lose(struct sim_store *store, struct sim_controller *sim)
{
	for (size_t i = 0; i < store->buckets; i++)
		for (struct block *block = store->table[i]; block; block = block->next)
			settle(block, sim_random(sim) & 1);
}
