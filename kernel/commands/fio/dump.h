/* verify_dump=: files with a block that is wrong, and with what it should be. */
#pragma once

#include "kernel/commands/fio/target.h"
#include "kernel/commands/fio/verify.h"

/* Of the part of what the unit has read that failed. What cannot be written is told. */
void fio_dump(const struct fio_options *options, const struct fio_unit *unit,
	      const struct fio_verify_failure *failure);
