"""What reaches the terminal, and how Ctrl-C is taken."""

import json
import logging
import os
import signal
import sys
import warnings

import pytest

from pie_desktop.commands import console
from pie_desktop.commands.console import interruptible, only_own_lines, say_problem


def test_only_own_lines_reach_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    with only_own_lines():
        os.write(2, b"a codec in C\n")
        warnings.warn("a codec in Python", stacklevel=1)
        logging.getLogger("codec").error("a log line")
        say_problem("a.jpg is\ndamaged.")
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "a.jpg is\\ndamaged.\nafterwards\n"


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to oneself there")
def test_the_first_interrupt_asks_and_the_second_insists() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interruptible() as should_cancel:
        assert not should_cancel()
        os.kill(os.getpid(), signal.SIGINT)
        assert should_cancel()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


HOSTILE_NAME = "a\x1b]0;owned\x07\x1b[2J\nb\x9b1m\u202egpj.exe\u2028"


def test_commands_in_file_names_reach_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    console.say(HOSTILE_NAME)
    console.say_problem(HOSTILE_NAME)
    console.print_json({"source": HOSTILE_NAME})
    told = capsys.readouterr()
    for text in (told.out, told.err):
        assert not {*text} & {*"\x1b\x07\x9b\u202e\u2028"}
    assert told.err == "a\\x1b]0;owned\\x07\\x1b[2J\\nb\\x9b1m\\u202egpj.exe\\u2028\n"
    assert told.out.startswith(told.err)
    assert json.loads(told.out.removeprefix(told.err)) == {"source": HOSTILE_NAME}
    console.say("Ünïcödé – 写真 “x” 👩‍🚀")
    assert capsys.readouterr().out == "Ünïcödé – 写真 “x” 👩‍🚀\n"
