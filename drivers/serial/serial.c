/* 16550A UART (National Semiconductor PC16550D, June 1995). QEMU: -serial. */

#include "drivers/serial/serial.h"

#include "kernel/x86/apic.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/interrupts.h"
#include "kernel/x86/port.h"
#include "kernel/x86/time.h"

#define SERIAL_PORT 0x3f8
#define SERIAL_IRQ  4
#define CLOCK_BAUD  115200 /* the divisor's unit */
#define BAUD	    115200
#define FIFO_SIZE   16

/* Registers (PC16550D, table II) */
enum {
	DATA = 0,	  /* receiver buffer, transmitter holding; divisor low */
	INTERRUPTS = 1,	  /* enable; divisor high */
	FIFO_CONTROL = 2, /* write; read: interrupt identification */
	LINE_CONTROL = 3,
	MODEM_CONTROL = 4,
	LINE_STATUS = 5,
	MODEM_STATUS = 6,
	SCRATCH = 7,
};

#define INTERRUPTS_RECEIVED	 0x01
#define FIFO_ENABLE		 0x01
#define FIFO_TRIGGER_14		 0xc0
#define LINE_CONTROL_8N1	 0x03
#define LINE_CONTROL_DIVISOR	 0x80
#define MODEM_CONTROL_READY	 0x01 /* DTR */
#define MODEM_CONTROL_SEND	 0x02 /* RTS */
#define MODEM_CONTROL_OUT2	 0x08 /* on a PC: lets the interrupt out */
#define MODEM_CONTROL_LOOP	 0x10
#define LINE_STATUS_RECEIVED	 0x01
#define LINE_STATUS_OVERRUN	 0x02
#define LINE_STATUS_HOLDING_FREE 0x20
#define LINE_STATUS_IDLE	 0x40

#define STALL_LIMIT_NS	   (300 * NS_PER_S)
#define EMERGENCY_LIMIT_NS NS_PER_S
#define DRAIN_LIMIT_NS	   (100 * NS_PER_MS)

/* One interrupt takes at most so many bytes; more get an interrupt of their own. */
#define RECEIVE_BURST 1024

#define RING_SIZE 65536u /* a power of two */

static bool present;
static bool stalled;		 /* the other side did not read for STALL_LIMIT_NS */
static uint64_t emergency_until; /* time_ns(), 0: no emergency */

static char ring[RING_SIZE];
static volatile uint32_t ring_in, ring_out; /* free running; in is the interrupt handler's */
static volatile bool throttled;		    /* the ring was full, reception is off */
static bool input_started, input_by_interrupt;
static bool (*input_filter)(uint8_t byte);
static uint64_t overruns;

static uint8_t uart_read(unsigned reg)
{
	return port_read8((uint16_t)(SERIAL_PORT + reg));
}

static void uart_write(unsigned reg, uint8_t value)
{
	port_write8((uint16_t)(SERIAL_PORT + reg), value);
}

static uint8_t line_status(void)
{
	uint8_t status = uart_read(LINE_STATUS);

	if (status & LINE_STATUS_OVERRUN)
		overruns++;
	return status;
}

/* Moves what the port has received into the ring, at most limit bytes. False if it has more. */
static bool receive(unsigned limit)
{
	while (line_status() & LINE_STATUS_RECEIVED) {
		uint8_t byte;

		if (ring_in - ring_out == RING_SIZE) {
			/* Left in the port, whose full FIFO stops the sender (QEMU), or which asks
			 * for a pause by RTS. */
			throttled = true;
			uart_write(INTERRUPTS, 0);
			uart_write(MODEM_CONTROL, MODEM_CONTROL_READY | MODEM_CONTROL_OUT2);
			return true;
		}
		if (limit-- == 0)
			return false;
		byte = uart_read(DATA);
		if (input_filter && !input_filter(byte))
			continue;
		ring[ring_in % RING_SIZE] = (char)byte;
		ring_in = ring_in + 1;
	}
	return true;
}

static void serial_interrupt(void *context)
{
	(void)context;
	if (throttled)
		return;
	if (!receive(RECEIVE_BURST)) {
		/* The line to the I/O APIC is edge triggered and still high: make a new edge. */
		uart_write(INTERRUPTS, 0);
		uart_write(INTERRUPTS, INTERRUPTS_RECEIVED);
	}
}

void serial_init(void)
{
	bool received;
	uint8_t byte;

	uart_write(SCRATCH, 0xa5);
	if (uart_read(SCRATCH) != 0xa5 || uart_read(LINE_STATUS) == 0xff)
		return;
	present = true;
	uart_write(INTERRUPTS, 0);
	uart_write(LINE_CONTROL, LINE_CONTROL_DIVISOR);
	uart_write(DATA, CLOCK_BAUD / BAUD);
	uart_write(INTERRUPTS, 0);
	uart_write(LINE_CONTROL, LINE_CONTROL_8N1);
	/* Turning the FIFOs on forgets a byte that waits, such as the first one of what was piped
	 * into QEMU before the machine started; reading it lets the next one come at once, unless
	 * the port is looped back to itself. */
	uart_write(MODEM_CONTROL, MODEM_CONTROL_LOOP);
	if (uart_read(LINE_STATUS) & LINE_STATUS_RECEIVED)
		ring[ring_in++ % RING_SIZE] = (char)uart_read(DATA);
	uart_write(FIFO_CONTROL, FIFO_ENABLE | FIFO_TRIGGER_14);
	uart_write(MODEM_CONTROL, MODEM_CONTROL_READY | MODEM_CONTROL_SEND | MODEM_CONTROL_OUT2);
	/* What makes QEMU go on with its input is a read outside loopback, even of an empty FIFO,
	 * which gives 0. */
	received = uart_read(LINE_STATUS) & LINE_STATUS_RECEIVED;
	byte = uart_read(DATA);
	if (received || byte)
		ring[ring_in++ % RING_SIZE] = (char)byte;
}

