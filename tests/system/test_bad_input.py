"""Bad input: a clear one-line error, a failing status, the shell still alive, and no data touched that was not meant."""

import hashlib
import random
import re

import pytest

from machine import Console, make_disk, run_script

MIB = 1 << 20

# (what is typed, a regular expression for all that it prints, its status)
CASES = [
    ("dd bs=0", r"dd: invalid number: '0'\n", 1),
    ("dd bs=1Y", r"dd: invalid number: '1Y': Value too large for defined data type\n", 1),
    ("dd count=18446744073709551616", r"dd: invalid number: '18446744073709551616'.*\n", 1),
    ("dd bs=16T if=/dev/zero of=/dev/null", r"dd: memory exhausted by input buffer of size \d+ bytes \(16 TiB\)\n", 1),
    ("dd if=/dev/zero of=/dev/null bs=1G count=1", r"dd: memory exhausted by input buffer of size 1073741824 bytes \(1\.0 GiB\)\n", 1),
    ("dd no=where", r"dd: unrecognized operand 'no=where'\nTry 'dd --help' for more information\.\n", 1),
    ("dd conv=upside", r"dd: invalid conversion: 'upside'\nTry 'dd --help' for more information\.\n", 1),
    ("dd if=/missing", r"dd: failed to open '/missing': No such file or directory\n", 1),
    ("dd if=/dev/my_nvme9n1", r"dd: failed to open '/dev/my_nvme9n1': No such file or directory\n", 1),
    ("dd if=/dev/zero of=/dev/my_nvme0n1 bs=512 seek=8192 count=1", r"dd: error writing '/dev/my_nvme0n1': No space left on device\n1\+0 records in\n0\+0 records out\n0 bytes copied, .*\n", 1),
    ("dd if=/dev/my_nvme0n1 skip=9000 count=1", r"dd: /dev/my_nvme0n1: cannot skip: Invalid argument\n0\+0 records in\n0\+0 records out\n0 bytes copied, .*\n|dd: '/dev/my_nvme0n1': cannot skip.*\n0\+0 records in\n0\+0 records out\n0 bytes copied, .*\n", (0, 1)),
    ("dd if=/dev/zero of=/dev/my_nvme0n1 bs=513 count=1 oflag=direct", r"dd: error writing '/dev/my_nvme0n1': Invalid argument\n1\+0 records in\n0\+0 records out\n0 bytes copied, .*\n", 1),
    ("cmp", r"cmp: missing operand after 'cmp'\ncmp: Try 'cmp --help' for more information\.\n", 2),
    ("cmp -n x /dev/null /dev/null", r"cmp: invalid --bytes value 'x'\ncmp: Try 'cmp --help' for more information\.\n", 2),
    ("head -c 5Y /dev/null", r"head: invalid number of bytes: '5Y'.*\n", 1),
    ("cat /missing /dev/null", r"cat: /missing: No such file or directory\n", 1),
    ("cat /dev", r"cat: /dev: Is a directory\n", 1),
    ("rm /dev", r"rm: cannot remove '/dev': Is a directory\n", 1),
    ("echo x > /dev/full", r".*No space left on device\n", (1, 2)),
    ("nosuchcommand", r"sh: (\d+: )?nosuchcommand: not found\n", 127),
    ("echo $((1/0))", r"sh: .*division by zero.*\n", 2),
    ("cat /dev/my_nvme0", r"cat: /dev/my_nvme0: Invalid argument\n", 1),
    ("dd if=/dev/my_nvme0", r"dd: error reading '/dev/my_nvme0': Invalid argument\n0\+0 records in\n0\+0 records out\n0 bytes copied, .*\n", 1),
    ("dd if=/dev/zero of=/dev/my_nvme0 bs=512 count=1", r"dd: error writing '/dev/my_nvme0': Invalid argument\n1\+0 records in\n0\+0 records out\n0 bytes copied, .*\n", 1),
    ("rm /dev/my_nvme0", r"rm: cannot remove '/dev/my_nvme0': Operation not permitted\n", 1),
    ("nvme id-ctrl /dev/null", r"nvme: /dev/null: Inappropriate ioctl for device\n", 1),
    ("echo > /tmp/f; nvme id-ctrl /tmp/f", r"nvme: /tmp/f is not a block or character device\n", 1),
    ("nvme id-ctrl /dev/my_nvme7", r"nvme: .*my_nvme7.*\n", 1),
    ("nvme id-ns /dev/my_nvme0n1 -n 9999", r"NVMe status: Invalid Namespace or Format: \w[^\n]*\(0x400b\)\n", 1),
    ("nvme reset /dev/my_nvme0n1", r"Reset: Inappropriate ioctl for device\n", 1),
    ("nvme help frobnicate", r"nvme: invalid sub-command 'frobnicate'\n", 1),
    ("nvme reset --force /dev/my_nvme0", r"reset: unrecognized option '--force'\n", 1),
    ("nvme list /dev/my_nvme0 x", r"nvme: list: extra operand 'x'\n", 1),
    ("nvme list -o binary", r"nvme: list: there is no binary form of it\n", 1),
    ("nvme list-subsys /dev/null", r"nvme: /dev/null: Inappropriate ioctl for device\n", 1),
    ("nvme show-topology -r lba", r"nvme: invalid ranking 'lba': namespace or ctrl\n", 1),
    ("nvme get-ns-id /dev/my_nvme0", r"get namespace ID: Inappropriate ioctl for device\n", 1),
    ("nvme get-property /dev/my_nvme0", r"nvme: offset required param\n", 1),
    ("nvme get-reg /dev/my_nvme0 -O 2", r"nvme: invalid offset 0x2: no property is there\n", 1),
    ("nvme set-property /dev/my_nvme0 -o 0x14", r"nvme: value required param\n", 1),
    ("nvme set-property /dev/my_nvme0 -o 0x28 -v 0", r"nvme: set-property: only the driver may write asq\n", 1),
    ("nvme set-reg /dev/my_nvme0 -O 0x14 -V 0x100000000", r"nvme: invalid value '0x100000000'\n", 1),
    ("nvme id-ctrl", r"nvme: id-ctrl: missing device\n", 1),
    ("nvme id-ns /dev/my_nvme0", r"nvme: a namespace is needed: .*\n", 1),
    ("nvme id-ns /dev/my_nvme0 -n 0x100000000", r"nvme: invalid namespace-id '0x100000000'\n", 1),
    ("nvme list-ns /dev/my_nvme0 -n 0", r"invalid nsid parameter\n", 1),
    ("nvme list-ns /dev/my_nvme0 -y 256", r"nvme: invalid csi '256'\n", 1),
    ("nvme list-secondary /dev/my_nvme0 -e 0", r"nvme: invalid num-entries: 1 to 127\n", 1),
    ("nvme list-ctrl /dev/my_nvme0 -c 65536", r"nvme: invalid cntid '65536'\n", 1),
    ("nvme id-nvmset /dev/my_nvme0", r"NVMe status: Invalid Field in Command: \w[^\n]*\(0x4002\)\n", 1),
    ("nvme nvm-id-ns /dev/my_nvme0n1 -U 128", r"nvme: invalid uuid-index '128'\n", 1),
    ("nvme ns-descs /dev/my_nvme0n1 -o xml", r"nvme: invalid output format 'xml': normal, json or binary\n", 1),
    ("nvme format /dev/my_nvme0n1 -l 64 --force", r"invalid lbaf:64\n", 1),
    ("nvme format /dev/my_nvme0n1 -l 256 --force", r"nvme: invalid lbaf '256'\n", 1),
    ("nvme format /dev/my_nvme0n1 -l 0 -b 512 --force", r"Invalid specification of both LBAF and Block Size, please specify only one\n", 1),
    ("nvme format /dev/my_nvme0n1 -b 513 --force", r"Invalid value for block size \(513\), must be a power of two\n", 1),
    ("nvme format /dev/my_nvme0n1 -s 8 --force", r"invalid secure erase settings:8\n", 1),
    ("nvme format /dev/my_nvme0n1 -i 8 --force", r"invalid pi:8\n", 1),
    ("nvme format /dev/my_nvme0n1 -p 2 --force", r"invalid pil:2\n", 1),
    ("nvme format /dev/my_nvme0n1 -m 2 --force", r"invalid ms:2\n", 1),
    ("nvme format /dev/my_nvme0n1 -n 2 --force", r"nvme: namespace-id 2 is another namespace than the device is \(1\)\n", 1),
    ("nvme format /dev/my_nvme0 --force", r"get-namespace-id: Inappropriate ioctl for device\n", 1),
    ("nvme format /dev/null --force", r"nvme: /dev/null: Inappropriate ioctl for device\n", 1),
    ("nvme create-ns /dev/my_nvme0", r"FLBAS corresponding to block size 0 not found\nPlease correct block size, or specify FLBAS directly\n", 1),
    ("nvme create-ns /dev/my_nvme0 -f 0 -b 512", r"Invalid specification of both FLBAS and Block Size, please specify only one\n", 1),
    ("nvme create-ns /dev/my_nvme0 -b 513", r"Invalid value for block size \(513\)\. Block size must be a power of two\n", 1),
    ("nvme create-ns /dev/my_nvme0 -f 256", r"nvme: invalid flbas '256'\n", 1),
    ("nvme create-ns /dev/my_nvme0 -f 0 -s 1 -S 1G", r"Invalid specification of both nsze and its SI argument, please specify only one\n", 1),
    ("nvme create-ns /dev/my_nvme0 -f 0 -S 1X", r"Expected long suffixed integer argument for 'nsze-si' but got '1X'!\n", 1),
    ("nvme create-ns /dev/my_nvme0 -f 0 -s 16E", r"nvme: invalid nsze '16E'\n", 1),
    ("nvme create-ns /dev/null -f 0", r"nvme: /dev/null: Inappropriate ioctl for device\n", 1),
    ("nvme delete-ns /dev/my_nvme0", r"get-namespace-id: Inappropriate ioctl for device\n", 1),
    ("nvme delete-ns /dev/my_nvme0n1 -n 2", r"nvme: namespace-id 2 is another namespace than the device is \(1\)\n", 1),
    ("nvme delete-ns /dev/my_nvme0 -n 0x100000000", r"nvme: invalid namespace-id '0x100000000'\n", 1),
    ("nvme attach-ns /dev/my_nvme0 -c 0", r"attach-ns: namespace-id parameter required\n", 1),
    ("nvme attach-ns /dev/my_nvme0 -n 1 -c 0,x", r"attach-ns: controller id list is malformed\n", 1),
    ("nvme attach-ns /dev/my_nvme0 -n 1 -c 65536", r"attach-ns: controller id list is malformed\n", 1),
    ("nvme detach-ns /dev/my_nvme0 -c 0", r"detach-ns: namespace-id parameter required\n", 1),
    ("nvme detach-ns /dev/my_nvme0 -n 1 -c 0:1", r"detach-ns: controller id list is malformed\n", 1),
    ("nvme virt-mgmt /dev/my_nvme0 -r 8", r"nvme: invalid rt '8'\n", 1),
    ("nvme virt-mgmt /dev/my_nvme0 -a 16", r"nvme: invalid act '16'\n", 1),
    ("nvme virt-mgmt /dev/my_nvme0 -c 65536", r"nvme: invalid cntlid '65536'\n", 1),
    ("nvme virt-mgmt /dev/null -a 7", r"nvme: /dev/null: Inappropriate ioctl for device\n", 1),
    ("nvme device-self-test /dev/my_nvme0 -s 256", r"nvme: invalid self-test-code '256'\n", 1),
    ("nvme device-self-test /dev/my_nvme0 -n x", r"nvme: invalid namespace-id 'x'\n", 1),
    ("nvme device-self-test /dev/null -s 1", r"nvme: /dev/null: Inappropriate ioctl for device\n", 1),
    ("nvme sanitize /dev/my_nvme0", r"Invalid Sanitize Action\n", 1),
    ("nvme sanitize /dev/my_nvme0 -a 5", r"Invalid Sanitize Action\n", 1),
    ("nvme sanitize /dev/my_nvme0 -a wipe", r"nvme: invalid sanact 'wipe'\n", 1),
    ("nvme sanitize /dev/my_nvme0 -a 1 -u", r"SANACT is Exit Failure Mode\n", 1),
    ("nvme sanitize /dev/my_nvme0 -a 3 -n 17", r"OWPASS out of range \[0-16\]\n", 1),
    ("nvme sanitize /dev/my_nvme0 -a 2 -p 1", r"SANACT is not Overwrite\n", 1),
    ("nvme fw-download /dev/my_nvme0", r"Failed to open firmware file : No such file or directory\n", 1),
    ("nvme fw-download /dev/my_nvme0 -f /missing", r"Failed to open firmware file /missing: No such file or directory\n", 1),
    ("nvme fw-download /dev/my_nvme0 -f /dev/null", r"Invalid size:0 for f/w image\n", 1),
    ("printf abc > f; nvme fw-download /dev/my_nvme0 -f f", r"Invalid size:3 for f/w image\n", 1),
    ("printf abcd > f; nvme fw-download /dev/my_nvme0 -f f -o 1", r"nvme: fw-download: offset 1 is behind the end of f\n", 1),
    ("nvme fw-commit /dev/my_nvme0 -s 8", r"invalid slot:8\n", 1),
    ("nvme fw-commit /dev/my_nvme0 -a 4", r"invalid action:4\n", 1),
    ("nvme fw-commit /dev/my_nvme0 -a 8", r"invalid action:8\n", 1),
    ("nvme fw-commit /dev/my_nvme0 -b 2", r"invalid boot partition id:2\n", 1),
    ("nvme dir-send /dev/my_nvme0 -D 2", r"invalid directive type\n", 1),
    ("nvme dir-send /dev/my_nvme0 -D 0 -O 2", r"invalid directive operations for Identify Directives\n", 1),
    ("nvme dir-send /dev/my_nvme0 -D 1 -O 3", r"invalid directive operations for Streams Directives\n", 1),
    ("nvme dir-send /dev/my_nvme0 -D 0 -O 1", r"target-dir required param\n", 1),
    ("nvme dir-send /dev/my_nvme0 -D 1 -O 1 -l 4 -i /missing", r"/missing: No such file or directory\n", 1),
    ("nvme dir-send /dev/my_nvme0 -D 1 -O 1 -l 0x80000000", r"nvme: dir-send: data-len 2147483648 is more than my_nvme0 takes in one command \(524288\)\n", 1),
    ("nvme dir-receive /dev/my_nvme0 -D 2 -O 1", r"invalid directive type\n", 1),
    ("nvme dir-receive /dev/my_nvme0 -D 0 -O 2", r"invalid directive operations for Identify Directives\n", 1),
    ("nvme dir-receive /dev/my_nvme0 -D 1 -O 4", r"invalid directive operations for Streams Directives\n", 1),
    ("nvme dir-receive /dev/my_nvme0 -D 1 -O 1 -l 0x80000000", r"nvme: dir-receive: data-len 2147483648 is more than my_nvme0 takes in one command \(524288\)\n", 1),
    ("nvme security-send /dev/my_nvme0", r"--tl unspecified or zero\n", 1),
    ("nvme security-send /dev/my_nvme0 -t 4 -f /missing", r"/missing: No such file or directory\n", 1),
    ("nvme security-send /dev/my_nvme0 -t 0x80000000", r"nvme: security-send: tl 2147483648 is more than my_nvme0 takes in one command \(524288\)\n", 1),
    ("nvme security-send /dev/my_nvme0 -p 256 -t 4", r"nvme: invalid secp '256'\n", 1),
    ("nvme security-recv /dev/my_nvme0 -t 8 -x 4", r"nvme: security-recv: Security Receive moves 8 bytes by its own fields, size is 4\n", 1),
    ("nvme security-recv /dev/my_nvme0 -s 65536", r"nvme: invalid spsp '65536'\n", 1),
    ("nvme security-recv /dev/my_nvme0 -x 0x80000000 -t 4", r"nvme: security-recv: size 2147483648 is more than my_nvme0 takes in one command \(524288\)\n", 1),
    ("nvme capacity-mgmt /dev/my_nvme0", r"invalid operation field: 255\n", 1),
    ("nvme capacity-mgmt /dev/my_nvme0 -o 16", r"invalid operation field: 16\n", 1),
    ("nvme capacity-mgmt /dev/my_nvme0 -o 1 -i 65536", r"nvme: invalid element-id '65536'\n", 1),
    ("nvme lockdown /dev/my_nvme0 -f 4", r"invalid interface settings:4\n", 1),
    ("nvme lockdown /dev/my_nvme0 -p 2", r"invalid prohibit settings:2\n", 1),
    ("nvme lockdown /dev/my_nvme0 -s 16", r"invalid scope settings:16\n", 1),
    ("nvme lockdown /dev/my_nvme0 -U 128", r"invalid UUID index settings:128\n", 1),
    ("nvme persistent-event-log /dev/my_nvme0 -a 256", r"nvme: invalid action '256'\n", 1),
    ("nvme persistent-event-log /dev/my_nvme0 -l 0x100000000", r"nvme: invalid log_len '0x100000000'\n", 1),
    ("nvme persistent-event-log /dev/null -a 0", r"nvme: /dev/null: Inappropriate ioctl for device\n", 1),
    ("nvme fdp configs /dev/my_nvme0", r"endurance group identifier required\n", 1),
    ("nvme fdp configs /dev/my_nvme0 -e 65536", r"nvme: invalid endgrp-id '65536'\n", 1),
    ("nvme fdp usage /dev/null -e 1", r"nvme: /dev/null: Inappropriate ioctl for device\n", 1),
    ("nvme fdp stats /dev/my_nvme0 -e x", r"nvme: invalid endgrp-id 'x'\n", 1),
    ("nvme fdp events /dev/my_nvme0 -e 65536", r"nvme: invalid endgrp-id '65536'\n", 1),
    ("nvme fdp status /dev/my_nvme0", r"nvme: a namespace is needed: name one \(my_nvme0n1\) or give its number with -n\n", 1),
    ("nvme fdp status /dev/my_nvme0n1 -n 2", r"nvme: namespace-id 2 is another namespace than the device is \(1\)\n", 1),
    ("nvme fdp update /dev/my_nvme0n1", r"no placement identifiers set\n", 1),
    ("nvme fdp update /dev/my_nvme0n1 -p 65536", r"nvme: invalid pids '65536'\n", 1),
    ("nvme fdp set-events /dev/my_nvme0n1", r"no event types set\n", 1),
    ("nvme fdp set-events /dev/my_nvme0n1 -t 256", r"nvme: invalid event-types '256'\n", 1),
    ("nvme fdp feature /dev/my_nvme0 -c 1 -d", r"Cannot enable and disable at the same time\n", 1),
    ("nvme fdp feature /dev/my_nvme0 -c 256", r"nvme: invalid enable-conf-idx '256'\n", 1),
    ("nvme fdp frobnicate /dev/my_nvme0", r"nvme: invalid sub-command 'fdp frobnicate'\n", 1),
    ("nvme list-ns /dev/my_nvme0 -n x", r"nvme: invalid namespace-id 'x'\n", 1),
    ("pci", r"pci: missing operand\nTry 'pci --help' for more information\.\n", 1),
    ("pci bogus", r"pci: invalid action 'bogus'\nTry 'pci --help' for more information\.\n", 1),
    ("pci reset", r"pci: missing SLOT after 'reset'\nTry 'pci --help' for more information\.\n", 1),
    ("pci sriov 0:4.0 1 2", r"pci: extra operand '2'\nTry 'pci --help' for more information\.\n", 1),
    ("blockdev --getsz /dev/null", r"blockdev: could not get device size\n", 1),
    ("blkzone", r"blkzone: no command specified\n", 1),
    ("blkzone nonsense /dev/my_nvme0n1", r"blkzone: nonsense is not valid command name\n", 1),
    ("blkzone report", r"blkzone: no device specified\n", 1),
    ("blkzone report /dev/my_nvme0n1", r"blkzone: /dev/my_nvme0n1: unable to determine zone size\n", 1),
    ("blkzone report -c x /dev/my_nvme0n1", r"blkzone: failed to parse number of zones: 'x': Invalid argument\n", 1),
    ("blkzone reset /dev/null", r"blkzone: /dev/null: not a block device\n", 1),
    ("head -c 512 /dev/zero > f; nvme io-passthru /dev/my_nvme0n1 -n 1 -o 1 --cdw12=7 -l 512 -w -i f", r"nvme: io-passthru: Write moves 4096 bytes by its own fields, data-len is 512\n", 1),
    ("head -c 512 /dev/zero > f; nvme io-passthru /dev/my_nvme0n1 -n 1 -o 1 --cdw12=7 -l 4096 -w -i f", r"nvme: io-passthru: f has only 512 of the 4096 bytes of data-len \(-p BYTE fills up\)\n", 1),
    ("head -c 512 /dev/zero > f; nvme io-passthru /dev/my_nvme0n1 -n 1 -o 5 --cdw12=7 -l 512 -w < f", r"nvme: io-passthru: Compare moves 4096 bytes by its own fields, data-len is 512\n", 1),
    ("head -c 16 /dev/zero > f; nvme io-passthru /dev/my_nvme0n1 -n 1 -o 9 --cdw10=1 --cdw11=4 -l 16 -w -i f", r"nvme: io-passthru: Dataset Management moves 32 bytes by its own fields, data-len is 16\n", 1),
    ("head -c 32 /dev/zero > f; nvme io-passthru /dev/my_nvme0n1 -n 1 -o 0x19 --cdw12=1 -l 32 -w -i f", r"nvme: io-passthru: Copy moves 64 bytes by its own fields, data-len is 32\n", 1),
    ("nvme io-passthru /dev/my_nvme0n1 -n 1 -o 2 --cdw12=7 -l 512 -r", r"nvme: io-passthru: Read moves 4096 bytes by its own fields, data-len is 512\n", 1),
    ("nvme admin-passthru /dev/my_nvme0 -o 2 --cdw10=0x7f0002 -n 0xffffffff -l 508 -r", r"nvme: admin-passthru: Get Log Page moves 512 bytes by its own fields, data-len is 508\n", 1),
    ("nvme admin-passthru /dev/my_nvme0 -o 9 --cdw10=0x0e", r"nvme: admin-passthru: Set Features moves 8 bytes by its own fields, data-len is 0\n", 1),
    ("nvme io-passthru /dev/my_nvme0n1 -n 1 -o 1", r"nvme: io-passthru: Write moves 512 bytes by its own fields, data-len is 0\n", 1),
    ("nvme frobnicate", r"nvme: .*frobnicate.*\n(.*\n)?", 1),
    ("blockdev --getss /dev/null", r"blockdev: .*\n", 1),
    ("selftest -d /dev/null", r"selftest: .*\n", (1, 2)),
    ("lspci -s 99:99.9", r"lspci: .*\n", 1),
    ("date -d @67768036191676800 +%V", r"date: time '67768036191676800' is out of range\n", 1),
    ("printf a > a; printf b > b; cmp a b > /dev/full", r"cmp: write error: No space left on device\n", 2),
    ("ls / > /dev/full", r"ls: write error: No space left on device\n", 2),
    ("sha256sum --status /dev/null", r"sha256sum: the --status option is meaningful only when verifying checksums\nTry .*\n", 1),
    ("sha256sum -cb /dev/null", r"sha256sum: the --binary and --text options are meaningless when .*\nTry .*\n", 1),
    ("echo no sum | sha256sum -c", r"sha256sum: 'standard input': no properly formatted checksum lines found\n", 1),
    ("yes -x", r"yes: invalid option -- 'x'\nTry 'yes --help' for more information\.\n", 1),
    ("sleep x", r"sleep: invalid time interval 'x'\nTry 'sleep --help' for more information\.\n", 1),
    ("poweroff 256", r"poweroff: .*256.*\n", 1),
    ("poweroff maybe", r"poweroff: .*maybe.*\n", 1),
    ("nvme admin-passthru /dev/my_nvme0 -o 0", r"nvme: admin-passthru: only the driver may send Delete I/O Submission Queue\n", 1),
    ("nvme admin-passthru /dev/my_nvme0 -o 1", r"nvme: admin-passthru: only the driver may send Create I/O Submission Queue\n", 1),
    ("nvme admin-passthru /dev/my_nvme0 -o 4", r"nvme: admin-passthru: only the driver may send Delete I/O Completion Queue\n", 1),
    ("nvme admin-passthru /dev/my_nvme0 -o 5", r"nvme: admin-passthru: only the driver may send Create I/O Completion Queue\n", 1),
    ("nvme admin-passthru /dev/my_nvme0 -o 0xc", r"nvme: admin-passthru: only the driver may send Asynchronous Event Request\n", 1),
    ("nvme admin-passthru /dev/my_nvme0 -o 0x7c", r"nvme: admin-passthru: only the driver may send Doorbell Buffer Config\n", 1),
    ("nvme admin-passthru /dev/my_nvme0 -o 9 -4 0xd -5 1", r"nvme: admin-passthru: only the driver may send Set Features\n", 1),
    ("if true; then", None, 2),
]


