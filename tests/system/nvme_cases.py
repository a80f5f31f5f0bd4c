"""What nvme_differential.py compares: a row for each command line, with what may differ and why.

Add a row to the list of its subject. A line for every configuration stands under ALL; those of one configuration run in the
order of the table, in one boot, so a row finds the devices as the rows before left them.
"""

from nvme_rules import Blanks, Differs, Form, Instead, Masked, Order


class Case:
    """A row: configurations (a name, or several in one text), the command line as for Linux, and what may differ."""

    def __init__(self, configurations, line, *rules):
        self.configurations = configurations.split()
        self.line = line
        self.rules = rules


ALL = "plain namespaces zoned subsystem sriov fdp"
NO_BRIDGE = "plain namespaces zoned subsystem fdp"  # whose registers are as the kernel wants them
NO_ZONES = "plain namespaces subsystem sriov fdp"  # whose first namespace is a disk

EXPLAINED = Masked(r"^NVMe status: [^:]+: ([^:]+)\(0x[0-9a-f]+\)$", "statuses are explained in words of our own")
OURS_ALONE = Differs('^ *"?(cmbebs|cmbswtp|nssd)[ "]', "nvme-cli 2.3 has no row for them")
QUEUES = Form(r'^ *"?(asq|acq)[ "]|\(A[SC]QB\)', "where the queues lie")
BUFFER = Differs("^cmb(loc|sz|msc)", "Linux switches a controller memory buffer on")
DECODED = Differs("\tCRIMT|\tNot Ready +\\(NRDY\\)", "nvme-cli 2.3 decodes them against the specification")
SLOT = Differs("Physical ?Slot|PhySlot", "Linux has the numbers of slots from ACPI")
BANNER = Differs("^smartctl[: ]|^Copyright", "it is another program")
COUNTED = Form("^(Local Time|Host (Read|Write))", "what the host has done until now")
# Behind the number, from 1 on, stands how much that is.
UNITS = Masked(r"^Data Units (?:Read|Written): +(\d+(?: \[.*\])?)$", "what the host has done until now")
PLACEMENT = Masked(r"IOCS_?(?:18|29) +[\[(]((?:Unknown|I/O Management (?:Receive|Send)) *)[\])]",
                   "nvme-cli 2.3 does not name I/O Management Receive and Send")
DISABLED = Masked(r"^NVMe status: (unrecognized|FDP Disabled: [^(]+)\(0x4029\)$", "nvme-cli 2.3 does not know the status")
ADDRESS = Differs("^(addr|metadata) ", "where the buffers lie")
LATENCY = Form("latency: ", "how long it took")

GENERIC = Instead(r"/dev/ng\d+n\d+ *|(?<= )- {2,}", "- ", "there are no generic devices here")
RULED = Differs("^-+ ", "lines below titles are as long as names are wide")
CONTROLLERS = Order("^(/dev/)?(my_)?nvme|^ \\+- nvme", "Linux lists what it finds in the order of a directory")

IDENTIFY = [
    Case(ALL, "nvme list-ns /dev/nvme0"),
    Case(ALL, "nvme id-ctrl /dev/nvme0"),
    Case(ALL, "nvme id-ctrl /dev/nvme0 -b"),
    Case(ALL, "nvme id-ns /dev/nvme0 -n 1"),
    Case("plain", "nvme list-ns /dev/nvme0n1"),
    Case("plain", "nvme id-ctrl /dev/nvme0n1"),
    Case("plain", "nvme id-ns /dev/nvme0n1"),
    Case("plain", "nvme id-ns /dev/nvme0n1 -b"),
    Case(ALL, "nvme id-ns /dev/nvme0 -n 77"),
    Case("plain", "nvme id-ns /dev/nvme0 -n 0xffffffff", EXPLAINED),
    Case("namespaces subsystem", "nvme id-ns /dev/nvme0 -n 2"),
    Case("namespaces", "nvme id-ns /dev/nvme0 -n 3"),
    Case("namespaces", "nvme id-ns /dev/nvme0 -n 4"),
    Case("subsystem", "nvme list-ns /dev/nvme1"),
    Case("subsystem", "nvme id-ctrl /dev/nvme1"),
    Case("subsystem", "nvme id-ns /dev/nvme1 -n 3"),
    Case(ALL, "nvme list-ns /dev/nvme0 -a -o json"),
    Case(ALL, "nvme list-ns /dev/nvme0 -n 2"),
    Case(ALL, "nvme list-ns /dev/nvme0 -y 2", EXPLAINED),
    Case("plain", "nvme list-ns /dev/nvme0 -n 0"),
    Case(ALL, "nvme id-ctrl /dev/nvme0 -H"),
    Case(ALL, "nvme id-ctrl /dev/nvme0 -o json"),
    Case("plain", "nvme id-ctrl /dev/nvme0 -v"),
    Case(ALL, "nvme id-ns /dev/nvme0 -n 1 -H"),
    Case(ALL, "nvme id-ns /dev/nvme0 -n 1 -o json"),
    Case("subsystem", "nvme id-ns /dev/nvme0 -n 4 --force"),
    Case("namespaces", "nvme id-ns /dev/nvme0 -n 2 -H"),
    Case(ALL, "nvme list-ctrl /dev/nvme0", EXPLAINED),
    Case(ALL, "nvme list-ctrl /dev/nvme0 -n 1 -o json", EXPLAINED),
    Case("plain", "nvme get-ns-id /dev/nvme0n1"),
    Case("plain", "nvme get-ns-id /dev/nvme0"),
    Case(ALL, "nvme ns-descs /dev/nvme0 -n 1"),
    Case(ALL, "nvme ns-descs /dev/nvme0 -n 1 -o json"),
    Case(ALL, "nvme id-iocs /dev/nvme0"),
    Case(ALL, "nvme nvm-id-ctrl /dev/nvme0", EXPLAINED),
    Case(ALL, "nvme nvm-id-ctrl /dev/nvme0 -o json", EXPLAINED),
    Case(ALL, "nvme nvm-id-ns /dev/nvme0 -n 1 -v", EXPLAINED),
    Case("namespaces", "nvme nvm-id-ns /dev/nvme0 -n 4"),
    Case("namespaces", "nvme nvm-id-ns /dev/nvme0 -n 4 -o json"),
    Case(ALL, "nvme cmdset-ind-id-ns /dev/nvme0 -n 1 -H", EXPLAINED),
    Case(ALL, "nvme id-nvmset /dev/nvme0", EXPLAINED),
    Case(ALL, "nvme id-domain /dev/nvme0", EXPLAINED),
    Case(ALL, "nvme list-endgrp /dev/nvme0", EXPLAINED),
    Case(ALL, "nvme id-uuid /dev/nvme0", EXPLAINED),
    Case(ALL, "nvme id-ns-granularity /dev/nvme0", EXPLAINED),
    Case(ALL, "nvme id-ns-lba-format /dev/nvme0", EXPLAINED),
    Case("plain namespaces", "nvme nvm-id-ns-lba-format /dev/nvme0", EXPLAINED),
    Case(ALL, "nvme primary-ctrl-caps /dev/nvme0 -H"),
    Case(ALL, "nvme primary-ctrl-caps /dev/nvme0 -o json"),
    Case(ALL, "nvme list-secondary /dev/nvme0"),
    Case("sriov", "nvme list-secondary /dev/nvme0 -e 1"),
    Case("sriov", "nvme list-secondary /dev/nvme0 -o json"),
]

