"""Jobs and signals as a person meets them at the prompt."""

import time

import pytest

from machine import Console, make_disk

MIB = 1 << 20


@pytest.fixture
def console(tmp_path):
    with Console("--disk", make_disk(tmp_path / "disk.img", 64 * MIB)) as guest:
        yield guest


def interrupt(console, line, times=1):
    """Types the line, then Ctrl-C while it runs; what both printed."""
    console.child.sendline(line)
    console.child.expect_exact("\n")
    for _ in range(times):
        time.sleep(0.3)
        console.type("\x03")
    return console.wait_prompt()


def test_jobs_beside_the_prompt(console):
    console.run("sleep 100000 &")
    console.run("while :; do :; done &")
    console.run("dd if=/dev/zero of=/dev/null &")
    assert console.run("echo here") == "here\n"
    # Ctrl-C is for what is in the foreground, and for waiting, not for jobs.
    interrupt(console, "sleep 100000")
    assert console.status() == 130
    interrupt(console, "wait")
    listed = console.run("jobs")
    assert [line.split()[:3] for line in listed.splitlines()] == [
        ["[3]", "+", "Running"], ["[2]", "-", "Running"], ["[1]", "Running", "sleep"]]
    assert "dd if=/dev/zero of=/dev/null\n" in listed
    # fg brings one where Ctrl-C reaches it.
    assert "not reached" not in interrupt(console, "fg %2; echo not reached")
    told = console.run("kill %1 %3") + console.run("sleep 0.3")
    assert told.count("Terminated") == 2
    assert console.run("jobs") == ""
    assert console.run("(sleep 0.1; echo from a job) & sleep 0.3; wait") == "from a job\n"
    console.run("sleep 100000 &")
    assert console.poweroff() == 0


def test_jobs_on_the_device(console):
    console.run("head -c 8388608 /dev/urandom >/tmp/a")
    assert console.run(
        "dd if=/tmp/a of=/dev/my_nvme0n1 bs=4k conv=fsync status=none & "
        "dd if=/dev/my_nvme0n1 of=/dev/null bs=4k skip=4096 iflag=direct status=none & wait; "
        "cmp -n 8388608 /tmp/a /dev/my_nvme0n1 && echo same").endswith("same\n")


def test_traps_at_the_prompt(console):
    console.run("trap 'echo got it' INT")
    assert "got it\n" in interrupt(console, "sleep 100000")
    console.type("\x03")
    assert "got it\n" in console.wait_prompt()
    console.run("trap - INT")
    # There is a way out of whatever is ignored.
    console.child.sendline("sh -c 'trap \"\" INT; while :; do :; done'")
    console.child.expect_exact("\n")
    time.sleep(0.3)
    for _ in range(5):
        console.type("\x03")
        time.sleep(0.05)
    console.wait_prompt()
    assert console.run("echo alive").endswith("alive\n")
    assert console.run("kill -TERM $$; echo stays") == "stays\n"


def test_signals_to_jobs_of_the_prompt(console):
    console.run("sleep 100000 & kill $!; wait $!")
    assert console.status() == 143
    printed = console.run("(trap 'echo taken' TERM; sleep 1; echo to the end) & sleep 0.3; "
                          "kill $!; wait $!; echo ended $?")
    assert "taken\nto the end\nended 0\n" in printed
    printed = console.run("(trap 'echo taken; exit 4' TERM; while :; do sleep 0.1; done) & "
                          "sleep 0.3; kill $!; wait $!; echo ended $?")
    assert "taken\nended 4\n" in printed


def test_jobs_are_called_what_they_are(console):
    lines = [
        ("for i in 1 2; do sleep 1000 & done; echo behind", ["sleep 1000", "sleep 1000"]),
        ("x=1 sleep 1000 >/dev/null 2>&1 & echo no", ["x=1 sleep 1000 >/dev/null 2>&1"]),
        ("(trap '' TERM; sleep \"10$x\" 1000) &", ['(trap "" TERM; sleep "10${x}" 1000)']),
        ("{ sleep 1000 | cat || ! true && sleep 1 & wait; } &",
         ["{ sleep 1000 | cat || ! true && sleep 1 & wait; }"]),
        ("while sleep 1000; do :; done &", ["while sleep 1000; do :; done"]),
        ("if sleep 1000; then a; elif b; then c; else d; fi &",
         ["if sleep 1000; then a; elif b; then c; else d; fi"]),
        ("case $(sleep 1000) in a|b*) c;; esac &", ["case $(sleep 1000) in a | b*) c;; esac"]),
        ("sleep $((500+500)) ${x:+a\\ b} &", ['sleep $((500+500)) ${x:+a" "b}']),
    ]
    for line, texts in lines:
        console.run(line)
        listed = console.run("jobs")
        assert sorted(row[33:] for row in listed.splitlines()) == sorted(texts)
        console.run("kill -9 %1; wait %1" if len(texts) == 1 else "kill -9 %1 %2; wait %1 %2")
