/* The command line's words for the driver: which values it takes, and what it says of others. */
#include "kernel/cmdline.h"
#include "lib/errno.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/probe_machine.h"

static void test_options(void **state)
{
	const struct nvme_options *options;

	(void)state;
	probe_add_ours();
	cmdline_init("nvme.timeout_ms=700 nvme.admin_timeout_ms=3600000 nvme.queues=64 "
		     "nvme.depth=2 nvme.max_transfer=0x20000 nvme.irq=intx nvme.spin_us=9 "
		     "nvme.shadow=1 nvme.data=sgl nvme.pi=controller nvme.coalesce=4,255 nvme.cmb=list,sq,data");
	assert_int_equal(nvme_init(), 1);
	options = &probe_machine.controllers->options;
	assert_int_equal(options->timeout_ms, 700);
	assert_int_equal(options->admin_timeout_ms, 3600000);
	assert_int_equal(options->queues, 64);
	assert_int_equal(options->depth, 2);
	assert_int_equal(options->max_transfer, 128 << 10);
	assert_int_equal(options->irq, NVME_IRQ_INTX);
	assert_int_equal(options->spin_us, 9);
	assert_true(options->shadow_doorbells);
	assert_int_equal(options->data, NVME_DATA_SGL);
	assert_int_equal(options->pi, NVME_PI_CONTROLLER);
	assert_int_equal(options->cmb, NVME_CMBSZ_SQS | NVME_CMBSZ_LISTS | NVME_CMBSZ_DATA);
	assert_int_equal(options->coalesce_threshold, 4);
	assert_int_equal(options->coalesce_time, 255);
	assert_string_equal(probe_machine.logged, "");
}

static void test_words(void **state)
{
	static const struct {
		const char *line;
		enum nvme_irq irq;
		enum nvme_data data;
		enum nvme_pi pi;
		const char *warning;
	} rows[] = {
		{"", NVME_IRQ_BEST, NVME_DATA_AUTO, NVME_PI_DRIVER, ""},
		{"nvme.irq=poll nvme.data=auto", NVME_IRQ_POLL, NVME_DATA_AUTO, NVME_PI_DRIVER, ""},
		{"nvme.irq=intx nvme.data=prp nvme.pi=off", NVME_IRQ_INTX, NVME_DATA_PRP,
		 NVME_PI_OFF, ""},
		{"nvme.irq=msix nvme.data=sgl nvme.pi=driver", NVME_IRQ_MSIX, NVME_DATA_SGL,
		 NVME_PI_DRIVER, ""},
		{"nvme.irq=msi", NVME_IRQ_BEST, NVME_DATA_AUTO, NVME_PI_DRIVER,
		 "<4>command line: nvme.irq=msi: expected poll, intx, msix, ignored"},
		{"nvme.data=dma", NVME_IRQ_BEST, NVME_DATA_AUTO, NVME_PI_DRIVER,
		 "<4>command line: nvme.data=dma: expected auto, prp, sgl, ignored"},
		{"nvme.depth=1", NVME_IRQ_BEST, NVME_DATA_AUTO, NVME_PI_DRIVER,
		 "<4>command line: nvme.depth=1: expected 2 to 1024, ignored"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		probe_start(state);
		probe_add_ours();
		cmdline_init(rows[i].line);
		cmdline_check();
		assert_int_equal(nvme_init(), 1);
		assert_int_equal(probe_machine.controllers->options.irq, rows[i].irq);
		assert_int_equal(probe_machine.controllers->options.data, rows[i].data);
		assert_int_equal(probe_machine.controllers->options.pi, rows[i].pi);
		assert_int_equal(probe_machine.controllers->options.depth, 0);
		assert_string_equal(probe_machine.logged, rows[i].warning);
		probe_end(state);
	}
}

static void test_coalescing(void **state)
{
	static const struct {
		const char *line;
		unsigned threshold, time;
		bool good;
	} rows[] = {
		{"nvme.coalesce=0,0", 0, 0, true},    {"nvme.coalesce=255,255", 255, 255, true},
		{"nvme.coalesce=08,001", 8, 1, true}, {"nvme.coalesce=", 0, 0, false},
		{"nvme.coalesce=8", 0, 0, false},     {"nvme.coalesce=8,", 0, 0, false},
		{"nvme.coalesce=,8", 0, 0, false},    {"nvme.coalesce=256,1", 0, 0, false},
		{"nvme.coalesce=1,256", 0, 0, false}, {"nvme.coalesce=1,2,3", 0, 0, false},
		{"nvme.coalesce=1;2", 0, 0, false},   {"nvme.coalesce=-1,2", 0, 0, false},
		{"nvme.coalesce=1,2x", 0, 0, false},  {"nvme.coalesce=4294967297,1", 0, 0, false},
		{"nvme.coalesce=0x1,1", 0, 0, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		probe_start(state);
		probe_add_ours();
		cmdline_init(rows[i].line);
		cmdline_check();
		assert_int_equal(nvme_init(), 1);
		assert_int_equal(probe_machine.controllers->options.coalesce_threshold,
				 rows[i].threshold);
		assert_int_equal(probe_machine.controllers->options.coalesce_time, rows[i].time);
		if (rows[i].good)
			assert_string_equal(probe_machine.logged, "");
		else
			assert_non_null(strstr(probe_machine.logged,
					       "expected COMPLETIONS,TIME, each 0 to 255"));
		probe_end(state);
	}
}

TESTS(PROBE_TEST(test_options), PROBE_TEST(test_words), PROBE_TEST(test_coalescing))
