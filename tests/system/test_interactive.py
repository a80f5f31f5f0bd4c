"""The shell as a person meets it: line editing, history, completion, Ctrl-C, pastes, progress."""

import hashlib
import re
import subprocess
import time

import pexpect
import pytest

from machine import PROMPT, RUN_QEMU, TIMEOUT, Console, clean, make_disk, run_script

MIB = 1 << 20

LEFT = "\x1b[D"
UP = "\x1b[A"
DOWN = "\x1b[B"
HOME = "\x1b[H"
END = "\x1b[F"
DELETE = "\x1b[3~"


@pytest.fixture
def console(tmp_path):
    disk = make_disk(tmp_path / "disk.img", 64 * MIB)
    with Console("--disk", disk) as guest:
        yield guest


def typed(console, keys):
    """What a line printed that was put together from keys."""
    return console.run(keys)


@pytest.mark.parametrize("keys,output", [
    ("echo hexllo" + LEFT * 3 + "\x7f", "hello\n"),
    ("cho hello" + HOME + "e", "hello\n"),
    ("echo hell" + "\x01" + "\x05" + "o", "hello\n"),
    ("echo one two three" + "\x17" + "four", "one two four\n"),
    ("echo gone" + "\x15" + "echo here", "here\n"),
    ("echo keep cut" + LEFT * 4 + "\x0b", "keep\n"),
    ("echo cut" + "\x17" + "x \x19", "x cut\n"),
    ("echo ab" + "\x14", "ba\n"),
    ("echo xhello" + HOME + "\x06" * 5 + "\x04", "hello\n"),
    ("echo hello" + HOME + DELETE + "e" + END + " you", "hello you\n"),
    ("echo one two" + "\x1bb" + "\x1bd" + "2", "one 2\n"),
    ("echo \u00e4\u00f6".encode().decode("latin-1"), "\u00e4\u00f6\n".encode().decode("latin-1")),
])
def test_editing_keys(console, keys, output):
    assert typed(console, keys).endswith(output)


QUESTION = "\x1b[6n"


class Terminal:
    """A console whose terminal says how large it is."""

    def __init__(self, *arguments):
        self.child = pexpect.spawn(RUN_QEMU, list(map(str, arguments)), encoding="latin-1", timeout=TIMEOUT)
        self.child.setecho(False)
        self.child.delaybeforesend = None

    def answer(self, columns, rows=24):
        """To the question before the prompt; what came before it is returned."""
        self.child.expect_exact(QUESTION)
        text = clean(self.child.before)
        self.child.send(f"\x1b[{rows};{columns}R")
        self.child.expect_exact(PROMPT)
        return re.sub("\x1b[78]", "", text)

    def run(self, line, columns, rows=24):
        """What it printed; the window has another size afterwards."""
        self.child.send(line + "\r")
        text = self.answer(columns, rows).partition(line + "\n")[2]
        return re.sub("\t", "  ", text)  # where a tab leads as far as two blanks


def test_a_window_of_another_width(tmp_path):
    """Asked for before each prompt; columns of ls and the editor's lines follow."""
    terminal = Terminal("--disk", make_disk(tmp_path / "disk.img", MIB))
    try:
        terminal.answer(30)
        terminal.run("mkdir /tmp/w; cd /tmp/w; for i in 1 2 3 4 5 6; do > entry_of_$i; done", 30)
        assert terminal.run("ls", 60).expandtabs() == "entry_of_1  entry_of_4\nentry_of_2  entry_of_5\nentry_of_3  entry_of_6\n"
        assert terminal.run("ls", 40).expandtabs() == "entry_of_1  entry_of_3  entry_of_5\nentry_of_2  entry_of_4  entry_of_6\n"
        assert terminal.run("COLUMNS=200 ls", 80).expandtabs() == "  ".join(f"entry_of_{i}" for i in range(1, 7)) + "\n"
        # The editor wraps at the margin, and draws again what it has shown for another one.
        terminal.child.send("echo " + "x" * 100)
        terminal.child.expect_exact("x" * (80 - len("my_nvme# echo ")) + "\r\r\n" + "x" * 20)
        terminal.child.send("\r")
        assert terminal.answer(120).endswith("\n" + "x" * 100 + "\n")
        # What is typed ahead of the answer is the line's, and no answer ends in a command's input.
        terminal.child.send("cat\r")
        terminal.child.expect_exact("cat\r")
        terminal.child.send("typed\r\x04")
        assert terminal.answer(80).endswith("typed\ntyped\n")
        terminal.run("COLUMNS=20", 80)
        terminal.child.send("echo " + "y" * 30)
        terminal.child.expect_exact("y" * 6 + "\r\r\n" + "y" * 20 + "\r\r\n" + "y" * 4)
    finally:
        terminal.child.close(force=True)


