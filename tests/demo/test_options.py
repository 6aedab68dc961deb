"""Test the defaults and the errors of the command line."""

from pathlib import Path

import pytest

from tests.demo.options import parse
from tests.simulator import Board
from tests.simulator.shipped import create_bmc


def test_options_default_to_the_first_board_and_port_8123() -> None:
    """Choose a board and Home Assistant's usual port without arguments."""
    options = parse([])
    assert options.board is not None
    assert options.board.name == Board.names()[0]
    assert options.port == 8123


def test_board_of_gen14_is_shipped() -> None:
    """Find the board by its name, though it is no recorded one."""
    board = parse(["--board", "gen14"]).board
    assert board is not None
    assert board.name == "gen14"
    assert create_bmc(board).expand == "bmcweb"


def test_check_uses_any_free_port_by_default() -> None:
    """Allow several checks to run at once, and beside a demo."""
    assert parse(["--check"]).port is None
    assert parse(["--check", "--port", "8124"]).port == 8124


def test_password_of_a_real_bmc_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Keep the password out of the shell's history."""
    monkeypatch.setenv("SUPERMICRO_PASSWORD", "from environment")
    assert parse(["--host", "bmc"]).password == "from environment"


def test_password_of_a_real_bmc_comes_from_a_prompt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ask for the password on a terminal."""
    monkeypatch.delenv("SUPERMICRO_PASSWORD", raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("tests.demo.options.getpass", lambda prompt: f"for {prompt}")
    assert parse(["--host", "bmc"]).password == "for Password of bmc: "


def test_user_has_a_random_password_with_a_real_bmc(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Keep other users of the machine from controlling a real server."""
    assert parse([]).owner_password == "demo"
    monkeypatch.setenv("SUPERMICRO_PASSWORD", "from environment")
    passwords = {parse(["--host", "bmc"]).owner_password for _ in range(3)}
    assert len(passwords) == 3
    assert min(map(len, passwords)) >= 20


@pytest.mark.parametrize("spelling", ["ab" * 32, "AB:" * 31 + "AB"])
def test_fingerprint_is_accepted_in_every_spelling(
    spelling: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Accept upper case and colons, as browsers show the fingerprint."""
    monkeypatch.setenv("SUPERMICRO_PASSWORD", "from environment")
    options = parse(["--host", "bmc", "--fingerprint", spelling])
    assert options.fingerprint == "ab" * 32


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--board", "x99"], "no board 'x99'"),
        (["--board", str(Path(__file__).parent)], "no board"),
        (["--board", __file__], "holds no diagnostics of a server"),
        (["--home-assistant", "latest"], "'latest' is not a release such as 2026.11.0"),
        (["--port", "0"], "'0' is not a number from 1 to 65535"),
        (["--port", "x"], "'x' is not a number"),
        (["--username", "root"], "require --host"),
        (["--host", "bmc", "--board", "x12"], "not allowed with"),
        (["--host", "bmc"], "requires a password"),
        (["--host", "bmc", "--password", "x"], "unrecognized arguments"),
        (["--fingerprint", "ab" * 32], "require --host"),
        (["--host", "bmc", "--fingerprint", "abc"], "is not a SHA-256 fingerprint"),
    ],
)
def test_invalid_arguments_exit_with_a_one_line_message(
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Return the exit code of a usage error."""
    monkeypatch.delenv("SUPERMICRO_PASSWORD", raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    with pytest.raises(SystemExit) as caught:
        parse(arguments)
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
