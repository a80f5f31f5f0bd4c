"""fio: job files as fio itself runs them, its reports, what it writes (fio on the host verifies that), and bad input."""

import json
import re
import shutil
import subprocess

import pytest

from machine import Console, make_disk, run_script

MIB = 1 << 20
DEVICE = "/dev/my_nvme0n1"
FIO = shutil.which("fio")
needs_fio = pytest.mark.skipif(not FIO, reason="fio is not installed")

# Bodies of job files: each is run here and by fio, on the same sizes.
RW = ["read", "write", "randread", "randwrite", "rw", "randrw"]
BODIES = [f"rw={rw}\nbs={bs}\niodepth={depth}\nsize=1m" for rw in RW for bs, depth in (("4k", 1), ("64k", 8), ("4k,8k", 4))]
BODIES += [f"rw={rw}\nverify={verify}\nbs=4k\nsize=256k\niodepth=4\ndo_verify={do}\nverify_fatal=1"
           for rw in ("write", "randwrite") for verify in ("md5", "crc32c", "crc32", "sha256", "meta") for do in (0, 1)]
BODIES += [
    "rw=write\nverify=pattern\nverify_pattern=0xdeadbeef\nsize=128k\nbs=4k",
    "rw=randwrite\nverify=md5\nverify_interval=4096\nbs=16k\nsize=256k",
    "rw=randread\nnorandommap\nrandrepeat=0\nsize=512k\nbs=4k\ndirect=1\nioengine=psync",
    "rw=read\nloops=3\nsize=256k\nbs=16k",
    "rw=read\nnumber_ios=17\nsize=1m\nbs=4k",
    "rw=write\nio_size=512k\nsize=256k\nbs=4k",
    "rw=read\noffset=1m\nsize=1m\nbs=32k",
    "rw=read\nnumjobs=3\nsize=256k\nbs=4k\ngroup_reporting\nthread",
    "rw=randread\nnumjobs=2\nsize=128k\nbs=8k",
    "rw=read\nsize=10%\nbs=4k",
    "rw=read\npercentile_list=50:90:99.9\nsize=64k\nbs=4k",
    "rw=read\nsize=64k\nbs=4k\n[second]\nstonewall\nrw=randread\nsize=128k\nbs=4k\n",
    "rw=randwrite\nbs=4k\nsize=64k\nrefill_buffers\ninvalidate=1\nfallocate=none\nrandrepeat=1",
    "rw=randread\nblocksize=4k\nsize=1m\nreadwrite=randread\ndescription=a long story",
    "rw=read\nbs=4k\nsize=64k\nstartdelay=1",
    "; a remark\nrw=write\nbs=128k\n# another\nsize=2m\nzero_buffers\nend_fsync=1",
    "rw=randread\nbs=512\nsize=32k\niodepth=32\niodepth_batch=8",
    "rw=write\nbs=1m\nsize=8m\niodepth=2",
    "rw=randrw\nrwmixread=100\nbs=4k\nsize=128k",
    "rw=rw\nrwmixwrite=100\nbs=4k\nsize=128k",
    "rw=read\nrate=8m\nbs=64k\nsize=1m",
    "rw=randread\nrate_iops=200\nbs=4k\nsize=128k",
    "rw=write\nfsync=8\nbs=4k\nsize=1m",
    "rw=randwrite\nfdatasync=3\nbs=16k\nsize=1m\niodepth=4",
    "rw=write\nfsync=1\nend_fsync=1\nbs=64k\nsize=512k\nverify=crc32c",
    "rw=write\nverify=md5\nverify_backlog=16\nbs=4k\nsize=256k",
    "rw=randwrite\nverify=crc32c\nverify_backlog=7\nbs=8k\nsize=256k\nverify_dump=1",
    "rw=randread\nrandom_distribution=zipf:1.2\nbs=4k\nsize=256k",
    "rw=randread\nrandom_distribution=pareto:0.2\nbs=4k\nsize=256k",
    "rw=randread\nrandom_distribution=zoned:60/10:30/20:10/70\nbs=4k\nsize=256k",
    "rw=randwrite\nrandom_distribution=zipf\nnorandommap\nbs=4k\nsize=256k",
    "rw=write\nbs=4k\nsize=1m\nio_size=10000",
    "rw=randwrite\nbs=64k\nsize=1m\nio_size=100k",
    "rw=read\nwrite_lat_log=lat\nwrite_bw_log\nwrite_iops_log=iops\nbs=4k\nsize=64k",
    "rw=read\nwrite_bw_log=bw\nlog_avg_msec=500\nlog_offset=1\nbs=4k\nsize=64k",
    "rw=randwrite\nbs=4k\nsize=256k\nnorandommap\nnumber_ios=50",
    "rw=write\nbssplit=8k/100\nsize=256k\nnumber_ios=9",
    "rw=write\nbs=4k\nsize=64k\nloops=2\nverify=md5",
    "rw=randread\nbs=4k\nsize=64k\nnumjobs=2\ngroup_reporting\npercentile_list=1:50:99.99:100",
    "rw=write\nbs=4k\nsize=64k\nunlink=0\nfallocate=none\nfile_service_type=random\ndisk_util=0",
]


