/* The order of commands, their sizes and directions, and the map of what was used. */
#include "kernel/commands/fio/order.h"

#include "lib/string.h"

#define WORD_BITS 64u

static uint64_t words(const struct fio_order *order)
{
	return (order->units + WORD_BITS - 1) / WORD_BITS;
}

uint64_t fio_order_init(struct fio_order *order, const struct fio_options *options, uint64_t start,
			uint64_t length, uint64_t seed)
{
	memset(order, 0, sizeof(*order));
	order->options = options;
	order->start = start;
	order->random = options->rw & FIO_RW_RANDOM;
	order->mixed = (options->rw & (FIO_RW_READ | FIO_RW_WRITE | FIO_RW_TRIM)) ==
		       (FIO_RW_READ | FIO_RW_WRITE);
	/* Of trims and writes, trims come first. */
	order->direction = options->rw & FIO_RW_TRIM	? FIO_TRIM
			   : options->rw & FIO_RW_WRITE ? FIO_WRITE
							: FIO_READ;
	order->unit = UINT64_MAX;
	order->fixed = true;
	for (unsigned i = 0; i < FIO_DIRECTIONS; i++) {
		if (!(options->rw & 1u << i))
			continue;
		/* Writes that follow trims go where those were. */
		if (options->bs[i] < order->unit && (i == FIO_TRIM || !(options->rw & FIO_RW_TRIM)))
			order->unit = options->bs[i];
		order->steps[i] = (options->bs_max[i] - options->bs[i]) / options->bs[i] + 1;
		if (order->steps[i] == 1 && !options->split_count[i])
			order->sizes[i] = options->bs[i];
	}
	for (unsigned i = 0; i < FIO_DIRECTIONS; i++)
		order->fixed &= !(options->rw & 1u << i) || order->sizes[i] == order->unit;
	order->uniform = order->fixed && order->random && !order->mixed &&
			 !(options->rw & FIO_RW_TRIM) && options->norandommap &&
			 !options->distribution;
	order->units = length / order->unit;
	order->length = order->units * order->unit;
	order->seed = seed;
	if (options->distribution)
		fio_distribution_init(&order->distribution, options, order->units, seed);
	return options->rw & FIO_RW_RANDOM && !options->norandommap && !options->distribution
		       ? words(order)
		       : 0;
}

void fio_order_again(struct fio_order *order)
{
	if (order->map)
		memset(order->map, 0, words(order) * sizeof(order->map[0]));
	memset(order->next, 0, sizeof(order->next));
}

void fio_order_rewind(struct fio_order *order)
{
	prng_seed(&order->prng, order->seed);
	order->quick = prng_next(&order->prng);
	prng_seed(&order->content, ~order->seed);
	order->trimmed_size = 0;
	fio_order_again(order);
}

static enum fio_direction draw_direction(struct fio_order *order)
{
	return prng_quick_below(&order->quick, 100) < order->options->rwmixread ? FIO_READ
										: FIO_WRITE;
}

static uint64_t draw_size(struct fio_order *order, enum fio_direction direction)
{
	const struct fio_options *options = order->options;
	const struct fio_split *split = options->splits[direction];
	uint64_t share;

	if (options->split_count[direction]) {
		share = prng_quick_below(&order->quick, 100);
		while (share >= split->up_to)
			split++;
		return split->size;
	}
	return options->bs[direction] *
	       (1 + prng_quick_below(&order->quick, order->steps[direction]));
}

static inline uint64_t size_of(struct fio_order *order, enum fio_direction direction)
{
	uint64_t size = order->sizes[direction];

	return size ? size : draw_size(order, direction);
}

static bool used(const struct fio_order *order, uint64_t unit)
{
	return order->map[unit / WORD_BITS] >> unit % WORD_BITS & 1;
}

/* The first unit from `from` on that is not used, going round; units where there is none. */
static uint64_t unused(const struct fio_order *order, uint64_t from)
{
	uint64_t count = words(order), word = from / WORD_BITS;
	uint64_t free_bits = ~order->map[word] & ~0ull << from % WORD_BITS;

	for (uint64_t i = 0; i <= count; i++) {
		if (free_bits) {
			uint64_t unit = word * WORD_BITS + (unsigned)__builtin_ctzll(free_bits);

			if (unit < order->units)
				return unit;
		}
		if (++word == count)
			word = 0;
		free_bits = ~order->map[word];
	}
	return order->units;
}

/* Takes as much as fits from the unit on, up to the next that is used. */
static uint64_t take(struct fio_order *order, uint64_t unit, uint64_t size)
{
	uint64_t taken = 0;

	while (taken < size && unit < order->units && !used(order, unit)) {
		order->map[unit / WORD_BITS] |= 1ull << unit % WORD_BITS;
		taken += order->unit;
		unit++;
	}
	return taken < size ? taken : size;
}

static bool random_place(struct fio_order *order, struct fio_place *place)
{
	uint64_t unit = order->options->distribution
				? fio_distribution_draw(&order->distribution, &order->prng)
				: prng_quick_below(&order->quick, order->units);

	if (order->map) {
		unit = unused(order, unit);
		if (unit == order->units)
			return false;
		place->size = take(order, unit, place->size);
	}
	place->offset = unit * order->unit;
	if (place->size > order->length - place->offset)
		place->size = order->length - place->offset;
	return true;
}

static bool next_place(struct fio_order *order, struct fio_place *place)
{
	uint64_t *next = &order->next[place->direction];

	if (*next >= order->length)
		return false;
	place->offset = *next;
	if (place->size > order->length - *next)
		place->size = order->length - *next;
	*next += place->size;
	return true;
}

bool fio_order_next(struct fio_order *order, struct fio_place *place)
{
	if (order->trimmed_size) {
		uint64_t size = size_of(order, FIO_WRITE);

		if (size > order->trimmed_size)
			size = order->trimmed_size;
		*place = (struct fio_place){FIO_WRITE, order->trimmed, size};
		order->trimmed += size;
		order->trimmed_size -= size;
		return true;
	}
	if (!order->units)
		return false;
	place->direction = order->mixed ? draw_direction(order) : order->direction;
	place->size = size_of(order, place->direction);
	if (order->random ? !random_place(order, place) : !next_place(order, place))
		return false;
	place->offset += order->start;
	if (place->direction == FIO_TRIM && order->options->rw & FIO_RW_WRITE) {
		order->trimmed = place->offset;
		order->trimmed_size = place->size;
	}
	return true;
}
