/* Where time comes from: the TSC's rate, measured once; the RTC, read once. */
#include "kernel/x86/time_source.h"

#include <stdbool.h>
#include <stddef.h>

#include "kernel/log.h"
#include "kernel/x86/acpi.h"
#include "kernel/x86/apic.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/port.h"
#include "kernel/x86/time.h"

#define TSC_HZ_MIN 10000000ull /* slower than any 64-bit CPU: a wrong measurement */

#define CALIBRATION_NS	  (5 * NS_PER_MS)
#define CALIBRATION_TURNS 1000000 /* port accesses; bounds a timer that stands still */
#define SAMPLES		  8

/* ACPI PM timer (ACPI 6.4, section 4.8.2.1) */
#define PM_TIMER_HZ 3579545ull

/* 8254: channel 2 counts down, its gate and output are in port 0x61 (Intel 8254 data sheet). */
#define PIT_HZ		   1193182ull
#define PIT_CHANNEL2	   0x42
#define PIT_COMMAND	   0x43
#define PIT_MODE2_CHANNEL2 0xb4 /* low byte, then high byte; mode 2, rate generator */
#define PIT_LATCH_CHANNEL2 0x80
#define PIT_GATE	   0x61
#define GATE_ON		   0x01
#define SPEAKER_ON	   0x02

/* CMOS clock (Motorola MC146818A) */
#define CMOS_INDEX	  0x70
#define CMOS_DATA	  0x71
#define CMOS_NMI_OFF	  0x80
#define RTC_SECONDS	  0x00
#define RTC_MINUTES	  0x02
#define RTC_HOURS	  0x04
#define RTC_DAY		  0x07
#define RTC_MONTH	  0x08
#define RTC_YEAR	  0x09
#define RTC_STATUS_A	  0x0a
#define RTC_STATUS_B	  0x0b
#define RTC_UPDATING	  0x80 /* status A */
#define RTC_24_HOURS	  0x02 /* status B */
#define RTC_BINARY	  0x04
#define RTC_PM		  0x80 /* hours, in 12-hour form */
#define RTC_UPDATE_MAX_NS (3 * NS_PER_MS)

/* A counter to measure the TSC with. */
struct reference {
	uint64_t hz;
	uint32_t mask;
	uint32_t (*read)(void);
};

static uint32_t read_pm_timer(void)
{
	return port_read32((uint16_t)acpi_info()->pm_timer.address);
}

static uint32_t read_pit(void)
{
	uint32_t low;

	port_write8(PIT_COMMAND, PIT_LATCH_CHANNEL2);
	low = port_read8(PIT_CHANNEL2);
	/* It counts down. */
	return 0xffff - (low | (uint32_t)port_read8(PIT_CHANNEL2) << 8);
}

static void start_pit(void)
{
	port_write8(PIT_GATE, (uint8_t)((port_read8(PIT_GATE) & ~SPEAKER_ON) | GATE_ON));
	port_write8(PIT_COMMAND, PIT_MODE2_CHANNEL2);
	port_write8(PIT_CHANNEL2, 0); /* 65536 */
	port_write8(PIT_CHANNEL2, 0);
}

/* The counter and the TSC at the same moment: of several readings the one that took the shortest
 * time, for the host may stop us in the middle of any. */
static void sample(const struct reference *reference, uint32_t *count, uint64_t *tsc)
{
	uint64_t shortest = UINT64_MAX;

	for (unsigned i = 0; i < SAMPLES; i++) {
		uint64_t before = cpu_tsc();
		uint32_t now = reference->read();
		uint64_t after = cpu_tsc();

		if (after - before < shortest) {
			shortest = after - before;
			*count = now;
			*tsc = before + (after - before) / 2;
		}
	}
}

/* TSC ticks per second, 0 if the reference does not count. */
static uint64_t measure(const struct reference *reference)
{
	uint32_t wanted = (uint32_t)(reference->hz * CALIBRATION_NS / NS_PER_S);
	uint32_t start = 0, end = 0, counted;
	uint64_t tsc = 0, tsc_end = 0;
	unsigned turns = 0;

	sample(reference, &start, &tsc);
	while (((reference->read() - start) & reference->mask) < wanted)
		if (++turns == CALIBRATION_TURNS)
			return 0;
	sample(reference, &end, &tsc_end);
	counted = (end - start) & reference->mask;
	if (counted < wanted || tsc_end <= tsc || tsc_end - tsc > UINT64_MAX / reference->hz)
		return 0;
	return (tsc_end - tsc) * reference->hz / counted;
}

/* What the CPU or the hypervisor says; 0 if nothing (Intel SDM volume 2, CPUID leaves 15h and 16h;
 * leaf 40000010h: TSC frequency in kHz, as VMware defined it and KVM and others took it over). */
static uint64_t tsc_hz_by_cpuid(void)
{
	uint32_t max = cpu_id(0, 0).eax;
	struct cpuid id;

	if (cpu_id(1, 0).ecx & 1u << 31) {
		id = cpu_id(0x40000000, 0);
		if (id.eax >= 0x40000010 && id.eax < 0x40010000) {
			id = cpu_id(0x40000010, 0);
			if (id.eax)
				return id.eax * 1000ull;
		}
		/* The host's leaves 15h and 16h need not be true for a guest. */
		return 0;
	}
	if (max >= 0x15) {
		id = cpu_id(0x15, 0);
		if (id.eax && id.ebx && id.ecx)
			return (uint64_t)id.ecx * id.ebx / id.eax;
	}
	if (max >= 0x16) {
		id = cpu_id(0x16, 0);
		if (id.eax & 0xffff)
			return (id.eax & 0xffff) * 1000000ull;
	}
	return 0;
}

