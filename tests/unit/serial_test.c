/* The serial port, on a 16550A of this file's own: the other side takes and sends bytes at the
 * speed of the line, or not at all, and the interrupt is an edge, as on a PC.
 *
 * The driver is of one port, which starts once: the tests are in the order of a machine's life. */
#include "drivers/serial/serial.h"
#include "kernel/x86/apic.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/interrupts.h"
#include "kernel/x86/port.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"
#include "tests/unit/cmocka.h"

#define PORT	0x3f8
#define FIFO	16u
#define BYTE_NS 87000ull /* at 115200 baud */
#define VECTOR	0x31
#define RTS	0x02
#define RING	65536u

/* The port */
static bool there, fifo_on, in_loop, takes = true, lost;
static uint8_t enabled, line_control, modem_control, scratch, divisor;
static uint8_t received[FIFO];
static unsigned received_count;
static uint64_t sent_at; /* the last byte that was written has left by then */
static unsigned holding; /* bytes written and not sent */

/* The other side: what it sends, and what it got */
static size_t input_at, input_size;
static char output[8192];
static size_t output_size;

/* The machine */
static uint64_t now_ns;
static bool clock_runs, interrupts_on = true, level, edge, unmasked;
static int vector_error, route_error;
static unsigned vectors_taken;
static void (*handler)(void *context);

static char input_byte(size_t at)
{
	return (char)(at % 251 + 1);
}

static void interrupt(void)
{
	if (!edge || !unmasked || !interrupts_on)
		return;
	edge = false;
	interrupts_on = false;
	handler(NULL);
	interrupts_on = true;
	interrupt();
}

/* What happens meanwhile. */
static void move(void)
{
	bool was = level;

	now_ns += takes ? 1000 : 5000; /* waiting for one that stands still is minutes long */
	if (takes && holding && now_ns >= sent_at)
		holding = 0;
	while (!in_loop && modem_control & RTS && input_at < input_size &&
	       received_count < (fifo_on ? FIFO : 1))
		received[received_count++] = (uint8_t)input_byte(input_at++);
	level = enabled & 1 && received_count;
	edge |= level && !was;
}

static uint8_t line_status(void)
{
	uint8_t status = (received_count ? 0x01 : 0) | (lost ? 0x02 : 0);

	lost = false;
	if (!holding)
		status |= 0x20 | (now_ns >= sent_at + BYTE_NS ? 0x40 : 0);
	return status;
}

uint8_t port_read8(uint16_t port)
{
	uint8_t value = 0;

	move();
	assert_in_range(port, PORT, PORT + 7);
	if (!there)
		return 0xff;
	switch (port - PORT) {
	case 0:
		if (!received_count)
			break;
		value = received[0];
		memmove(received, received + 1, --received_count);
		move();
		break;
	case 5:
		value = line_status();
		break;
	case 7:
		value = scratch;
		break;
	default:
		fail_msg("register %u read", port - PORT);
	}
	interrupt();
	return value;
}

static void write_data(uint8_t value)
{
	if (line_control & 0x80) {
		divisor = value;
		return;
	}
	assert_in_range(++holding, 1, FIFO); /* more and a byte would be lost */
	assert_true(output_size < sizeof(output));
	output[output_size++] = (char)value;
	sent_at = (sent_at > now_ns ? sent_at : now_ns) + BYTE_NS;
}

void port_write8(uint16_t port, uint8_t value)
{
	assert_in_range(port, PORT, PORT + 7);
	switch (port - PORT) {
	case 0:
		write_data(value);
		break;
	case 1:
		if (!(line_control & 0x80))
			enabled = value;
		break;
	case 2:
		if (!fifo_on)
			received_count = 0; /* turned on it forgets */
		fifo_on = value & 1;
		break;
	case 3:
		line_control = value;
		break;
	case 4:
		in_loop = value & 0x10;
		modem_control = value;
		break;
	case 7:
		scratch = value;
		break;
	default:
		fail_msg("register %u written", port - PORT);
	}
	move();
	interrupt();
}

uint64_t cpu_interrupts_save(void)
{
	bool was = interrupts_on;

	interrupts_on = false;
	return was ? CPU_FLAG_INTERRUPTS : 0;
}

void cpu_interrupts_restore(uint64_t flags)
{
	if (flags & CPU_FLAG_INTERRUPTS)
		interrupts_on = true;
	interrupt();
}

uint64_t time_ns(void)
{
	return clock_runs ? now_ns : 0;
}

int interrupt_allocate_named(void (*function)(void *context), void *context, const char *name)
{
	assert_null(context);
	assert_string_equal(name, "serial");
	if (vector_error)
		return vector_error;
	handler = function;
	vectors_taken++;
	return VECTOR;
}