# nvme-cli 2.3 stores -c and -n in 32 bits that have 16, over what stands behind: -c has to be in front.
VIRTUALIZATION = [
    Case("plain", "nvme virt-mgmt /dev/nvme0 -c 1 -a 9", EXPLAINED),
    Case("sriov", "nvme virt-mgmt /dev/nvme0", EXPLAINED),
    Case("sriov", "nvme virt-mgmt /dev/nvme0 -c 9 -a 9", EXPLAINED),
    Case("sriov", "nvme virt-mgmt /dev/nvme0 -c 1 -a 9", EXPLAINED),
    Case("sriov", "nvme virt-mgmt /dev/nvme0 -c 1 -a 7", EXPLAINED),
    Case("sriov", "nvme virt-mgmt /dev/nvme0 -c 1 -r 2 -a 8", EXPLAINED),
    Case("sriov", "nvme virt-mgmt /dev/nvme0 -c 1 -r 0 -a 8 -n 99", EXPLAINED),
    Case("sriov", "nvme virt-mgmt /dev/nvme0 -c 1 -r 0 -a 8 -n 2", EXPLAINED),
    Case("sriov", "nvme virt-mgmt /dev/nvme0 -c 0 -r 0 -a 1 -n 0", EXPLAINED),
    Case("sriov", "nvme list-secondary /dev/nvme0 -e 2"),
    Case("sriov", "nvme primary-ctrl-caps /dev/nvme0"),
]

LISTS = [
    Case("plain", "nvme list", GENERIC, Blanks(), RULED),
    Case("plain", "nvme list -o json"),
    Case("plain", "nvme list -v", GENERIC, Blanks(), RULED),
    Case("plain", "nvme list -v -o json"),
    Case("plain subsystem", "nvme list-subsys", CONTROLLERS),
    Case("plain", "nvme list-subsys -o json"),
    Case("plain", "nvme show-topology"),
    Case("plain", "nvme show-topology -o json"),
    Case("plain", "nvme show-topology -r ctrl"),
]

HEALTH = Masked(r"(?i)(?:data.units.read|host_read_c(?:ommands|mds)|^00[24]0)\W+(.*)$", "what the host has read since")
LOG_WORDS = Masked(r"^status_field.*: ([^:]+)\)$", "statuses are explained in words of our own")

LOGS = [
    Case(ALL, "nvme smart-log /dev/nvme0", HEALTH),
    Case(ALL, "nvme smart-log /dev/nvme0 -H", HEALTH),
    Case(ALL, "nvme smart-log /dev/nvme0 -o json", HEALTH),
    Case("plain", "nvme smart-log /dev/nvme0 -H -o json", HEALTH),
    Case("plain", "nvme fw-log /dev/nvme0 -b -o json | xxd"),
    Case("plain", "nvme smart-log /dev/nvme0n1", HEALTH),
    Case("plain", "nvme smart-log /dev/nvme0 -n 1 -b | wc -c"),
    Case("namespaces", "nvme smart-log /dev/nvme0 -n 77", EXPLAINED),
    Case(ALL, "nvme error-log /dev/nvme0", LOG_WORDS),
    Case("plain", "nvme error-log /dev/nvme0 -e 2 -o json"),
    Case("plain", "nvme error-log /dev/nvme0 -e 2 -b"),
    Case("plain", "nvme error-log /dev/nvme0 -e 0"),
    Case(ALL, "nvme fw-log /dev/nvme0"),
    Case("plain", "nvme fw-log /dev/nvme0 -o json"),
    Case("plain", "nvme fw-log /dev/nvme0 -b"),
    Case(ALL, "nvme effects-log /dev/nvme0", PLACEMENT),
    Case("plain zoned", "nvme effects-log /dev/nvme0 -H", PLACEMENT),
    Case("plain zoned", "nvme effects-log /dev/nvme0 -o json", PLACEMENT),
    Case("plain zoned", "nvme effects-log /dev/nvme0 -c 2", EXPLAINED, PLACEMENT),
    Case("plain", "nvme effects-log /dev/nvme0 -b"),
    Case("plain", "nvme changed-ns-list-log /dev/nvme0"),
    Case("plain", "nvme changed-ns-list-log /dev/nvme0 -o json"),
    Case(ALL, "nvme endurance-log /dev/nvme0 -g 1", HEALTH, EXPLAINED),
    Case("fdp", "nvme endurance-log /dev/nvme0 -g 1 -o json", HEALTH),
    Case(ALL, "nvme self-test-log /dev/nvme0", EXPLAINED),
    Case(ALL, "nvme sanitize-log /dev/nvme0 -H", EXPLAINED),
    Case("plain", "nvme ana-log /dev/nvme0", EXPLAINED),
    Case("plain", "nvme supported-log-pages /dev/nvme0", EXPLAINED),
    Case("plain", "nvme predictable-lat-log /dev/nvme0", EXPLAINED),
    Case("plain", "nvme pred-lat-event-agg-log /dev/nvme0", EXPLAINED),
    Case("plain", "nvme endurance-event-agg-log /dev/nvme0", EXPLAINED),
    Case("plain", "nvme lba-status-log /dev/nvme0", EXPLAINED),
    *(Case("plain", f"nvme persistent-event-log /dev/nvme0 -a {action}", EXPLAINED) for action in range(3)),
    Case("plain", "nvme fid-support-effects-log /dev/nvme0", EXPLAINED),
    Case("plain", "nvme mi-cmd-support-effects-log /dev/nvme0", EXPLAINED),
    Case("plain", "nvme resv-notif-log /dev/nvme0", EXPLAINED),
    Case("plain", "nvme boot-part-log /dev/nvme0 -f b", EXPLAINED),
    Case("plain", "nvme telemetry-log /dev/nvme0 -o t", EXPLAINED),
    Case("plain", "nvme telemetry-log /dev/nvme0"),
    Case("plain", "nvme get-log /dev/nvme0 -i 2 -l 512", HEALTH),
    Case("plain", "nvme get-log /dev/nvme0 -i 3 -l 20 -b"),
    Case("plain", "nvme get-log /dev/nvme0 -i 5 -l 8192"),
    Case("plain", "nvme get-log /dev/nvme0 -i 2 -l 16 -o 208"),
    Case("plain", "nvme get-log /dev/nvme0 -i 0xbe -l 16", EXPLAINED),
]