static uint64_t tsc_hz(const char **source)
{
	struct reference pm_timer = {PM_TIMER_HZ, 0xffffff, read_pm_timer};
	struct reference pit = {PIT_HZ, 0xffff, read_pit};
	const struct acpi_info *acpi = acpi_info();
	uint64_t hz;

	*source = "CPUID";
	hz = tsc_hz_by_cpuid();
	if (hz >= TSC_HZ_MIN)
		return hz;
	if (acpi->pm_timer.address && acpi->pm_timer.space == ACPI_SPACE_IO) {
		*source = "the PM timer";
		hz = measure(&pm_timer);
		if (hz >= TSC_HZ_MIN)
			return hz;
	}
	*source = "the PIT";
	start_pit();
	hz = measure(&pit);
	return hz;
}

static uint8_t cmos_read(uint8_t index)
{
	port_write8(CMOS_INDEX, CMOS_NMI_OFF | index);
	return port_read8(CMOS_DATA);
}

struct rtc {
	unsigned second, minute, hour, day, month, year, century;
};

static void rtc_read_once(struct rtc *rtc)
{
	uint8_t century = acpi_info()->century;

	rtc->second = cmos_read(RTC_SECONDS);
	rtc->minute = cmos_read(RTC_MINUTES);
	rtc->hour = cmos_read(RTC_HOURS);
	rtc->day = cmos_read(RTC_DAY);
	rtc->month = cmos_read(RTC_MONTH);
	rtc->year = cmos_read(RTC_YEAR);
	rtc->century = century ? cmos_read(century) : 0;
}

static bool rtc_same(const struct rtc *a, const struct rtc *b)
{
	return a->second == b->second && a->minute == b->minute && a->hour == b->hour &&
	       a->day == b->day && a->month == b->month && a->year == b->year &&
	       a->century == b->century;
}

static unsigned from_bcd(unsigned value)
{
	return (value >> 4) * 10 + (value & 15);
}

/* Days from 1970-01-01 to a date of the Gregorian calendar: years begin in March here, so that the
 * leap day is a year's last. */
static uint64_t days_since_1970(unsigned year, unsigned month, unsigned day)
{
	uint64_t y = month <= 2 ? year - 1 : year;
	uint64_t m = month <= 2 ? month + 9 : month - 3;
	uint64_t days = y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1;

	return days - 719468;
}

/* Seconds since 1970-01-01; 0 when the clock makes no sense. */
static uint64_t rtc_read(void)
{
	uint64_t start = time_ns();
	struct rtc rtc, again;
	unsigned year, hour;
	uint8_t status;

	while (cmos_read(RTC_STATUS_A) & RTC_UPDATING)
		if (time_ns() - start > RTC_UPDATE_MAX_NS)
			return 0;
	rtc_read_once(&rtc);
	/* An update may have begun in the middle: then two readings differ. */
	for (unsigned i = 0;; i++) {
		rtc_read_once(&again);
		if (rtc_same(&rtc, &again))
			break;
		rtc = again;
		if (i == 3)
			return 0;
	}
	status = cmos_read(RTC_STATUS_B);
	port_write8(CMOS_INDEX, RTC_STATUS_B); /* lets NMIs through again */
	port_read8(CMOS_DATA);
	hour = rtc.hour & 0x7f;
	if (!(status & RTC_BINARY)) {
		rtc.second = from_bcd(rtc.second);
		rtc.minute = from_bcd(rtc.minute);
		hour = from_bcd(hour);
		rtc.day = from_bcd(rtc.day);
		rtc.month = from_bcd(rtc.month);
		rtc.year = from_bcd(rtc.year);
		rtc.century = from_bcd(rtc.century);
	}
	if (!(status & RTC_24_HOURS))
		hour = hour % 12 + (rtc.hour & RTC_PM ? 12 : 0);
	if (rtc.century < 19 || rtc.century > 25)
		rtc.century = 20;
	year = rtc.century * 100 + rtc.year;
	if (rtc.second > 60 || rtc.minute > 59 || hour > 23 || rtc.day < 1 || rtc.day > 31 ||
	    rtc.month < 1 || rtc.month > 12 || rtc.year > 99 || year < 1970)
		return 0;
	return ((days_since_1970(year, rtc.month, rtc.day) * 24 + hour) * 60 + rtc.minute) * 60 +
	       rtc.second;
}

void time_source_init(void)
{
	const char *source;
	uint64_t hz = tsc_hz(&source), wall;

	if (hz < TSC_HZ_MIN) {
		log_warning("time: nothing to measure the TSC with, taken as 1 GHz");
		hz = NS_PER_S;
	}
	time_set_rate(hz);
	apic_timer_calibrate();
	wall = rtc_read();
	if (wall == 0)
		log_warning("time: no valid date in the CMOS clock, it is 1970");
	else
		time_set_wall(wall);
	log_info("time: TSC at %llu kHz by %s", (unsigned long long)(hz / 1000), source);
}