void interrupt_free(int vector)
{
	assert_int_equal(vector, VECTOR);
	vectors_taken--;
}

int ioapic_route(unsigned irq, unsigned vector, bool is_level, bool active_low)
{
	assert_int_equal(irq, 4);
	assert_int_equal(vector, VECTOR);
	assert_false(is_level || active_low);
	return route_error;
}

void ioapic_unmask(unsigned irq)
{
	assert_int_equal(irq, 4);
	unmasked = true;
}

/* The other side sends so many bytes more, and they are read, all and in their order. */
static void send(size_t count)
{
	input_size += count;
}

static void assert_read(size_t count)
{
	char bytes[1000];

	for (size_t done = 0; done < count;) {
		size_t got, piece = count - done < sizeof(bytes) ? count - done : sizeof(bytes);

		move();
		interrupt();
		assert_true(serial_readable());
		got = serial_read(bytes, piece);
		assert_in_range(got, 1, piece);
		for (size_t i = 0; i < got; i++, done++)
			assert_int_equal(bytes[i], input_byte(input_size - count + done));
	}
	assert_false(serial_readable());
	assert_int_equal(serial_read(bytes, sizeof(bytes)), 0);
}

static bool all_bytes(uint8_t byte)
{
	(void)byte;
	return true;
}

static unsigned fives;

static bool no_fives(uint8_t byte)
{
	fives += byte == 5;
	return byte != 5;
}

static void test_no_port(void **state)
{
	char byte;

	(void)state;
	serial_init();
	assert_false(serial_present());
	serial_write("text", 4);
	serial_write_now("text", 4);
	serial_drain();
	assert_int_equal(serial_start_input(all_bytes), 0);
	assert_true(serial_input_by_interrupt()); /* nothing to be asked for */
	assert_false(serial_readable());
	assert_int_equal(serial_read(&byte, 1), 0);
	serial_discard_input();
	assert_int_equal(output_size, 0);
	assert_int_equal(vectors_taken, 0);
}

/* What was sent before the port was set up is not lost. */
static void test_start(void **state)
{
	(void)state;
	there = true;
	modem_control = RTS;
	send(100);
	move();
	serial_init();
	assert_true(serial_present());
	assert_int_equal(divisor, 1);
	assert_int_equal(line_control, 3);
	assert_true(fifo_on);
	assert_int_equal(enabled, 0);
	assert_int_equal(modem_control, 0x0b);
	assert_false(serial_input_by_interrupt());
}

static void test_output_before_the_clock(void **state)
{
	(void)state;
	serial_write("early\n", 6);
	assert_memory_equal(output, "early\n", 6);
	/* Nobody reads, and there is no clock: the wait still ends. */
	takes = false;
	serial_drain();
	takes = true;
	serial_drain();
	assert_true(now_ns >= sent_at + BYTE_NS);
	clock_runs = true;
	output_size = 0;
}

/* Without a vector or an input of the I/O APIC it is looked for. */
static void test_input_by_looking(void **state)
{
	(void)state;
	vector_error = -ENOSPC;
	assert_int_equal(serial_start_input(all_bytes), -ENOSPC);
	vector_error = 0;
	route_error = -ENODEV;
	assert_int_equal(serial_start_input(all_bytes), -ENODEV);
	route_error = 0;
	assert_int_equal(vectors_taken, 0);
	assert_false(serial_input_by_interrupt());
	assert_read(100);
	send(5000);
	assert_read(5000);
	/* More than there is room for stays with the sender. */
	send(3 * RING);
	for (unsigned i = 0; i < 1000; i++)
		serial_readable();
	assert_int_equal(modem_control & RTS, 0);
	assert_in_range(input_size - input_at, 1, 2 * RING);
	assert_read(3 * RING);
	assert_int_equal(modem_control & RTS, RTS);
	assert_int_equal(enabled, 0);
}

static void test_input_by_interrupt(void **state)
{
	(void)state;
	send(40); /* are there already */
	move();
	assert_int_equal(serial_start_input(all_bytes), 0);
	assert_true(serial_input_by_interrupt());
	assert_read(40);
	/* More than one interrupt takes, in one go. */
	send(3000);
	move();
	interrupt();
	assert_int_equal(input_at, input_size);
	assert_read(3000);
	/* More than there is room for: the interrupt does not come again and again. */
	send(2 * RING);
	move();
	interrupt();
	assert_in_range(input_size - input_at, RING - FIFO, RING);
	assert_int_equal(modem_control & RTS, 0);
	assert_int_equal(enabled, 0);
	assert_read(2 * RING);
	assert_int_equal(enabled, 1);
	assert_int_equal(serial_overruns(), 0);
}