def job_file(body, filename):
    return f"[global]\nfilename={filename}\n[job]\n{body}\n"


def documents(text):
    decoder, found, at = json.JSONDecoder(), [], text.find("{\n")
    while at >= 0:
        document, end = decoder.raw_decode(text, at)
        found.append(document)
        at = text.find("{\n", end)
    return found


def keys(document, prefix=""):
    """All of them with where they are; the numbers of the histogram's buckets left out."""
    found = set()
    for key, value in document.items():
        found.add(prefix + key)
        if isinstance(value, dict):
            found |= keys(value, prefix + key + "/")
    return found


@needs_fio
def test_job_files(tmp_path):
    assert len(BODIES) >= 60
    image = make_disk(tmp_path / "guest", 16 * MIB)
    script = "".join(f"cat > job{number} <<'END'\n{job_file(body, DEVICE)}END\nfio --output-format=json job{number} || echo failed {number}\n"
                     for number, body in enumerate(BODIES))
    output = run_script(tmp_path, script, "--disk", image, check=True).stdout
    assert "failed" not in output, output
    ours = documents(output)
    assert len(ours) == len(BODIES)
    host = make_disk(tmp_path / "host", 16 * MIB)
    for body, our in zip(BODIES, ours):
        path = tmp_path / "job"
        path.write_text(job_file(body, host))
        result = subprocess.run([FIO, "--output-format=json", path], capture_output=True, text=True, cwd=tmp_path)
        assert result.returncode == 0, (body, result.stderr)
        their = documents(result.stdout)[0]
        assert len(our["jobs"]) == len(their["jobs"]), body
        assert keys(our) <= keys(their), body
        for one, other in zip(our["jobs"], their["jobs"]):
            assert keys(one) == keys(other), body
            assert one["jobname"] == other["jobname"] and one["groupid"] == other["groupid"] and one["error"] == 0
            assert one["job options"] == other["job options"], body
            assert one["sync"]["total_ios"] == other["sync"]["total_ios"] and one["sync"]["lat_ns"]["N"] == other["sync"]["lat_ns"]["N"], body
            if "4k,8k" in body and ("rand" in body or "rw=rw" in body):  # fio leaves blocks out where sizes differ
                continue
            mixed = one["read"]["total_ios"] and one["write"]["total_ios"] and "verify" not in body
            if mixed:  # fio ends where both directions together are done, and draws otherwise
                assert one["read"]["io_bytes"] + one["write"]["io_bytes"] == other["read"]["io_bytes"] + other["write"]["io_bytes"], body
                continue
            for direction in ("read", "write", "trim"):
                for key in ("io_bytes", "total_ios"):
                    assert one[direction][key] == other[direction][key], (body, direction, key)