def test_a_terminal_that_does_not_answer_is_asked_once(console):
    """It is taken for one of 80 columns; Ctrl-L asks again."""
    assert QUESTION not in "".join(console.run("echo") for _ in range(3))
    assert console.run("ls -d /dev/null /dev/zero").count("\n") == 1
    console.type("\x0c")
    console.child.expect_exact(QUESTION)
    console.type("\x1b[24;16Rls -d /dev/null /dev/zero\r")
    console.child.expect("/dev/null\r+\n/dev/zero\r+\n")


def test_history(console):
    assert console.run("echo first") == "first\n"
    assert console.run("echo second") == "second\n"
    assert typed(console, UP + UP).endswith("first\n")
    assert typed(console, UP + UP + DOWN).endswith("first\n")
    assert typed(console, "\x12seco").endswith("second\n")  # Ctrl-R
    assert "echo second" in console.run("history")


def test_completion(console):
    assert typed(console, "blockd\t--getss /dev/my_nv\tn\t").endswith("512\n")
    console.run("mkdir -p /tmp/completion/deep; echo found > /tmp/completion/deep/file.txt")
    assert typed(console, "cat /tmp/compl\tde\tfi\t").endswith("found\n")
    for keys, line in [
            ("nvme id-c\t", "nvme id-ctrl "), ("A=1 nvme show-r\t", "nvme show-regs "), ("echo $(nvme io-p\t", "nvme io-passthru "),
            ("nvme io-passthru --dat\t1", "--data-len=1"), ("nvme io-passthru --dr\t", "--dry-run "),
            ("nvme io-passthru -i /dev/nul\t", "-i /dev/null "), ("nvme id-ns \tn\t", "nvme id-ns /dev/my_nvme0n1 "),
            ("nvme id-ns my\tn\t", "nvme id-ns my_nvme0n1 "), ("nvme help sub\t", "nvme help subsystem-reset "),
            ("selftest geo\t", "selftest geometry "), ("selftest -d my\tn\t", "selftest -d my_nvme0n1 "),
            ("selftest across\\ 4\t", "selftest across\\ 4\\ GiB "), ("help bo\t", "help boot "), ("help blockd\t", "help blockdev "),
            ("echo $HO\t", "echo $HOME "), ("echo ${HO\tx", "echo ${HOME} x"), ('echo "${HO\tx', 'echo "${HOME}x'),
            ("dd if=$HO\t", "dd if=$HOME "), ("dd if=/dev/nul\t", "dd if=/dev/null "), ("nvme list > /dev/nul\t", "> /dev/null ")]:
        console.type(keys)
        console.child.expect_exact(line)
        console.type("\x15")
        console.run("")
    for keys, names in [("nvme id-n\t\t", ["id-ns", "id-nvmset"]), ("selftest \t\t", ["geometry", "queue"]), ("nvme list-ns --\t\t", ["--help"])]:
        console.type(keys)
        for name in names:
            console.child.expect_exact(name)
        console.type("\x15")
        console.run("")
    console.type("sha\t\t")
    console.child.expect_exact("sha256sum")
    console.type("\x15")
    console.run("")


def test_interrupt_ends_the_command_line(console):
    for line in ["sleep 1000; echo not reached", "cat /dev/zero > /dev/null; echo not reached",
                 "while :; do :; done; echo not reached", "cat; echo not reached", "cat /dev/zero | wc -c"]:
        console.child.sendline(line)
        console.child.expect_exact("\n")
        time.sleep(0.2)
        console.type("\x03")
        assert "not reached" not in console.wait_prompt()
        assert console.status() == 130


