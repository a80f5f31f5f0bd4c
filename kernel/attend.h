/* What has to be done now and then while commands run. */
#pragma once

/* After nvme_init(): from here on hot-plug slots are watched and events served, in the moments of
 * thread_attend(). */
void attend_init(void);