@pytest.fixture(scope="module")
def guest(tmp_path_factory):
    content = random.Random(11).randbytes(4 * MIB)
    disk = make_disk(tmp_path_factory.mktemp("disk") / "disk.img", 4 * MIB, content)
    with Console("--disk", disk) as console:
        yield console
        assert console.run("sha256sum < /dev/my_nvme0n1").split()[0] == hashlib.sha256(content).hexdigest()
        assert console.poweroff() == 0
    with open(disk, "rb") as image:
        assert image.read() == content


@pytest.mark.parametrize("line,output,status", [case for case in CASES if case[1]], ids=[case[0] for case in CASES if case[1]])
def test_one_clear_error(guest, line, output, status):
    text = guest.run(line)
    assert re.fullmatch(output, text), text
    assert guest.status() in (status if isinstance(status, tuple) else (status,))


@pytest.mark.parametrize("script,message", [
    ("echo 'unterminated\n", "Syntax error: Unterminated quoted string"),
    ("if true; then\n", "Syntax error: end of file unexpected"),
    ("echo )\n", 'Syntax error: ")" unexpected'),
    ("for 1 in x; do :; done\n", "Syntax error: Bad for loop variable"),
])
def test_syntax_errors_end_a_script(tmp_path, script, message):
    result = run_script(tmp_path, script + "\necho not reached\n", "--disk", "none")
    assert result.returncode == 2
    assert message in result.stdout and "not reached\n" not in result.stdout.replace("echo not reached", "")