def test_sizes_that_vary(tmp_path):
    """A size between those of bsrange or bssplit, each as often as asked, and no block twice."""
    output = run_script(tmp_path, f"""
fio --name=a --filename={DEVICE} --rw=randwrite --bsrange=4k-16k --size=4m --verify=md5 --output-format=json
fio --name=a --filename={DEVICE} --rw=write --bssplit=4k/50:8k/50 --size=4m --verify=md5 --output-format=json
""", "--disk", make_disk(tmp_path / "image", 4 * MIB), check=True).stdout
    ranged, split = [document["jobs"][0] for document in documents(output)]
    for job in (ranged, split):
        assert job["error"] == 0 and job["write"]["io_bytes"] == job["read"]["io_bytes"] == 4 * MIB
        assert job["write"]["total_ios"] == job["read"]["total_ios"]
    # 8 KiB and 6 KiB in the mean; the seeds make it the same each time.
    assert 350 < ranged["write"]["total_ios"] < 800 and 600 < split["write"]["total_ios"] < 770


@needs_fio
@pytest.mark.parametrize("version", [3, 4])
def test_terse(tmp_path, version):
    """As many fields as fio has without its disks, and the same in those that are no times."""
    body = "rw=rw\nrwmixread=100\nbs=4k\nsize=64k\ndisk_util=0\npercentile_list=50:99"
    image = make_disk(tmp_path / "image", MIB)
    output = run_script(tmp_path, f"cat > job <<'END'\n{job_file(body, DEVICE)}END\nfio --output-format=terse --terse-version={version} job\n", "--disk", image, check=True).stdout
    path = tmp_path / "job"
    path.write_text(job_file(body, image))
    theirs = subprocess.run([FIO, "--output-format=terse", f"--terse-version={version}", path], capture_output=True, text=True, cwd=tmp_path, check=True).stdout
    ours, theirs = output.strip().split(";"), theirs.strip().split(";")
    assert len(ours) == len(theirs)
    assert ours[:6] == theirs[:6]
    for one, other in zip(ours, theirs):
        assert bool(re.fullmatch(r"[\d.]+%=\d+", one)) == bool(re.fullmatch(r"[\d.]+%=\d+", other))
        assert one.endswith("%") == other.endswith("%")


@needs_fio
def test_the_host_verifies_job_files(tmp_path):
    """What jobs of all kinds wrote, each in a mebibyte of its own, fio verifies."""
    writers = [body for body in BODIES if re.search("verify=(md5|crc32c|crc32|meta|pattern)", body) and "loops" not in body]
    assert len(writers) > 20
    image = make_disk(tmp_path / "image", (len(writers) + 1) * MIB)
    script = "".join(f"cat > job{number} <<'END'\n{job_file(body, DEVICE)}offset={number}m\nEND\nfio --minimal job{number} > /dev/null || echo failed {number}\n"
                     for number, body in enumerate(writers))
    assert run_script(tmp_path, script, "--disk", image, check=True).stdout == ""
    for number, body in enumerate(writers):
        path = tmp_path / "job"
        path.write_text(job_file(re.sub(r"rw=\w+", "rw=read", re.sub(r"(verify_backlog|fsync|fdatasync|end_fsync|do_verify)=\d+\n?", "", body)), image) + f"offset={number}m\n")
        result = subprocess.run([FIO, "--minimal", path], capture_output=True, text=True, cwd=tmp_path)
        assert result.returncode == 0 and "verify" not in result.stderr, (body, result.stderr)


def test_end_fsync(tmp_path):
    """A Flush behind the last write, and none without."""
    line = f"fio --name=a --filename={DEVICE} --rw=write --size=8k --bs=4k --end_fsync=%d --minimal > /dev/null"
    output = run_script(tmp_path, f"trace on\n{line % 0}\n{line % 1}\ntrace off\ntrace show\n", "--disk", make_disk(tmp_path / "image", MIB), check=True).stdout
    assert re.findall(r"q\d+ +-> (\w+)", output) == ["Write", "Write", "Write", "Write", "Flush"], output