@pytest.mark.parametrize("prepare,line", [
    ("x=$(printf '%01000000d' 1)", "echo ${x##*/}"),
    ("x=$(printf '%01000000d' 1)", "echo ${x%/*}"),
    (":", "sleep 1000 | tee -i copy; echo not reached"),
    (":", "tee -i copy; echo not reached"),
    (":", "yes | tee -i copy > /dev/full; echo not reached"),
    (":", ". /dev/zero; echo not reached"),
])
def test_interrupt_ends_what_could_go_on(console, prepare, line):
    console.run(prepare)
    console.child.sendline(line)
    console.child.expect_exact("\n")
    time.sleep(0.5)
    console.type("\x03")
    assert "not reached" not in console.wait_prompt()
    assert console.status() == 130


def test_interrupted_commands_say_nothing(console):
    """Wherever they are when Ctrl-C comes."""
    for line in ["yes > /dev/null"] * 20 + ["cp /dev/zero /dev/null", "cat /dev/zero > /dev/null", "cp /dev/urandom /dev/null",
                                            "cat /dev/urandom > /dev/null", "seq 100000000000 > /dev/null"] * 4:
        console.child.sendline(line)
        console.child.expect_exact("\n")
        time.sleep(0.05)
        console.type("\x03")
        assert console.wait_prompt().replace("^C", "").strip() == "", line
        assert console.status() == 130, line


