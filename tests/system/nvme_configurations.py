"""The devices that nvme_differential.py compares on: each name is a machine, and -device arguments of QEMU.

A drive that is named gets an image of its own. Everything that QEMU would choose at random is said here, since two machines are
made of each.
"""


class Configuration:
    def __init__(self, *devices, machine="pc", size=16 << 20, empty=(), needs=()):
        self.devices = devices
        self.machine = machine
        self.size = size  # of each image, in bytes
        self.empty = empty  # drives whose images have zeros alone: for namespaces that would read a pattern as metadata
        self.needs = needs  # properties of nvme-subsys that not every QEMU has


def uuid(number):
    return f"uuid=6ba7b810-9dad-11d1-80b4-00c04fd4300{number}"


CONFIGURATIONS = {
    "plain": Configuration("nvme,drive=disk,serial=plain,addr=04.0"),
    # No metadata; 8 bytes of them in a buffer of their own with type 1; 64 bytes at the end of each block with type 3; and the
    # 64-bit guard with type 2.
    "namespaces": Configuration(
        "nvme,id=controller,serial=namespaces,addr=04.0,cmb_size_mb=2",
        f"nvme-ns,bus=controller,nsid=1,drive=one,{uuid(1)},eui64=0x52540012345678",
        f"nvme-ns,bus=controller,nsid=2,drive=two,{uuid(2)},logical_block_size=512,ms=8,pi=1",
        f"nvme-ns,bus=controller,nsid=3,drive=three,{uuid(3)},logical_block_size=4096,physical_block_size=4096,ms=64,mset=1,pi=3,pil=1",
        f"nvme-ns,bus=controller,nsid=4,drive=four,{uuid(4)},logical_block_size=4096,physical_block_size=4096,ms=16,pi=2,pif=2",
        empty=("two", "three", "four")),
    "zoned": Configuration(
        "nvme,id=controller,serial=zoned,addr=04.0,zoned.zasl=5",
        f"nvme-ns,bus=controller,nsid=1,drive=one,{uuid(1)},zoned=on,zoned.zone_size=1M,zoned.zone_capacity=768K,"
        "zoned.max_open=4,zoned.max_active=6,zoned.descr_ext_size=64,logical_block_size=4096,physical_block_size=4096",
        f"nvme-ns,bus=controller,nsid=2,drive=two,{uuid(2)}",
        empty=("one",)),
    # A namespace that both have, one for each alone, and one that none is attached to.
    "subsystem": Configuration(
        "nvme-subsys,id=subsystem,nqn=subsystem",
        "nvme,id=first,serial=subsystem,subsys=subsystem,addr=04.0",
        "nvme,id=second,serial=subsystem,subsys=subsystem,addr=05.0",
        f"nvme-ns,bus=first,nsid=1,drive=one,{uuid(1)}",
        f"nvme-ns,bus=first,nsid=2,drive=two,{uuid(2)},shared=off",
        f"nvme-ns,bus=second,nsid=3,drive=three,{uuid(3)},shared=off",
        f"nvme-ns,bus=first,nsid=4,drive=four,{uuid(4)},detached=on"),
    "sriov": Configuration(
        "pcie-root-port,id=root,slot=1,chassis=1,addr=04.0",
        "nvme-subsys,id=subsystem,nqn=sriov",
        "nvme,id=controller,bus=root,serial=sriov,subsys=subsystem,sriov_max_vfs=2,sriov_vq_flexible=4,sriov_vi_flexible=2,"
        "max_ioqpairs=8,msix_qsize=7",
        f"nvme-ns,bus=controller,nsid=1,drive=one,{uuid(1)}",
        machine="q35"),
    # Not in QEMU before 8.1.
    "fdp": Configuration(
        "nvme-subsys,id=subsystem,nqn=fdp,fdp=on,fdp.runs=1M,fdp.nrg=2,fdp.nruh=4",
        "nvme,id=controller,serial=fdp,subsys=subsystem,addr=04.0",
        f"nvme-ns,bus=controller,nsid=1,drive=one,{uuid(1)},fdp.ruhs=0;1;2",
        f"nvme-ns,bus=controller,nsid=2,drive=two,{uuid(2)},fdp.ruhs=3",
        needs=("fdp.nruh",)),
}