@needs_fio
@pytest.mark.parametrize("verify", ["md5", "crc32c", "crc32", "meta", "pattern --verify_pattern=0x1234"])
def test_the_host_verifies(tmp_path, verify):
    image = make_disk(tmp_path / "image", 4 * MIB)
    options = f"--name=a --bs=4k --size=1m --verify={verify}"
    run_script(tmp_path, f"fio --filename={DEVICE} --rw=randwrite --iodepth=8 {options} --minimal", "--disk", image, check=True)
    check = [FIO, f"--filename={image}", "--rw=read", *options.split()]
    assert subprocess.run(check, capture_output=True, cwd=tmp_path).returncode == 0
    if verify == "meta":
        return
    with open(image, "r+b") as file:
        file.seek(70000)
        byte = file.read(1)
        file.seek(70000)
        file.write(bytes([byte[0] ^ 1]))
    assert subprocess.run(check, capture_output=True, cwd=tmp_path).returncode == 1
    output = run_script(tmp_path, f"fio --filename={DEVICE} --rw=read {options}; echo status $?", "--disk", image).stdout
    assert "verify failed at file /dev/my_nvme0n1 offset" in output
    assert "err=84" in output and "status 1" in output


# Behind "failed parsing", as in fio.
SEVERAL = "\n                    : "
VALUES = "\n        valid values: "
DISTRIBUTIONS = VALUES + SEVERAL.join([
    "random     Completely random", "zipf       Zipf distribution, zipf:THETA up to 10, but not 0 or 1",
    "pareto     Pareto distribution, pareto:H between 0 and 1", "zoned      Zoned random distribution, zoned:ACCESSES/SIZE:..."])
