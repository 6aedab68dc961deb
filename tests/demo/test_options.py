"""The command line is refused in one line, and filled up with defaults."""

from pathlib import Path

import pytest

from tests.demo.options import parse
from tests.simulator import Board


def test_the_first_shipped_board_is_shown_where_browsers_expect_it() -> None:
    """Without options there is nothing to decide."""
    options = parse([])
    assert options.board is not None
    assert options.board.name == Board.names()[0]
    assert options.port == 8123


def test_a_check_takes_any_port_unless_told_which() -> None:
    """Two checks can run at once, and beside a demo."""
    assert parse(["--check"]).port is None
    assert parse(["--check", "--port", "8124"]).port == 8124


def test_a_real_bmc_takes_its_password_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So that it need not be in the shell's history."""
    monkeypatch.setenv("SUPERMICRO_PASSWORD", "from there")
    assert parse(["--host", "bmc"]).password == "from there"
    assert parse(["--host", "bmc", "--password", "x"]).password == "x"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--board", "x99"], "no board 'x99'"),
        (["--board", str(Path(__file__).parent)], "no board"),
        (["--board", __file__], "holds no diagnostics of a server"),
        (["--home-assistant", "latest"], "'latest' is no release such as 2026.11.0"),
        (["--port", "0"], "'0' is no number from 1 to 65535"),
        (["--port", "x"], "'x' is no number"),
        (["--username", "root"], "go with --host"),
        (["--host", "bmc", "--board", "x12"], "not allowed with"),
        (["--host", "bmc"], "needs a password"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The exit code is that of a wrong command line."""
    monkeypatch.delenv("SUPERMICRO_PASSWORD", raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    with pytest.raises(SystemExit) as caught:
        parse(arguments)
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