REGISTERS = [
    Case(ALL, "nvme show-regs /dev/nvme0", OURS_ALONE, QUEUES, BUFFER),
    Case(ALL, "nvme show-regs /dev/nvme0 -H", OURS_ALONE, QUEUES, BUFFER, DECODED),
    Case("plain", "nvme show-regs /dev/nvme0 -o json || true", OURS_ALONE, QUEUES),
]

PASSTHROUGH = [
    Case(ALL, "nvme admin-passthru /dev/nvme0 -o 6 --cdw10=1 -l 4096 -r"),
    Case("plain", "nvme admin-passthru /dev/nvme0 -o 6 --cdw10=1 -l 4096 -r -b"),
    Case("plain", "nvme admin-passthru /dev/nvme0 -o 6 --cdw10=1 -l 4096 -r -s -t 5000", ADDRESS),
    Case("plain", "nvme admin-passthru /dev/nvme0 -o 6 --cdw10=0xfe -l 4096 -r", EXPLAINED),
    Case("plain", "nvme admin-passthru /dev/nvme0 -o 6 --cdw10=1 -l 4096 -r -d", ADDRESS),
    Case("plain", "nvme admin-passthru /dev/nvme0 -o 2 --cdw10=0x7f0002 -l 512 -r", EXPLAINED),
    Case("plain", "nvme admin-passthru /dev/nvme0 -o 10 --cdw10=7"),
    Case("plain", "nvme admin-passthru /dev/nvme0 -o 0x99", EXPLAINED),
    Case("plain", "nvme io-passthru /dev/nvme0n1 -o 2 -n 1 -l 512 -r"),
    Case("plain", "nvme io-passthru /dev/nvme0 -o 2 -n 1 -l 512 -r"),
    Case("plain", "nvme io-passthru /dev/nvme0n1 -o 2 -n 1 -l 512 -r -b"),
    Case("plain", "nvme io-passthru /dev/nvme0 -o 2 -n 7 -f 1 --cdw2=2 --cdw3=3 -4 4 -5 5 -6 0x606 -7 7 -8 8 -9 9 -l 512 -r -d -p 3",
         ADDRESS),
    Case("plain", "nvme io-passthru /dev/nvme0n1 -o 0x99 -n 1", EXPLAINED),
    Case("plain", "nvme io-passthru /dev/nvme0n1 -o 2 -n 1 --cdw10=0xffffffff -l 512 -r", EXPLAINED),
]