def test_binary_bytes_and_long_lines_do_no_harm(guest):
    noise = random.Random(5)
    for _ in range(20):
        line = "".join(chr(noise.choice([c for c in range(128, 256)] + list(range(33, 126)))) for _ in range(200))
        guest.type("#" + line + "\r")
        guest.wait_prompt()
    guest.paste("#" + "y" * 70000 + "\r")
    guest.wait_prompt()
    assert guest.run("echo alive") == "alive\n"


def test_a_full_ram_file_system(guest):
    text = guest.run("dd if=/dev/zero of=/big bs=1M")
    assert "dd: error writing '/big': No space left on device\n" in text
    written = int(re.search(r"(\d+) bytes", text).group(1))
    assert guest.run("stat -c %s /big") == f"{written}\n"
    assert guest.run("echo hello | cat") == "hello\n"  # the kernel keeps a reserve for itself
    assert guest.run("rm /big; echo x > /small && cat /small") == "x\n"


def test_a_full_device_reports_what_was_written(tmp_path):
    disk = make_disk(tmp_path / "disk.img", 4 * MIB)
    result = run_script(tmp_path, "dd if=/dev/zero of=/dev/my_nvme0n1 bs=1M\necho $?\n", "--disk", disk)
    assert "dd: error writing '/dev/my_nvme0n1': No space left on device\n5+0 records in\n4+0 records out\n4194304 bytes" in result.stdout
    assert result.stdout.endswith("1\n")


@pytest.mark.parametrize("boot", ["direct", "bios"])
def test_words_of_the_command_line_that_do_nothing_are_said(tmp_path, boot):
    """Misspelled ones, and values out of range; not those that run-qemu and boot loaders add."""
    wrong = ["nvme.quueues=4", "nvme.queues=65", "nvme.irq=msi", "files.reserve=1099511627776"]
    result = run_script(tmp_path, "true\n", "--boot", boot, "--disk", "none", "--append",
                        " ".join(["BOOT_IMAGE=/boot/my_nvme.elf", "loglevel=4", *wrong]))
    said = [line.split("] command line: ")[1] for line in result.stdout.splitlines() if "command line" in line]
    assert [line.split(":")[0] for line in said] == wrong
    assert "unknown word" in said[0] and "expected 1 to 64" in said[1]
