"""Several CPUs: they start when they are wanted, run functions, and a fatal error of one is the machine's."""

import re

import pytest

from machine import FATAL, Console, make_disk, run_script

MIB = 1 << 20


@pytest.mark.parametrize("kind", FATAL)
def test_fatal_errors_on_another_cpu(tmp_path, kind):
    result = run_script(tmp_path, f"crash --cpu=2 {kind}\necho still alive\n", "--disk", "none", "--smp", "3")
    assert result.returncode == 120
    assert FATAL[kind] in result.stdout.lower()
    assert re.search(r"^panic: .*\non CPU 2$", result.stdout, re.MULTILINE)
    assert "still alive" not in result.stdout
    frames = re.findall(r"^  0x[0-9a-f]{16} (\w+)\+0x", result.stdout, re.MULTILINE)
    assert {"stack": "recurse", "execute": "crash_execute"}.get(kind, "crash_" + kind) in frames
    assert kind == "smash" or frames[-2:] == ["smp_enter", "smp_start_64"]


@pytest.mark.parametrize("command, message", [
    ("crash -c 1 panic", "crash: there is no CPU 1"),
    ("crash -c x panic", "crash: invalid CPU 'x'"),
    ("crash -c 0", "crash: missing operand"),
])
def test_operands_of_crash(tmp_path, command, message):
    result = run_script(tmp_path, command + "\n", "--disk", "none")
    assert result.returncode == 1
    assert message in result.stdout


@pytest.mark.parametrize("machine", ["pc", "q35"])
@pytest.mark.parametrize("boot, cpus, memory", [("direct", 1, "256M"), ("direct", 2, "32M"), ("direct", 4, "5G"), ("bios", 4, "256M")])
def test_functions_on_every_cpu(tmp_path, machine, boot, cpus, memory):
    disk = make_disk(tmp_path / "disk.img", 4 * MIB)
    result = run_script(tmp_path, "selftest smp\n", "--disk", disk, "--machine", machine, "--boot", boot, "--smp", cpus, "--mem", memory)
    assert result.returncode == (0 if cpus > 1 else 77)
    for case in ["functions on every CPU", "all CPUs at once", "clocks in step"]:
        assert (f"PASS: smp: {case}\n" if cpus > 1 else f"SKIP: smp: {case} (there is one CPU)\n") in result.stdout


def test_uefi_starts_them(tmp_path):
    disk = make_disk(tmp_path / "disk.img", 4 * MIB)
    result = run_script(tmp_path, "selftest smp\n", "--disk", disk, "--boot", "uefi", "--smp", "2", check=True)
    assert "PASS: smp: functions on every CPU\n" in result.stdout


def test_they_start_when_wanted(tmp_path):
    """Until then there is a column for one, and what each has is not taken from memory."""
    script = "interrupts\nfree\ncrash -c 7 panic\ninterrupts\nfree\ndmesg\n"
    result = run_script(tmp_path, script, "--disk", "none", "--smp", "4")
    heads = re.findall(r"^VECTOR(.*)DEVICE$", result.stdout, re.MULTILINE)
    assert [head.split() for head in heads] == [["CPU0"], ["CPU0", "CPU1", "CPU2", "CPU3"]]
    assert re.findall(r"^CPU(\d): +\d+ +\d+$", result.stdout, re.MULTILINE) == ["1", "2", "3"]
    assert "acpi: 4 CPUs" in result.stdout
    assert "smp: 4 CPUs" in result.stdout
    assert re.search(r"^ +0 +0 +0  functions run$", result.stdout, re.MULTILINE)


@pytest.mark.parametrize("command, status", [("poweroff", 0), ("poweroff 3", 3)])
def test_power_off_with_cpus(command, status):
    with Console("--disk", "none", "--smp", "4") as console:
        assert "there is no CPU 9" in console.run("crash -c 9 panic")
        console.child.sendline(command)
        assert console.wait_end() == status


def test_reboot_with_cpus():
    with Console("--disk", "none", "--smp", "4") as console:
        console.run("crash -c 9 panic")
        console.child.sendline("reboot")
        console.wait_prompt()
        assert "CPU3" not in console.run("interrupts")
        console.run("crash -c 9 panic")
        assert "CPU3" in console.run("interrupts")
        assert console.poweroff() == 0