# Rows that write put their blocks back: what stands below finds zeroes.
BLOCKS = [
    Case("plain", "yes | head -c 1024 > f; printf 0123456789abcdef > short"),
    Case("plain", "nvme write /dev/nvme0n1 -z 1024 -c 1 -d f -s 5"),
    Case("plain", "nvme read /dev/nvme0n1 -z 1024 -c 1 -s 5 | sha256sum"),
    Case("plain", "nvme read /dev/nvme0n1 -z 512 -c 1 -s 5 -d out; sha256sum out"),
    Case("plain", "nvme compare /dev/nvme0n1 -z 1024 -c 1 -s 5 -d f"),
    Case("plain", "nvme compare /dev/nvme0n1 -z 1024 -c 1 -s 4 < f", EXPLAINED),
    Case("plain", "nvme write /dev/nvme0n1 -z 512 -s 7 < short"),
    Case("plain", "nvme write /dev/nvme0n1 -z 100 -c 1 -s 9 -d f; nvme read /dev/nvme0n1 -z 1024 -c 1 -s 9 | sha256sum"),
    Case("plain", "nvme read /dev/nvme0n1 -z 1024 -c 1 -s 5 -l -f -D 3 -t -v -d out", ADDRESS, LATENCY),
    Case("plain", "nvme read /dev/nvme0n1 -z 512 -T 1 -S 5 -D 3 -a 1 -m 2 -r 3 -p 5 -w -d out", ADDRESS),
    Case("plain", "nvme read /dev/nvme0n1 -z 0x200 -s 1T", EXPLAINED),
    Case("plain", "nvme read /dev/nvme0n1 -c 1"),
    Case("plain", "nvme write /dev/nvme0n1 -z 512 -d nowhere"),
    Case("plain", "nvme verify /dev/nvme0n1 -c 7 -s 3"),
    Case("plain", "nvme verify /dev/nvme0n1 -s 0xffffffffff", EXPLAINED),
    Case("plain", "nvme write-zeroes /dev/nvme0n1 -s 5"),
    Case("plain", "nvme write-zeroes /dev/nvme0n1 -s 6 -d"),
    Case("plain", "nvme read /dev/nvme0n1 -z 8192 -c 15 | sha256sum"),
    Case("plain", "nvme write-zeroes /dev/nvme0n1 -c 15"),
    Case("plain", "nvme write-uncor /dev/nvme0n1 -s 5", EXPLAINED),
    Case("plain", "nvme dsm /dev/nvme0n1 -s 1,9 -b 1,2 -d"),
    Case("plain", "nvme dsm /dev/nvme0n1"),
    Case("plain", "nvme copy /dev/nvme0n1 -d 100 -s 0,9 -b 0,1"),
    Case("plain", "nvme copy /dev/nvme0n1 -d 100"),
    Case("plain", "nvme copy /dev/nvme0n1 -d 100 -s 1 -F 2"),
    Case("plain", "nvme flush /dev/nvme0n1"),
    Case("plain", "nvme flush /dev/nvme0 -n 1"),
    Case("plain", "nvme resv-acquire /dev/nvme0n1 -c 1", EXPLAINED),
    Case("plain", "nvme resv-register /dev/nvme0n1", EXPLAINED),
    Case("plain", "nvme resv-release /dev/nvme0n1", EXPLAINED),
    Case("plain", "nvme resv-report /dev/nvme0n1", EXPLAINED),
    Case("plain", "nvme io-mgmt-recv /dev/nvme0n1 -m 1 -l 64", EXPLAINED, DISABLED),
    Case("plain", "nvme io-mgmt-send /dev/nvme0n1 -m 1 -l 64 -d f", EXPLAINED, DISABLED),
    Case("plain", "nvme get-lba-status /dev/nvme0n1 -a 16", EXPLAINED),
    Case("plain", "nvme get-lba-status /dev/nvme0n1"),
    Case("plain", "nvme io-passthru /dev/nvme0n1 -o 1 -n 1 -l 512 -4 20 -i f -T", LATENCY),
    Case("plain", "nvme io-passthru /dev/nvme0n1 -o 2 -n 1 -l 512 -4 20 -i got; sha256sum got"),
    Case("plain", "nvme io-passthru /dev/nvme0n1 -o 2 -n 1 -l 512 -m 8 -R 7 -d", ADDRESS),
    Case("plain", "nvme io-passthru /dev/nvme0n1 -o 4 -l 512"),
    Case("plain", "nvme write-zeroes /dev/nvme0n1 -s 20"),
]

PCI = [
    Case(ALL, "lspci"),
    Case(ALL, "lspci -n"),
    Case(ALL, "lspci -n -d 1b36:"),
    Case(ALL, "lspci -d ::0108"),
    Case(ALL, "lspci -s 00:1f"),
    Case(NO_BRIDGE, "lspci -x -s 4"),
    Case(NO_BRIDGE, "lspci -xxx -s 4"),
    Case(NO_BRIDGE, "lspci -vv -s 4", SLOT),
    Case("plain", "lspci -t"),
    Case("plain", "lspci -tv"),
    Case("plain sriov", "lspci -mm"),
    Case("plain", "lspci -v -s 3 | grep Subsystem"),
    Case("plain", "lspci -m -s 4"),
    Case("plain", "lspci -vmm -s 4", SLOT),
    Case("plain", "lspci -vvv -s 4", SLOT),
    Case("plain", "lspci -k -D -s 4"),
    Case("plain", "setpci -v -s 4 COMMAND CAP_EXP+8.w"),
    Case("plain", "setpci -D -v -s 4 COMMAND=7:7 COMMAND; setpci -s 9 0.w; setpci -f -s 9 0.w; setpci -d 1b36: 0.w"),
    Case("plain", "setpci -s 4 VENDOR_ID DEVICE_ID STATUS REVISION CLASS_DEVICE BASE_ADDRESS_0 CAP_MSIX+2.w CAP11+2.w CAP_PM+4.w"),
]

BLOCK = [
    Case("plain subsystem fdp", "blockdev --report"),
    Case("plain", "blockdev --getss --getpbsz --getsz --getsize64 --getro /dev/nvme0n1"),
    Case("plain", "blockdev -v --getss --setro --getro --setrw --getro --rereadpt --getalignoff --getra --getfra /dev/nvme0n1"),
    Case("plain subsystem fdp", "lsblk", Blanks()),
    Case("plain", "lsblk -J"),
    Case("plain", "lsblk -m", Blanks()),
    Case("plain", "lsblk -p", Blanks()),
    Case("plain", "lsblk -z", Blanks()),
    Case("plain", "lsblk -bd", Blanks()),
    Case("plain", "lsblk -dnro NAME,SIZE,RO,TYPE,KNAME,PATH,TRAN,STATE,SUBSYSTEMS"),
    Case("plain", "lsblk -Jbo NAME,SIZE,RO,LOG-SEC,PHY-SEC"),
    Case("plain", "lsblk -Pyo FSUSE%,MAJ:MIN"),
    Case("plain", "lsblk /dev/nowhere; lsblk -o nothing"),
    Case("plain", "lsblk -P"),
    Case("plain", "lsblk -f", Blanks()),
    Case(NO_ZONES, "lsblk -rno ALIGNMENT,MIN-IO,OPT-IO,PHY-SEC,LOG-SEC,ROTA,RA,WSAME /dev/nvme0n1"),
    Case(NO_ZONES, "lsblk -rbno DISC-ALN,DISC-MAX,DISC-ZERO /dev/nvme0n1"),
    Case("plain", "blockdev --getpbsz --getiomin --getioopt --getdiscardzeroes /dev/nvme0n1"),
    Case("plain", "dd if=/dev/nvme0n1 bs=4k count=2 status=none"),
]