# What is typed, and what comes.
BAD = {
    "fio": "fio: No job(s) defined",
    "fio --nope=1": "fio: unrecognized option '--nope=1'",
    "fio --name=a --rw=bogus": "fio: failed parsing rw=bogus" + VALUES + SEVERAL.join([
        "read       Sequential read", "write      Sequential write", "trim       Sequential trim", "randread   Random read",
        "randwrite  Random write", "randtrim   Random trim", "rw         Sequential read and write mix", "readwrite  Sequential read and write mix",
        "randrw     Random read and write mix", "trimwrite  Trim and write mix, trims preceding writes",
        "randtrimwrite Randomly trim and write mix, trims preceding writes", "write-zeroes Sequential Write Zeroes",
        "randwrite-zeroes Random Write Zeroes"]),
    "fio --=1": "fio: unrecognized option '--=1'",
    "fio --name=a --iodepth=0": f"fio: failed parsing iodepth=0{VALUES}1 to 1024",
    "fio --name=a --iodepth": f"fio: failed parsing iodepth{VALUES}1 to 1024",
    "fio --name=a --rwmixread=101": f"fio: failed parsing rwmixread=101{VALUES}0 to 100",
    "fio --name=a --cpumask=0": f"fio: failed parsing cpumask=0{VALUES}from 1",
    "fio --name=a --size=much": "fio: failed parsing size=much",
    "fio --name=a --zonemode=strided": f"fio: failed parsing zonemode=strided{VALUES}none       no zoning{SEVERAL}zbd        zoned block device mode",
    "fio nowhere": "fio: unable to open 'nowhere' job file: No such file or directory",
    "printf '[a]\\nrw=write\\nfoo=1\\n' > bad; fio bad": "fio: bad:3: Bad option <foo=1>",
    "printf 'rw=write\\n' > bad; fio bad": "fio: bad:1: option <rw=write> outside of [] job section",
    "fio --name=a --rw=read": "fio: a: you need to specify size=, or a device as filename=",
    "fio --name=a --rw=write": "fio: a: you need to specify size=, or a device as filename=",
    "> empty; fio --name=a --rw=read --filename=empty": "fio: a: you need to specify size=, or a device as filename=",
    "fio --name=a --rw=write --filename=new --size=10%; test -e new": "fio: a: you need to specify size=, or a device as filename=",
    "fio --name=a --rw=read --filename=new": "fio: open(new): No such file or directory",
    "fio --name=a --rw=write --filename=/dev/my_nvme9n1": "fio: open(/dev/my_nvme9n1): No such file or directory",
    f"fio --name=a --rw=write --filename={DEVICE} --size=5m": f"fio: a: size 5242880 is beyond the end of {DEVICE} (4194304 bytes)",
    f"fio --name=a --rw=write --filename={DEVICE} --offset=4m": f"fio: a: offset 4194304 is not a block of {DEVICE} (4194304 bytes)",
    f"fio --name=a --rw=write --filename={DEVICE} --bs=100": f"fio: a: bs is no multiple of the 512 bytes of a block of {DEVICE}",
    f"fio --name=a --rw=write --filename={DEVICE} --numjobs=65": f"fio: failed parsing numjobs=65{VALUES}1 to 64",
    f"fio --name=a --rw=write --filename={DEVICE} --numjobs=40 --name=b --numjobs=40": "fio: maximum number of jobs (64) reached.",
    f"fio --name=a --rw=write --filename={DEVICE} --size=4k --bs=8k": "fio: size too small, must not be less than minimum block size: 4096 < 8192",
    f"fio --name=a --rw=write --filename={DEVICE} --sync=1": f"fio: failed parsing sync=1{VALUES}none       Writes without FUA{SEVERAL}0          Writes without FUA\n"
        "        writes with FUA are not there; fsync=1 sends a Flush behind each write",
    f"fio --name=a --rw=write --filename={DEVICE} --readonly": "fio: a: job writes, but --readonly was given",
    f"fio --name=a --rw=randwrite --filename={DEVICE} --random_distribution=zipf:1": "fio: failed parsing random_distribution=zipf:1" + DISTRIBUTIONS,
    f"fio --name=a --rw=randwrite --filename={DEVICE} --random_distribution=normal:5": "fio: failed parsing random_distribution=normal:5" + DISTRIBUTIONS,
    f"fio --name=a --rw=write --filename={DEVICE} --verify=pattern": "fio: a: verify=pattern requires verify_pattern",
    f"fio --name=a --rw=write --filename={DEVICE} --zonemode=zbd": f"fio: {DEVICE}: zonemode=zbd, and it is no zoned device with zones of a power of two",
    f"fio --name=a --rw=write --filename={DEVICE} --bs=16m --iodepth=1024": "fio: size too small, must not be less than minimum block size: 4194304 < 16777216",
    f"fio --name=a --rw=randwrite --filename={DEVICE} --bsrange=4k-8k --norandommap --verify=md5": "fio: a: norandommap given for variable block sizes: blocks would overlap, and cannot be verified",
    "printf '[a]\\n\\nsize=4k\\nverify=sha9\\n' > bad; fio bad": "fio: bad:4: failed parsing verify=sha9" + VALUES + SEVERAL.join([
        "0          Don't do IO verification", "meta       Use io information for verification", "md5        Use md5 checksums for verification",
        "crc32      Use crc32 checksums for verification", "crc32c     Use crc32c checksums for verification",
        "crc32c-intel Use crc32c checksums for verification", "sha256     Use sha256 checksums for verification",
        "pattern    Verify strict pattern", "null       Pretend to verify"]),
    "printf '[a\\nrw=write\\n' > bad; fio bad": "fio: bad:1: bad section [a",
    "printf '[a]\\nsize=${NONE}k\\n' > bad; fio bad": "fio: bad:2: failed parsing size=${NONE}k",
    f"fio --name=a --rw=write --filename={DEVICE} --time_based": "fio: a: time_based requires a runtime/timeout setting",
}


def test_bad_input(tmp_path):
    image = make_disk(tmp_path / "image", 4 * MIB)
    script = "".join(f"{command}; echo status $?\n" for command in BAD)
    output = run_script(tmp_path, script, "--disk", image).stdout
    assert output.splitlines() == [line for message in BAD.values() for line in (*message.splitlines(), "status 1")]
    with open(image, "rb") as file:
        assert not any(file.read())


def test_version(tmp_path):
    """As the header of a report says it; what stands behind is not looked at."""
    image = make_disk(tmp_path / "image", MIB)
    lines = run_script(tmp_path, f"fio --version --nope; echo status $?; fio --name=a --filename={DEVICE} --size=4k --bs=4k", "--disk", image).stdout.splitlines()
    assert lines[:2] == ["fio-3.33", "status 0"] and lines[0] in lines[2:]


