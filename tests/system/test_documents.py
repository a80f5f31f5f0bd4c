"""The documents and the program's own help tell the same."""

import os
import re
import subprocess

from machine import ROOT

SHELL = os.environ.get("HOST_SHELL_PROGRAM") or os.path.join(ROOT, "build", "host", "shell")


def printed(command):
    return subprocess.run([SHELL, "-c", command], capture_output=True, check=True, encoding="utf-8").stdout


def documented_words():
    """docs/boot.md's table: word -> values, default, and what it does, without markup."""
    with open(os.path.join(ROOT, "docs", "boot.md"), encoding="utf-8") as file:
        section = file.read().split("## The kernel command line\n")[1].split("\n## ")[0]
    words = {}
    for row in re.findall(r"^\| (`.*) \|$", section, re.M):
        row = re.sub(r"; see \[.*?\]\(.*?\)", "", row.replace("`", "").replace("\u00b5", "u"))
        name, values, default, text = (cell.strip() for cell in row.split("|"))
        words[name] = values, default, text
    return words


def test_words_of_the_kernel_command_line():
    """`help boot` and docs/boot.md: the same words in the same order, with the same ranges and defaults."""
    words = {}
    for line, text in re.findall(r"^  (\S.*)\n      (\S.*)$", printed("help boot"), re.M):
        name, values, default = re.fullmatch(r"([\w.]+=?)(.*?)(?: \(default: (.*)\))?", line).groups()
        words[name] = values, default or "", text
    assert len(words) > 15
    assert list(words) == list(documented_words())
    assert words == documented_words()


def test_the_program_without_the_driver():
    """docs/driver.md shows the program that tests/unit runs, word for word."""
    with open(os.path.join(ROOT, "tests", "unit", "nvme_transport_test.c"), encoding="utf-8") as file:
        program = file.read()
    with open(os.path.join(ROOT, "docs", "driver.md"), encoding="utf-8") as file:
        section = file.read().split("## Without the driver\n")[1].split("\n## ")[0]
    assert re.search(r"^```c\n(.*?)^```$", section, re.M | re.S).group(1) == program