# What the first 512 KiB hold, by pieces, so that a difference has a place.
SUM = "for n in 0 1 2 3 4 5 6 7; do dd if=/dev/nvme0n1 bs=64K skip=$n count=1 status=none | sha256sum; done"
DISCARD = [
    Case("plain", "blkdiscard; echo $?"),
    Case("plain", "blkdiscard -s /dev/nvme0n1; echo $?"),
    Case("plain", "blkdiscard -o 511 /dev/nvme0n1; blkdiscard -l 511 /dev/nvme0n1; blkdiscard -p 1 /dev/nvme0n1; echo $?"),
    Case("plain", "blkdiscard -o 17M /dev/nvme0n1; blkdiscard -v -o 16M /dev/nvme0n1; blkdiscard -v -l 0 /dev/nvme0n1; echo $?"),
    Case("plain", "blkdiscard -l 12q /dev/nvme0n1; blkdiscard -o 99999999999999999999 /dev/nvme0n1; echo $?"),
    Case("plain", "blkdiscard -y /dev/nvme0n1; blkdiscard /dev/nvme0n1 x; blkdiscard /dev/nowhere; blkdiscard /dev/null; echo $?"),
    Case("plain", "blkdiscard -z -v -o 8K -l 4096 /dev/nvme0n1; blkdiscard -z -o 1K -l 0x200 /dev/nvme0n1; " + SUM),
    Case("plain", "blkdiscard -f -z -v -p 64K -o 256K -l 160K /dev/nvme0n1; " + SUM),
    Case("plain", "dd if=/dev/zero of=/dev/nvme0n1 bs=3k count=5 seek=9 oflag=dsync status=none; " + SUM),
    Case("plain", "blkdiscard -v -o 64K -l 128KiB /dev/nvme0n1; blkdiscard -v /dev/nvme0n1; echo $?"),
]

HEALTH = [
    Case("plain namespaces", "smartctl -a /dev/nvme0", BANNER, COUNTED, UNITS),
    Case("plain", "smartctl -a /dev/nvme0n1", BANNER, COUNTED, UNITS),
    Case("plain", "smartctl -i /dev/nvme0; echo $?", BANNER, COUNTED, UNITS),
    Case("plain", "smartctl -H /dev/nvme0; echo $?", BANNER),
    Case("plain", "smartctl -l error /dev/nvme0", BANNER),
    Case("plain", "smartctl --scan"),
    Case("plain", "smartctl -c /dev/nvme0", BANNER),
    Case("plain", "smartctl -A /dev/nvme0", BANNER, COUNTED, UNITS),
    Case("plain", "smartctl -x /dev/nvme0", BANNER, COUNTED, UNITS),
    Case("plain", "smartctl /dev/nvme0", BANNER),
]

PROFILE = Differs("I/O Command Set Profile: ", "nvme-cli 2.3 shows bit 0 of the number")
CLOCK = Form("The timestamp is ", "the time")

# Every feature, by its identifier: those that QEMU refuses as well.
FEATURES = [
    *(Case("plain fdp", f"nvme get-feature /dev/nvme0 -f {fid:#x} -H", EXPLAINED, PROFILE)
      for fid in [*range(0x0b), 0x0c, 0x0d, *range(0x0f, 0x21), *range(0x7d, 0x85), 0xc0]),
    Case("namespaces zoned", "nvme get-feature /dev/nvme0n2 -f 5 -H"),
    Case("plain", "nvme get-feature /dev/nvme0n1 -f 5"),
    Case("plain", "nvme get-feature /dev/nvme0n1 -f 5 -s 3"),
    Case("plain", "nvme get-feature /dev/nvme0 -f 5 -n 77", EXPLAINED),
    *(Case("plain", f"nvme get-feature /dev/nvme0 -f 6 -s {select}") for select in range(4)),
    Case("plain", "nvme get-feature /dev/nvme0 -f 4 -s 8"),
    Case("plain", "nvme get-feature /dev/nvme0 -f 4 -c 0x10000 -H"),
    Case("plain", "nvme get-feature /dev/nvme0 -f 0x16 -b | head -c 2 | od -t x1"),
    Case("plain", "nvme get-feature /dev/nvme0", EXPLAINED),
    Case("plain", "nvme get-feature /dev/nvme0 -f 1 -s 9"),
    Case("fdp", "nvme get-feature /dev/nvme0 -f 0x1d -c 1 -H"),
    Case("fdp", "nvme get-feature /dev/nvme0n1 -f 0x1e -c 0x30000 -H"),
    Case("fdp", "nvme set-feature /dev/nvme0 -f 0x1d -v 0 -c 1", EXPLAINED),
    Case("plain", "nvme set-feature /dev/nvme0 -v 1"),
    Case("plain", "nvme set-feature /dev/nvme0 -f 1 -v 3", EXPLAINED),
    Case("plain", "nvme set-feature /dev/nvme0 -f 6 -v 1 -s", EXPLAINED),
    Case("plain", "nvme set-feature /dev/nvme0 -f 7 -v 0x10001", EXPLAINED),
    Case("plain", "nvme set-feature /dev/nvme0 -f 0xc0 -v 1", EXPLAINED),
    Case("plain", "nvme set-feature /dev/nvme0 -f 4 -v 0x150; nvme get-feature /dev/nvme0 -f 4 -H"),
    Case("plain", "nvme set-feature /dev/nvme0 -f 4 -v 343"),
    Case("plain", "nvme set-feature /dev/nvme0n1 -f 5 -v 5; nvme get-feature /dev/nvme0n1 -f 5"),
    Case("plain", "nvme set-feature /dev/nvme0n1 -f 5"),
    Case("plain", "nvme set-feature /dev/nvme0 -f 6 -v 0; nvme set-feature /dev/nvme0 -f 6 -v 1"),
    # nvme-cli 2.3 shows a byte too many behind a short line of a dump.
    Case("plain", "nvme set-feature /dev/nvme0 -f 0xe -v 0x123456789 | head -n 1"),
    Case("plain", "nvme get-feature /dev/nvme0 -f 0xe -H", CLOCK),
    Case("plain", "printf 12345678 | nvme set-feature /dev/nvme0 -f 0xe -l 8 | head -n 1", EXPLAINED),
]