def test_output(tmp_path):
    """The report goes to the file, whose old text goes, and nothing else does; what cannot be opened costs the run."""
    image = make_disk(tmp_path / "image", MIB)
    line = f"fio --name=a --filename={DEVICE} --size=4k --bs=4k"
    output = run_script(tmp_path, f"yes | head -c 9k > report; {line} --output=report --output-format=json; echo status $?; cat report\n"
                        f"{line} --output other; grep -c 'Run status' other; {line} --rw=write --output=/no/report; echo status $?\n"
                        f"{line} --output=/dev/full; echo status $?; fio --output", "--disk", image).stdout
    assert output.startswith("status 0\n{")
    assert documents(output)[0]["jobs"][0]["read"]["total_ios"] == 1
    assert output.partition("\n}\n")[2] == ("1\nfio: output file open error: /no/report: No such file or directory\nstatus 1\n"
                                           "fio: write error: No space left on device\nstatus 1\nfio: unrecognized option '--output'\n")
    with open(image, "rb") as file:
        assert not any(file.read())


def test_values_without_effect(tmp_path):
    """What fio takes for a write without FUA is taken here."""
    assert run_script(tmp_path, "for VALUE in none 0; do fio --name=a --sync=$VALUE --parse-only; echo status $?; done").stdout == "status 0\n" * 2


def test_ctrl_c(tmp_path):
    with Console("--disk", make_disk(tmp_path / "image", 4 * MIB)) as console:
        console.child.sendline(f"fio --name=a --filename={DEVICE} --rw=randwrite --iodepth=8 --time_based --runtime=100")
        console.child.expect("Jobs: 1")
        console.child.sendcontrol("c")
        console.child.expect("terminating on signal 2")
        console.child.expect("issued rwts: total=0,[1-9]")
        console.child.expect("Run status group 0")
        console.child.sendline("echo status $?")
        console.child.expect("status 128")


def test_what_is_done_at_once_has_times_of_its_own(tmp_path):
    """In RAM one command follows the other, whatever iodepth says: all their times are no more than the run's."""
    region = tmp_path / "region.bin"
    region.write_bytes(bytes(2 * MIB))
    output = run_script(tmp_path, "".join(
        f"fio --name=a --filename={name} --rw=randwrite --bs=4k --size=1m --loops=8 --iodepth=64 --output-format=json\n"
        for name in ("/f", "/dev/my_nvme0pmr")), "--disk", make_disk(tmp_path / "image", MIB), "--nvme", "pmrdev=region", "--", "-object",
        f"memory-backend-file,id=region,share=on,mem-path={region},size=2M", check=True).stdout
    for document in documents(output):
        write = document["jobs"][0]["write"]
        assert write["total_ios"] == 2048
        assert write["lat_ns"]["mean"] * 2048 <= (write["runtime"] + 1) * 1e6, document


def test_trims_and_zeroes(tmp_path):
    image = make_disk(tmp_path / "image", 4 * MIB, b"\xff" * 4 * MIB)
    output = run_script(tmp_path, "".join(
        f"fio --name=a --filename={DEVICE} --rw={rw} --bs=64k --size=1m --offset={at}m --output-format=json\n"
        for at, rw in enumerate(("write-zeroes", "randtrim", "trimwrite"))), "--disk", image, check=True).stdout
    zeroes, trim, both = [document["jobs"][0] for document in documents(output)]
    assert (zeroes["write"]["total_ios"], trim["trim"]["total_ios"]) == (16, 16)
    assert both["trim"]["total_ios"] == both["write"]["total_ios"] == 8
    with open(image, "rb") as file:
        assert not any(file.read(MIB))
        file.seek(3 * MIB)
        assert file.read() == b"\xff" * MIB