def test_interrupted_selftest_only_puts_back(tmp_path):
    """On a back end so slow that the case as a whole takes more than a minute."""
    disk = make_disk(tmp_path / "disk.img", MIB, bytes(range(256)) * (MIB // 256))
    with Console("--disk", "none", "--", "-drive", f"file={disk},if=none,id=slow,format=raw,throttling.bps-total=16384",
                 "-device", "nvme,drive=slow,serial=slow") as console:
        console.child.sendline("selftest '1 to 33 blocks'")
        console.child.expect_exact("\n")
        time.sleep(2)
        began = time.monotonic()
        console.type("\x03")
        console.wait_prompt()
        assert time.monotonic() - began < 30
        assert console.status() == 130
        assert console.poweroff() == 0
    with open(disk, "rb") as image:
        assert image.read() == bytes(range(256)) * (MIB // 256)


def test_tee_i_writes_what_comes_before_the_end(console):
    """After Ctrl-C what the others of the pipeline still have to say arrives."""
    console.child.sendline("dd of=/dev/null 2>&1 | tee -i statistics")
    console.child.expect_exact("\n")
    time.sleep(0.5)
    console.type("\x03")
    console.wait_prompt()
    assert "records in\n" in console.run("cat statistics")


def test_prompts_are_expanded(console):
    console.type("cd /tmp; n=5; PS1='$PWD:$((n+1))$(echo '!')my_nvme# ' PS2='${n}my_nvme# '\r")
    console.child.expect_exact("/tmp:6!my_nvme# ")
    console.type("echo 'a\r")
    console.child.expect_exact("5my_nvme# ")
    console.type("b'\r")
    console.child.expect("a\r*\nb\r*\n")
    console.child.expect_exact("/tmp:6!my_nvme# ")
    console.type("PS1='${wrong?is wrong}my_nvme# '\r")
    console.child.expect("is wrong\r*\n")
    console.child.expect_exact("${wrong?is wrong}my_nvme# ")


def test_interrupted_dd_says_how_far_it_came(console):
    console.child.sendline("dd if=/dev/zero of=/dev/null bs=1M")
    console.child.expect_exact("\n")
    time.sleep(0.5)
    console.type("\x03")
    text = console.wait_prompt()
    assert "records in\n" in text and "records out\n" in text and " copied, " in text
    assert console.status() == 130


def test_interrupt_clears_the_line(console):
    console.type("echo not reached\x03")
    assert "not reached\n" not in console.wait_prompt()
    assert console.run("echo alive") == "alive\n"


def test_end_of_file_ends_cat(console):
    console.child.sendline("cat > /tmp/typed; wc -c < /tmp/typed")
    console.child.expect_exact("\n")
    console.type("some text\r")
    console.child.expect_exact("\n")
    console.type("\x04")
    assert console.wait_prompt().endswith("10\n")


def test_long_work_shows_progress(console):
    console.child.sendline("sha256sum /dev/zero")
    console.child.expect(r"sha256sum: [^\r\n]*[MG]i?B")
    console.type("\x03")
    console.wait_prompt()
    console.child.sendline("dd if=/dev/zero of=/dev/null bs=1M status=progress")
    console.child.expect(r"\r\d+ bytes \([^)]*\) copied, \d+ s, [^\r]*/s")
    console.type("\x03")
    console.wait_prompt()


def test_progress_is_taken_away_when_the_work_ends(console):
    """However slow the machine is: what stays on the screen is the result, and nothing else."""
    line = "(dd if=/dev/zero bs=1M count=1 status=none; sleep 1.5; echo end) | sha256sum"
    expected = hashlib.sha256(bytes(MIB) + b"end\n").hexdigest()
    console.child.sendline(line)
    console.child.expect(r"\rsha256sum: [^\r\n]*/s\x1b\[K")
    console.wait_prompt()
    assert console.run(line) == f"{expected}  -\n"
    assert console.checksum(line) == expected


def test_unterminated_quote_continues(console):
    console.type("echo 'one\r")
    console.child.expect_exact("> ")
    console.type("two'\r")
    assert console.wait_prompt().endswith("one\ntwo\n")


def test_paste_of_100_kb_arrives_whole(console):
    """A here-document of 100 KB and 1,000 short lines, sent as fast as the line takes it."""
    lines = "".join(f"line {i:06d} of the paste, which is long enough to fill some space {i * 7919 % 100000:05d}\n" for i in range(1450))
    assert len(lines) > 100_000
    console.paste("cat > /tmp/paste <<'END'\r" + lines.replace("\n", "\r") + "END\r")
    console.wait_prompt()
    assert console.run("sha256sum < /tmp/paste").split()[0] == hashlib.sha256(lines.encode()).hexdigest()

    console.paste("".join(f"echo {i} >> /tmp/count\r" for i in range(1000)) + "echo 'all' 'executed'\r")
    console.child.expect_exact("all executed")
    console.wait_prompt()
    assert console.run("wc -l < /tmp/count") == "1000\n"


def test_one_line_of_64_kb(console):
    word = "x" * 65536
    console.paste(f"echo {word} | wc -c\r")
    assert console.wait_prompt().endswith("65537\n")


def test_help_names_every_command(console):
    text = console.run("help | cat")
    for name in ["dd", "cmp", "lspci", "nvme", "selftest", "cd", "poweroff"]:
        assert f"\n{name} " in "\n" + text or f" {name} " in text
    assert console.run("dd --help").startswith("Usage: dd ")


MARKED = "\x1b[7m"  # what less prompts with


def page(console, keys):
    """What less shows up to its next prompt."""
    console.type(keys)
    console.child.expect_exact(MARKED)
    return clean(console.child.before)


def test_help_is_longer_than_the_screen(console):
    """It stops at the end of each screen; what fits is just printed, and no prompt stays on the screen."""
    first = page(console, "help\r")
    assert first.count("\n") == 24 and "\n. " in first and "\nyes " not in first
    second = page(console, " ")
    assert second.count("\n") == 23
    console.type("q")
    console.wait_prompt()
    assert console.status() == 0
    assert console.run("help true").startswith("Usage: true\n")


def test_less(console):
    console.run("seq 100 > /tmp/n")
    numbers = lambda first, last: "".join(f"{i}\n" for i in range(first, last + 1))
    assert page(console, "less /tmp/n\r").endswith(numbers(1, 23))
    assert page(console, " ").endswith(numbers(24, 46))
    assert page(console, "\r").endswith("47\n")
    assert numbers(2, 24) in page(console, "b")
    assert numbers(50, 72) in page(console, "/^5.$\r")
    assert numbers(51, 73) in page(console, "n")
    assert numbers(50, 72) in page(console, "N")
    page(console, "/nosuch\r")
    console.child.expect_exact("Pattern not found")
    page(console, "/(\r")
    console.child.expect_exact("Unmatched ( or")
    assert numbers(78, 100) in page(console, "G")
    console.child.expect_exact("(END)")
    assert numbers(77, 99) in page(console, "k")
    assert numbers(1, 23) in page(console, "g")
    console.type("q")
    console.wait_prompt()
    assert console.status() == 0
    # A pipe is read as far as it is looked at; Ctrl-C ends it, at the prompt and in a search without end.
    for keys in "\x03", "/x\r":
        page(console, "yes | less\r")
        console.type(keys)
        if keys != "\x03":
            time.sleep(0.3)
            console.type("\x03")
        console.wait_prompt()
        assert console.status() == 130
    # more ends at the end, and with the next file no page is lost.
    console.run("seq 30 > a; seq 31 60 > b")
    assert page(console, "more a b\r").endswith(numbers(1, 23))
    assert numbers(24, 30) + numbers(31, 53) in page(console, " ").replace("--More--", "")
    console.type(" ")
    assert console.wait_prompt().endswith(numbers(54, 60))
    # Long lines are wrapped as the screen has it, control characters shown.
    text = page(console, "printf '%050d\\n\\ta\\001\\n%s' 1 end | COLUMNS=20 LINES=6 less\r")
    assert text.endswith("\n" + "0" * 20 + "\n" + "0" * 20 + "\n" + "0" * 9 + "1\n" + " " * 8 + "a^A\nend\n")
    console.type("q")
    console.wait_prompt()


def test_less_leaves_out_what_cannot_be_read(console):
    """It says so, and no empty screen waits for a key."""
    for command in "less", "more":
        assert console.run(f"{command} /dev; echo $?") == f"{command}: /dev: Is a directory\n1\n"
        assert console.run(f"{command} nosuch /dev /dev/my_nvme0; echo $?") == (
            f"{command}: nosuch: No such file or directory\n{command}: /dev: Is a directory\n"
            f"{command}: /dev/my_nvme0: Invalid argument\n1\n")
        assert console.run(f"{command} < /dev; echo $?") == f"{command}: -: Is a directory\n1\n"
        assert console.run(f"{command} - <&-; echo $?") == f"{command}: -: Bad file descriptor\n1\n"
    console.run("seq 3 > /tmp/n")
    text = page(console, "less /tmp/n nosuch /dev\r")
    assert text.endswith("less: nosuch: No such file or directory\nless: /dev: Is a directory\n1\n2\n3\n")
    console.child.expect_exact("(END)\x1b[0m")  # nothing follows
    console.type("q")
    console.wait_prompt()
    assert console.status() == 1


def test_less_copies_where_nobody_looks(console):
    assert console.run("seq 3 | less | cat; seq 2 > f; more f > g; cat g; less -F f; less nosuch; echo $?") == \
        "1\n2\n3\n1\n2\n1\n2\nless: nosuch: No such file or directory\n1\n"
    assert console.run("less; echo $?") == 'less: missing filename ("less --help" for help)\n1\n'


def test_script_output_has_no_carriage_returns(tmp_path):
    result = run_script(tmp_path, "printf 'a\\nb\\n'\n", "--disk", "none")
    assert result.stdout.endswith("a\nb\n") and "\r" not in result.stdout


def test_input_piped_ahead_of_the_prompt_arrives():
    """What stands in the pipe before the machine has started, and no byte after it."""
    result = subprocess.run([RUN_QEMU, "--disk", "none", "--timeout", str(TIMEOUT)], input="echo hello\npoweroff 5\n",
                            capture_output=True, encoding="latin-1")
    assert result.returncode == 5
    assert "\nhello\n" in clean(result.stdout)


def test_cd_leads_out_of_a_removed_directory(console):
    console.run("mkdir -p /tmp/x/y; cd /tmp/x/y; rm -r /tmp/x")
    assert console.run("cd ../..; pwd") == "/tmp\n"
