/* Opcodes, features and logs in words, as nvme-cli and Linux print them. */
#pragma once

#include <stdint.h>

/* "Identify", "Vendor Specific" from C0h, "Unknown". */
const char *nvme_admin_name(unsigned opcode);
/* "Read"; NVM and ZNS command sets. */
const char *nvme_io_name(unsigned opcode);
const char *nvme_feature_name(unsigned feature);
/* A command set by its identifier: "Zoned Namespace", "Unknown". */
const char *nvme_command_set_name(unsigned csi);
const char *nvme_log_name(unsigned lid);