def test_zones(tmp_path):
    image = make_disk(tmp_path / "image", 64 * MIB)
    common = f"fio --name=a --zonemode=zbd --filename={DEVICE} --bs=64k"
    output = run_script(tmp_path, f"""
{common} --rw=write --size=8m --io_size=6m --verify=md5
{common} --rw=randwrite --size=8m --io_size=6m --iodepth=4 --verify=md5
{common} --rw=randread --size=3m --iodepth=4
blkzone report -c 3 {DEVICE}
""", "--disk", "none", "--", "-drive", f"file={image},if=none,id=zoned,format=raw", "-device", "nvme,serial=zoned,id=controller",
                        "-device", "nvme-ns,drive=zoned,bus=controller,zoned=true,zoned.zone_size=4M,zoned.zone_capacity=3M", check=True).stdout
    assert output.count("err= 0") == 3
    assert output.count("total=96,96,0,0") == 2 and output.count("total=48,0,0,0") == 1
    assert "; 0 zone resets" in output and "; 2 zone resets" in output
    assert output.count("fu") == 2 and output.count("em") == 1


def test_jobs_share_zones(tmp_path):
    """Jobs behind and beside each other, zones that are smaller than their distance, trims: no error, and nothing is verified that is gone."""
    image = make_disk(tmp_path / "image", 64 * MIB)
    common = f"fio --zonemode=zbd --filename={DEVICE} --bs=4k"
    lines = {
        f"{common} --size=1m --name=w --rw=write --verify=crc32c --name=r --stonewall --rw=read": ["total=64,256,0,0", "total=256,0,0,0"],
        f"{common} --size=512k --io_size=128k --offset=2m --name=w --rw=write --name=v --stonewall --rw=write": ["total=0,32,0,0"] * 2,
        f"{common} --size=2m --offset=4m --name=w --rw=write --numjobs=2 --verify=md5": ["total=", "total="],
        f"fio --zonemode=zbd --filename={DEVICE} --name=w --rw=write --bs=12k --size=1m --verify=crc32c": ["total="],
        f"{common} --size=4m --io_size=8m --name=w --rw=randrw --verify=crc32c": ["total="],
        f"{common} --size=4m --name=w --rw=randwrite --verify=md5 --iodepth=8 --loops=3": ["total="],
        f"fio --zonemode=zbd --filename={DEVICE} --name=t --rw=trim --bs=1m --size=4m": ["total=0,0,4,0"],
        f"fio --zonemode=zbd --filename={DEVICE} --name=t --rw=trimwrite --bs=4k,4k,1m --size=2m --io_size=3m --verify=crc32c": ["total="],
    }
    output = run_script(tmp_path, "".join(f"{line}; echo ended with $?\n" for line in lines) + f"blkzone report -o 6144 -c 1 {DEVICE}\n", "--disk", "none", "--",
                        "-drive", f"file={image},if=none,id=zoned,format=raw", "-device", "nvme,serial=zoned,id=controller",
                        "-device", "nvme-ns,drive=zoned,bus=controller,zoned=true,zoned.zone_size=1M,zoned.zone_capacity=768K,zoned.max_open=4,zoned.max_active=8", check=True).stdout
    parts = output.split("ended with ")
    for (line, totals), part in zip(lines.items(), parts):
        assert [text for text in re.findall(r"total=[\d,]*", part) if text.startswith(tuple(totals))] == re.findall(r"total=[\d,]*", part), (line, part)
        assert "verify:" not in part and "verify failed" not in part and "error" not in part, (line, part)
    assert [part[0] for part in parts[1:]] == ["0"] * len(lines)
    assert "em" in parts[-1]  # the last trim that no write has followed


def test_open_files_see_what_is_written(tmp_path):
    image = make_disk(tmp_path / "image", 4 * MIB)
    output = run_script(tmp_path, f"""exec 5< {DEVICE}
dd bs=4k count=1 status=none <&5 | sha256sum
printf dirty | dd of={DEVICE} bs=1 seek=8192 conv=notrunc status=none
fio --name=a --filename={DEVICE} --rw=write --size=4k --verify=pattern --verify_pattern=0x41 --minimal > /dev/null
head -c 3 {DEVICE}; echo
dd if={DEVICE} bs=1 skip=8192 count=5 status=none; echo
""", "--disk", image, check=True).stdout
    assert output.splitlines()[1:] == ["AAA", "dirty"]