# What these change stays changed for those behind them.
CHANGES = [
    Case("plain", "printf %512s x > w; nvme io-passthru /dev/nvme0n1 -o 1 -n 1 -l 512 -w -i w --cdw10=3"),
    Case("plain", "nvme io-passthru /dev/nvme0n1 -o 1 -n 1 -l 512 -w --cdw10=4 < w"),
    Case("plain", "nvme io-passthru /dev/nvme0n1 -o 5 -n 1 -l 512 -w -i w --cdw10=3"),
    Case("plain", "nvme io-passthru /dev/nvme0n1 -o 5 -n 1 -l 512 -w -i w --cdw10=5", EXPLAINED),
    Case("plain", "nvme io-passthru /dev/nvme0n1 -o 8 -n 1 --cdw10=7"),
    Case("plain", "nvme io-passthru /dev/nvme0n1 -o 0 -n 1"),
    Case("plain", "dd if=/dev/nvme0n1 bs=512 count=8 status=none iflag=direct"),
    Case("plain", "nvme admin-passthru /dev/nvme0 -o 9 --cdw10=4 --cdw11=0x150"),
    Case("plain", "nvme admin-passthru /dev/nvme0 -o 10 --cdw10=4"),
    Case("plain", "nvme reset /dev/nvme0"),
    Case("plain", "nvme subsystem-reset /dev/nvme0"),
]

# In order: zones are written, opened and reset.
ZONES = [
    Case("zoned", "blkzone report /dev/nvme0n1"),
    Case("zoned", "head -c 4096 /dev/urandom > r"),
    Case("zoned", "head -c 64 /dev/zero > m"),
    Case("zoned", "nvme zns id-ctrl /dev/nvme0"),
    Case("zoned", "nvme zns id-ctrl /dev/nvme0 -o json"),
    Case("zoned", "nvme zns id-ns /dev/nvme0n1"),
    Case("zoned", "nvme zns id-ns /dev/nvme0n1 -H"),
    Case("zoned", "nvme zns id-ns /dev/nvme0n1 -o json"),
    Case("zoned", "nvme zns id-ns /dev/nvme0n1 -v"),
    Case("zoned", "nvme zns id-ns /dev/nvme0 -n 2", EXPLAINED),
    Case("zoned", "nvme zns id-ns /dev/nvme0n2", EXPLAINED),
    Case("zoned", "nvme zns report-zones /dev/nvme0n1"),
    Case("zoned", "nvme zns report-zones /dev/nvme0n1 -v"),
    Case("zoned", "nvme zns report-zones /dev/nvme0n1 -o json"),
    Case("zoned", "nvme zns report-zones /dev/nvme0n1 -e"),
    Case("zoned", "nvme zns report-zones /dev/nvme0n1 -e -v"),
    Case("zoned", "nvme zns report-zones /dev/nvme0n1 -d 3"),
    Case("zoned", "nvme zns report-zones /dev/nvme0n1 -S 1"),
    Case("zoned", "nvme zns report-zones /dev/nvme0n1 -S 9", EXPLAINED),
    Case("zoned", "nvme zns report-zones /dev/nvme0n1 -s 256 -d 2"),
    Case("zoned", "nvme zns report-zones /dev/nvme0n1 -s 0xffffff", EXPLAINED),
    Case("zoned", "nvme zns report-zones /dev/nvme0n1 -e -o json"),
    Case("zoned", "nvme zns report-zones /dev/nvme0n2", EXPLAINED),
    Case("zoned", "nvme zns zone-mgmt-recv /dev/nvme0n1 -z 0 -l 256 | xxd"),
    Case("zoned", "nvme zns zone-mgmt-recv /dev/nvme0n1 -z 9 -l 64", EXPLAINED),
    Case("zoned", "nvme zns changed-zone-list /dev/nvme0n1", EXPLAINED),
    Case("zoned", "nvme zns changed-zone-list /dev/nvme0n1 -o json", EXPLAINED),
    Case("zoned", "nvme zns changed-zone-list /dev/nvme0 -n 1", EXPLAINED),
    Case("zoned", "nvme zns zone-append /dev/nvme0n1 -s 0 -z 4096 -d r"),
    Case("zoned", "nvme zns zone-append /dev/nvme0n1 -s 0 -z 4096 -d r -f"),
    Case("zoned", "nvme zns zone-append /dev/nvme0n1 -s 1 -z 4096 -d r", EXPLAINED),
    Case("zoned", "nvme zns zone-append /dev/nvme0n1 -s 0xffffff -z 4096 -d r", EXPLAINED),
    Case("zoned", "nvme zns report-zones /dev/nvme0n1 -d 3 -v"),
    Case("zoned", "nvme zns open-zone /dev/nvme0n1 -s 256"),
    Case("zoned", "nvme zns report-zones /dev/nvme0n1 -d 3 -v "),
    Case("zoned", "nvme zns close-zone /dev/nvme0n1 -s 256"),
    Case("zoned", "nvme zns finish-zone /dev/nvme0n1 -s 512", EXPLAINED),
    Case("zoned", "nvme zns report-zones /dev/nvme0n1 -v "),
    Case("zoned", "nvme zns report-zones /dev/nvme0n1 -v -o json"),
    Case("zoned", "nvme zns offline-zone /dev/nvme0n1 -s 768", EXPLAINED),
    Case("zoned", "nvme zns open-zone /dev/nvme0n1 -s 1", EXPLAINED),
    Case("zoned", "nvme zns open-zone /dev/nvme0n1 -s 0xffffff", EXPLAINED),
    Case("zoned", "nvme zns set-zone-desc /dev/nvme0n1 -s 1024 -d m"),
    Case("zoned", "nvme zns set-zone-desc /dev/nvme0n1 -s 0 -d m", EXPLAINED),
    Case("zoned", "nvme zns zrwa-flush-zone /dev/nvme0n1 -l 0", EXPLAINED),
    Case("zoned", "nvme zns report-zones /dev/nvme0n1 -e -d 6 -v"),
    Case("zoned", "nvme zns open-zone /dev/nvme0n1 -s 1024"),
    Case("zoned", "nvme zns open-zone /dev/nvme0n1 -s 1280"),
    Case("zoned", "nvme zns open-zone /dev/nvme0n1 -s 1536"),
    Case("zoned", "nvme zns open-zone /dev/nvme0n1 -s 1792"),
    Case("zoned", "nvme zns open-zone /dev/nvme0n1 -s 2048", EXPLAINED),
    Case("zoned", "nvme zns open-zone /dev/nvme0n1 -s 2304", EXPLAINED),
    Case("zoned", "nvme zns zone-mgmt-send /dev/nvme0n1 -s 0 -z 4"),
    Case("zoned", "nvme zns zone-mgmt-send /dev/nvme0n1 -s 0 -z 0x77", EXPLAINED),
    Case("zoned", "nvme zns zone-mgmt-send /dev/nvme0n1 -a -z 1"),
    Case("zoned", "nvme zns close-zone /dev/nvme0n1 -a"),
    Case("zoned", "nvme zns finish-zone /dev/nvme0n1 -a"),
    Case("zoned", "nvme zns reset-zone /dev/nvme0n1 -s 0"),
    Case("zoned", "nvme zns reset-zone /dev/nvme0n1 -a"),
    Case("zoned", "nvme zns report-zones /dev/nvme0n1 -v  "),
    Case("zoned", "nvme zns reset-zone /dev/nvme0n1 -s 5", EXPLAINED),
    Case("zoned", "nvme zns reset-zone /dev/nvme0n1"),
    Case("zoned", "nvme zns reset-zone /dev/nvme0n2 -s 0", EXPLAINED),
    Case("zoned", "blkzone report /dev/nvme0n1 "),
    Case("zoned", "blkzone report -o 0 -c 2 /dev/nvme0n1"),
    Case("zoned", "blkzone report -v -c 2 /dev/nvme0n1"),
    Case("zoned", "blkzone capacity /dev/nvme0n1"),
    Case("zoned", "blkzone open -o 0 -c 1 /dev/nvme0n1"),
    Case("zoned", "blkzone report -c 1 /dev/nvme0n1"),
    Case("zoned", "blkzone close -o 0 -c 1 /dev/nvme0n1"),
    Case("zoned", "blkzone finish -c 1 /dev/nvme0n1"),
    Case("zoned", "blkzone report -c 2 /dev/nvme0n1"),
    Case("zoned", "blkzone reset /dev/nvme0n1"),
    Case("zoned", "blkzone reset -o 1 /dev/nvme0n1"),
    Case("zoned", "blkzone reset -o 0x2000 -l 0x800 /dev/nvme0n1"),
    Case("zoned", "blkzone open -f -o 0 -c 1 /dev/nvme0n1"),
    Case("zoned", "blkzone report -c 2 /dev/nvme0n1 "),
    Case("zoned", "blkzone nonsense"),
    Case("zoned", "blkzone report"),
]