bool serial_present(void)
{
	return present;
}

/* Waits for bits of the line status; false when it took longer than it may. */
static bool wait_for(uint8_t bits, uint64_t limit_ns)
{
	/* Before time_source_init() the clock stands still at 0: then the turns are counted, each a
	 * port access of about a microsecond. */
	uint64_t turns = limit_ns / NS_PER_US;
	uint64_t start;

	if (line_status() & bits)
		return true;
	start = time_ns();
	while (start ? time_ns() - start < limit_ns : turns-- > 0) {
		if (line_status() & bits)
			return true;
		cpu_relax();
	}
	return false;
}

static bool wait_to_send(void)
{
	if (emergency_until) {
		uint64_t now = time_ns();

		if (wait_for(LINE_STATUS_HOLDING_FREE,
			     now < emergency_until ? emergency_until - now : 0))
			return true;
		emergency_until = 1;
		return false;
	}
	if (wait_for(LINE_STATUS_HOLDING_FREE, stalled ? 0 : STALL_LIMIT_NS)) {
		stalled = false;
		return true;
	}
	stalled = true;
	return false;
}

void serial_write(const char *bytes, size_t size)
{
	if (!present)
		return;
	while (size > 0) {
		uint64_t flags;

		if (!wait_to_send())
			return;
		/* The holding register being free means that the whole FIFO is. An interrupt
		 * handler's bytes must not get between the look and the bytes. */
		flags = cpu_interrupts_save();
		if (line_status() & LINE_STATUS_HOLDING_FREE)
			for (unsigned i = 0; i < FIFO_SIZE && size > 0; i++, size--)
				uart_write(DATA, (uint8_t)*bytes++);
		cpu_interrupts_restore(flags);
	}
}

void serial_write_now(const char *bytes, size_t size)
{
	uint64_t flags;

	if (!present)
		return;
	flags = cpu_interrupts_save();
	if (line_status() & LINE_STATUS_HOLDING_FREE)
		for (unsigned i = 0; i < FIFO_SIZE && i < size; i++)
			uart_write(DATA, (uint8_t)bytes[i]);
	cpu_interrupts_restore(flags);
}

void serial_emergency(void)
{
	emergency_until = time_ns() + EMERGENCY_LIMIT_NS;
}

void serial_drain(void)
{
	if (present)
		wait_for(LINE_STATUS_IDLE, DRAIN_LIMIT_NS);
}

int serial_start_input(bool (*filter)(uint8_t byte))
{
	int vector, error;

	input_filter = filter;
	input_started = present;
	if (!present)
		return 0;
	vector = interrupt_allocate_named(serial_interrupt, NULL, "serial");
	if (vector < 0)
		return vector;
	error = ioapic_route(SERIAL_IRQ, (unsigned)vector, false, false);
	if (error) {
		interrupt_free(vector);
		return error;
	}
	input_by_interrupt = true;
	ioapic_unmask(SERIAL_IRQ);
	/* Bytes that are already there raise the interrupt as soon as it is enabled. */
	uart_write(INTERRUPTS, INTERRUPTS_RECEIVED);
	return 0;
}

bool serial_input_by_interrupt(void)
{
	return input_by_interrupt || !present;
}

/* Where interrupts do not work. */
static void poll(void)
{
	if (input_started && !input_by_interrupt && !throttled)
		receive(RECEIVE_BURST);
}

static void unthrottle(void)
{
	uint64_t flags;

	if (!throttled || ring_in - ring_out > RING_SIZE / 2)
		return;
	flags = cpu_interrupts_save();
	throttled = false;
	uart_write(MODEM_CONTROL, MODEM_CONTROL_READY | MODEM_CONTROL_SEND | MODEM_CONTROL_OUT2);
	if (input_by_interrupt)
		uart_write(INTERRUPTS, INTERRUPTS_RECEIVED);
	cpu_interrupts_restore(flags);
}

size_t serial_read(char *bytes, size_t size)
{
	size_t count = 0;
	uint64_t flags;

	poll();
	/* The filter may discard input at any interrupt. */
	flags = cpu_interrupts_save();
	while (count < size && ring_out != ring_in) {
		bytes[count++] = ring[ring_out % RING_SIZE];
		ring_out = ring_out + 1;
	}
	cpu_interrupts_restore(flags);
	unthrottle();
	return count;
}

bool serial_readable(void)
{
	poll();
	return ring_in != ring_out;
}

void serial_discard_input(void)
{
	uint64_t flags = cpu_interrupts_save();

	ring_out = ring_in;
	cpu_interrupts_restore(flags);
	unthrottle();
}

uint64_t serial_overruns(void)
{
	return overruns;
}