static void test_filter(void **state)
{
	char bytes[20];

	(void)state;
	assert_int_equal(serial_start_input(no_fives), 0);
	input_at = input_size = 0; /* bytes 1, 2, 3, … */
	send(10);
	move();
	interrupt();
	assert_int_equal(fives, 1);
	assert_int_equal(serial_read(bytes, sizeof(bytes)), 9);
	assert_memory_equal(bytes, "\1\2\3\4\6\7\10\11\12", 9);
	assert_int_equal(serial_start_input(all_bytes), 0);
}

/* Ctrl-C on a full buffer: what was typed goes, and the line moves again. */
static void test_discard(void **state)
{
	(void)state;
	send(RING + 100);
	move();
	interrupt();
	assert_int_equal(modem_control & RTS, 0);
	serial_discard_input();
	assert_int_equal(modem_control & RTS, RTS);
	assert_int_equal(input_at, input_size);
	serial_discard_input();
	assert_false(serial_readable());
	send(10);
	assert_read(10);
}

static void test_overrun(void **state)
{
	(void)state;
	lost = true;
	send(1);
	assert_read(1);
	assert_int_equal(serial_overruns(), 1);
}

static void test_output(void **state)
{
	static char text[3000];
	uint64_t start = now_ns;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = input_byte(i);
	serial_write(text, sizeof(text));
	assert_int_equal(output_size, sizeof(text));
	assert_memory_equal(output, text, sizeof(text));
	serial_drain();
	assert_true(now_ns >= start + sizeof(text) * BYTE_NS);
	output_size = 0;
}

/* From an interrupt handler: what the port takes at once, and nothing while it is busy. */
static void test_output_at_once(void **state)
{
	uint64_t start = now_ns;

	(void)state;
	serial_write_now("0123456789abcdefghij", 20);
	assert_int_equal(output_size, FIFO);
	serial_write_now("never", 5);
	assert_int_equal(output_size, FIFO);
	assert_memory_equal(output, "0123456789abcdef", FIFO);
	assert_true(now_ns < start + BYTE_NS);
	serial_drain();
	serial_write_now("^C", 2);
	assert_int_equal(output_size, FIFO + 2);
	output_size = 0;
}

/* Who does not read holds the writer up for five minutes, once; then bytes are dropped until he
 * reads again. */
static void test_output_stalled(void **state)
{
	uint64_t start;

	(void)state;
	serial_drain();
	takes = false;
	serial_write("0123456789abcdef", FIFO);
	start = now_ns += NS_PER_MS;
	serial_write("dropped", 7);
	assert_in_range(now_ns - start, 300 * NS_PER_S, 301 * NS_PER_S);
	start = now_ns;
	for (unsigned i = 0; i < 100; i++)
		serial_write("dropped", 7);
	assert_true(now_ns - start < NS_PER_MS);
	serial_drain();
	assert_in_range(now_ns - start, 100 * NS_PER_MS, 200 * NS_PER_MS);
	takes = true;
	serial_write("again", 5);
	takes = false;
	assert_int_equal(output_size, FIFO + 5);
	assert_memory_equal(output + FIFO, "again", 5);
	/* and is waited for again */
	start = now_ns;
	serial_write("0123456789abcdef", FIFO);
	assert_in_range(now_ns - start, 300 * NS_PER_S, 301 * NS_PER_S);
	takes = true;
	output_size = 0;
}

/* In a panic all waits together are a second. */
static void test_emergency(void **state)
{
	uint64_t start;

	(void)state;
	serial_drain();
	serial_emergency();
	serial_write("panic: this is why", 18);
	serial_drain();
	assert_memory_equal(output, "panic: this is why", 18);
	takes = false;
	start = now_ns;
	for (unsigned i = 0; i < 100; i++)
		serial_write("and where it happened", 21);
	assert_in_range(now_ns - start, NS_PER_S / 2, NS_PER_S + NS_PER_MS);
	/* The line moves, the second is over: what goes at once still goes. */
	takes = true;
	now_ns += NS_PER_S;
	move();
	output_size = 0;
	serial_write("registers", 9);
	assert_memory_equal(output, "registers", 9);
}

TESTS(cmocka_unit_test(test_no_port), cmocka_unit_test(test_start),
      cmocka_unit_test(test_output_before_the_clock), cmocka_unit_test(test_input_by_looking),
      cmocka_unit_test(test_input_by_interrupt), cmocka_unit_test(test_filter),
      cmocka_unit_test(test_discard), cmocka_unit_test(test_overrun), cmocka_unit_test(test_output),
      cmocka_unit_test(test_output_at_once), cmocka_unit_test(test_output_stalled),
      cmocka_unit_test(test_emergency))