WRITTEN = Form("Bytes", "what the host has done until now")
TIMED = Masked("Event Timestamp: (.*)$", "the time")

# In order: what an update leaves behind is an event.
FDP = [
    Case("fdp", "nvme fdp configs /dev/nvme0 -e 1"),
    Case("fdp", "nvme fdp configs /dev/nvme0 -e 1 -H"),
    Case("fdp", "nvme fdp configs /dev/nvme0n1 -e 1 -o json"),
    Case("fdp", "nvme fdp configs /dev/nvme0 -e 1 -b | xxd"),
    Case("plain fdp", "nvme fdp configs /dev/nvme0"),
    Case("fdp", "nvme fdp usage /dev/nvme0 -e 1"),
    Case("fdp", "nvme fdp usage /dev/nvme0 -e 1 -o json"),
    Case("fdp", "nvme fdp usage /dev/nvme0 -e 1 -b | xxd"),
    Case("plain fdp", "nvme fdp usage /dev/nvme0 -e 2", EXPLAINED),
    Case("fdp", "nvme fdp usage /dev/nvme0", EXPLAINED),
    Case("fdp", "nvme fdp stats /dev/nvme0 -e 1", WRITTEN),
    Case("plain fdp", "nvme fdp stats /dev/nvme0", EXPLAINED),
    Case("plain fdp", "nvme fdp stats /dev/nvme0 -e 2", EXPLAINED),
    Case("fdp", "nvme fdp events /dev/nvme0 -e 1"),
    Case("fdp", "nvme fdp events /dev/nvme0 -e 1 -o json"),
    Case("plain fdp", "nvme fdp events /dev/nvme0", EXPLAINED),
    Case("plain fdp", "nvme fdp events /dev/nvme0 -e 2", EXPLAINED),
    Case("fdp", "nvme fdp status /dev/nvme0n2"),
    Case("fdp", "nvme fdp status /dev/nvme0n2 -o json"),
    # nvme-cli 2.3 leaves out the last bytes, which are reserved.
    Case("fdp", "nvme fdp status /dev/nvme0n2 -b | head -c 64 | xxd"),
    Case("plain", "nvme fdp status /dev/nvme0n1", EXPLAINED, DISABLED),
    Case("fdp", "nvme fdp set-events /dev/nvme0n1 -t 0,1,3 -e"),
    Case("fdp", "nvme fdp set-events /dev/nvme0n1 -t 1 -p 1"),
    Case("fdp", "nvme fdp set-events /dev/nvme0n1 -t 0 -p 77 -e", EXPLAINED),
    Case("plain fdp", "nvme fdp set-events /dev/nvme0n1"),
    Case("fdp", "nvme fdp update /dev/nvme0n2 -p 0,0x4000"),
    Case("fdp", "nvme fdp update /dev/nvme0n2 -n 2 -p 0"),
    Case("fdp", "nvme fdp update /dev/nvme0n2 -p 9", EXPLAINED),
    Case("plain", "nvme fdp update /dev/nvme0n1 -p 0", EXPLAINED, DISABLED),
    Case("plain fdp", "nvme fdp update /dev/nvme0n1"),
    Case("fdp", "nvme write /dev/nvme0n1 -z 512 -d /dev/zero; nvme fdp update /dev/nvme0n1 -p 0; nvme fdp events /dev/nvme0 -e 1 -E", TIMED),
    Case("fdp", "nvme fdp events /dev/nvme0 -e 1 -E | wc -l"),
]

