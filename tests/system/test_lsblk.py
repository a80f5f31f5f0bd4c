"""lsblk in the layouts of util-linux 2.38, whose own output on a disk of Linux these texts are, but for names and limits."""

import json
import os
import subprocess

import pytest

from machine import ROOT, make_disk

SHELL = os.environ.get("HOST_SHELL_PROGRAM") or os.path.join(ROOT, "build", "host", "shell")
MIB = 1 << 20

LISTINGS = {
    "": "NAME       MAJ:MIN RM SIZE RO TYPE MOUNTPOINTS\nmy_nvme0n1 259:0    0  16M  0 disk \n",
    "-a -l": "NAME       MAJ:MIN RM SIZE RO TYPE MOUNTPOINTS\nmy_nvme0n1 259:0    0  16M  0 disk \n",
    "-d -b": "NAME       MAJ:MIN RM     SIZE RO TYPE MOUNTPOINTS\nmy_nvme0n1 259:0    0 16777216  0 disk \n",
    "-p": "NAME            MAJ:MIN RM SIZE RO TYPE MOUNTPOINTS\n/dev/my_nvme0n1 259:0    0  16M  0 disk \n",
    "-n": "my_nvme0n1 259:0   0 16M 0 disk \n",
    "-nr": "my_nvme0n1 259:0 0 16M 0 disk \n",
    "-P": 'NAME="my_nvme0n1" MAJ:MIN="259:0" RM="0" SIZE="16M" RO="0" TYPE="disk" MOUNTPOINTS=""\n',
    "-P -y -o fsuse%,maj:min": 'FSUSE_PCT="" MAJ_MIN="259:0"\n',
    "-f": "NAME       FSTYPE FSVER LABEL UUID FSAVAIL FSUSE% MOUNTPOINTS\nmy_nvme0n1                                        \n",
    "-D": "NAME       DISC-ALN DISC-GRAN DISC-MAX DISC-ZERO\nmy_nvme0n1        0      512B       1G         0\n",
    "-z": "NAME       ZONED ZONE-SZ ZONE-NR ZONE-AMAX ZONE-OMAX ZONE-APP ZONE-WGRAN\nmy_nvme0n1 none       0B       0         0         0       0B         0B\n",
    "-o NAME,PHY-SEC,log-sec,TRAN,ROTA": "NAME       PHY-SEC LOG-SEC TRAN ROTA\nmy_nvme0n1     512     512 nvme    0\n",
    "-o io-bound,zero-max,verify-max,copy-max,copy-range,copy-nr": "IO-BOUND ZERO-MAX VERIFY-MAX COPY-MAX COPY-RANGE COPY-NR\n      0B       1G         0B       0B         0B       0\n",
    "-o +MODEL -n": "my_nvme0n1 259:0   0 16M 0 disk  Host disk\n",
    "-r -o MODEL": "MODEL\nHost\\x20disk\n",
    "-J": '{\n   "blockdevices": [\n      {\n         "name": "my_nvme0n1",\n         "maj:min": "259:0",\n         "rm": false,\n         "size": "16M",\n         "ro": false,\n'
          '         "type": "disk",\n         "mountpoints": [\n             null\n         ]\n      }\n   ]\n}\n',
}
BAD = {"-o SIZE,nothing": "lsblk: unknown column: nothing\n", "-o ''": "lsblk: no column is asked for\n", "-N": "lsblk: invalid option -- 'N'\nTry 'lsblk --help' for more information.\n"}


def run(disk, script):
    return subprocess.run([SHELL, "--disk", disk, "-c", script], capture_output=True, encoding="latin-1", check=False)


@pytest.fixture(name="disk")
def make(tmp_path):
    return make_disk(tmp_path / "disk.img", 16 * MIB)


def test_layouts(disk):
    result = run(disk, "".join(f"lsblk {options}; echo =====\n" for options in LISTINGS))
    for (options, expected), text in zip(LISTINGS.items(), result.stdout.split("=====\n"), strict=False):
        assert text == expected, options
    assert result.stderr == ""


def test_json_is_json(disk):
    everything = json.loads(run(f"{disk}:ro", "lsblk -bOJ").stdout)["blockdevices"]
    assert len(everything) == 1
    assert everything[0] | {"size": 16 * MIB, "ro": True, "log-sec": 512, "fstype": None, "zoned": "none", "path": "/dev/my_nvme0n1"} == everything[0]


def test_bad_words(disk):
    for options, message in BAD.items():
        result = run(disk, f"lsblk {options}")
        assert (result.stdout, result.stderr, result.returncode) == ("", message, 1), options
    result = run(disk, "lsblk /dev/null; echo $?; lsblk /dev/null -n /dev/my_nvme0n1; echo $?")
    assert result.stdout == "32\nmy_nvme0n1 259:0   0 16M 0 disk \n64\n"
    assert result.stderr == "lsblk: /dev/null: not a block device\n" * 2