# Last: what these change stays changed.
MANAGEMENT = [
    Case("plain", "nvme format /dev/nvme0 --force"),
    Case("plain", "nvme format /dev/nvme0n1 -b 512 -l 0 --force"),
    Case("plain", "nvme format /dev/nvme0n1 -b 1000 --force"),
    Case("plain", "nvme format /dev/nvme0n1 -b 1024 --force"),
    Case("plain", "nvme format /dev/nvme0n1 -l 64 --force"),
    Case("plain", "nvme format /dev/nvme0n1 -s 8 --force"),
    Case("plain", "nvme format /dev/nvme0n1 -i 8 --force"),
    Case("plain", "nvme format /dev/nvme0n1 -p 2 --force"),
    Case("plain", "nvme format /dev/nvme0n1 -m 2 --force"),
    Case("plain", "nvme format /dev/nvme0 -n 7 --force", EXPLAINED),
    Case("plain", "nvme format /dev/nvme0 -n 1 -l 0 -i 1 --force", EXPLAINED),
    Case("plain", "nvme format /dev/nvme0n1 -b 4096 --force; blockdev --getss /dev/nvme0n1"),
    Case("plain", "nvme format /dev/nvme0 -n 1 -l 0"),
    Case("plain", "nvme format /dev/nvme0 -n 0xffffffff --force --reset"),
    Case("plain", "nvme create-ns /dev/nvme0"),
    Case("plain", "nvme create-ns /dev/nvme0 -f 0 -b 512"),
    Case("plain", "nvme create-ns /dev/nvme0 -b 1000"),
    Case("plain", "nvme create-ns /dev/nvme0 -b 512 -s 8 -c 8", EXPLAINED),
    Case("plain", "nvme create-ns /dev/nvme0 -f 0 -s 8 -S 8"),
    Case("plain", "nvme create-ns /dev/nvme0 -f 0 -s 8 -c 8", EXPLAINED),
    Case("plain", "nvme delete-ns /dev/nvme0"),
    Case("plain", "nvme delete-ns /dev/nvme0 -n 1", EXPLAINED),
    Case("plain", "nvme attach-ns /dev/nvme0"),
    Case("plain", "nvme attach-ns /dev/nvme0 -n 1", EXPLAINED),
    Case("plain", "nvme detach-ns /dev/nvme0 -n 1 -c 0x"),
    Case("subsystem", "nvme attach-ns /dev/nvme0 -n 4 -c 9", EXPLAINED),
    Case("subsystem", "nvme attach-ns /dev/nvme0 -n 4 -c 0,1; nvme list-ns /dev/nvme1"),
    Case("subsystem", "nvme attach-ns /dev/nvme0 -n 4 -c 0", EXPLAINED),
    Case("subsystem", "nvme detach-ns /dev/nvme1 -n 4 -c 0; nvme list-ns /dev/nvme0; nvme list-ns /dev/nvme1"),
    Case("subsystem", "nvme detach-ns /dev/nvme1 -n 4 -c 0", EXPLAINED),
    Case("plain", "nvme device-self-test /dev/nvme0 -s 1 -w", EXPLAINED),
    Case("plain", "nvme sanitize /dev/nvme0"),
    Case("plain", "nvme sanitize /dev/nvme0 -a 1 -d"),
    Case("plain", "nvme sanitize /dev/nvme0 -a start-c -p 1"),
    Case("plain", "nvme sanitize /dev/nvme0 -a 3 -n 17"),
    Case("plain", "nvme sanitize /dev/nvme0 -a start-block", EXPLAINED),
    Case("plain", "nvme fw-download /dev/nvme0"),
    Case("plain", "printf abc > f; nvme fw-download /dev/nvme0 -f f"),
    Case("plain", "printf abcd > f; nvme fw-download /dev/nvme0 -f f", EXPLAINED),
    Case("plain", "nvme fw-commit /dev/nvme0 -s 8"),
    Case("plain", "nvme fw-commit /dev/nvme0 -a 4"),
    Case("plain", "nvme fw-commit /dev/nvme0 -b 2"),
    Case("plain", "nvme fw-activate /dev/nvme0 -s 1 -a 1", EXPLAINED),
    Case("plain", "nvme dir-send /dev/nvme0"),
    Case("plain", "nvme dir-send /dev/nvme0 -O 1"),
    Case("plain", "nvme dir-send /dev/nvme0 -D 1 -O 3"),
    Case("plain", "nvme dir-send /dev/nvme0 -O 1 -T 1", EXPLAINED),
    Case("plain", "nvme dir-receive /dev/nvme0 -D 2"),
    Case("plain subsystem fdp", "nvme dir-receive /dev/nvme0 -O 1 -H", EXPLAINED),
    Case("plain fdp", "nvme dir-receive /dev/nvme0 -D 1 -O 3 -r 1", EXPLAINED),
    Case("fdp", "nvme dir-receive /dev/nvme0 -O 1", EXPLAINED),
    Case("plain", "nvme security-send /dev/nvme0"),
    Case("plain", "printf abc > f; nvme security-send /dev/nvme0 -t 3 -f f", EXPLAINED),
    Case("plain fdp", "nvme security-recv /dev/nvme0 -t 16 -x 16", EXPLAINED),
    Case("plain", "nvme capacity-mgmt /dev/nvme0"),
    Case("plain", "nvme capacity-mgmt /dev/nvme0 -o 1", EXPLAINED),
    Case("plain", "nvme lockdown /dev/nvme0 -f 4"),
    Case("plain", "nvme lockdown /dev/nvme0 -p 2"),
    Case("plain", "nvme lockdown /dev/nvme0 -s 16"),
    Case("plain", "nvme lockdown /dev/nvme0 -U 128"),
    Case("plain", "nvme lockdown /dev/nvme0 -o 9 -s 2", EXPLAINED),
]

CASES = [
    *IDENTIFY,
    *VIRTUALIZATION,
    *LISTS,
    *LOGS,
    *REGISTERS,
    *PASSTHROUGH,
    *PCI,
    *BLOCK,
    *HEALTH,
    *BLOCKS,
    *FEATURES,
    *CHANGES,
    *DISCARD,
    *ZONES,
    *FDP,
    *MANAGEMENT,
]


def cases_of(configuration):
    return [case for case in CASES if configuration in case.configurations]


def rules_of(configuration, line):
    """The rules of a line's row; none where it has no row."""
    return next((case.rules for case in cases_of(configuration) if case.line == line), ())
