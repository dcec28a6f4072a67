"""Windows and macOS are where instructors are: nothing that exists on one system only is used without a fallback."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "bpcli").rglob("*.py"))
POSIX_MODULES = {
    *("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "posix", "syslog", "crypt", "spwd", "nis", "curses"),
    *("readline", "winreg", "msvcrt", "winsound", "_winapi"),
}
POSIX_OF_OS = {
    *(
        "fork",
        "forkpty",
        "getuid",
        "geteuid",
        "getgid",
        "setuid",
        "mkfifo",
        "mknod",
        "chroot",
        "chown",
        "lchown",
        "fchown",
    ),
    *("fchmod", "nice", "getpgid", "setsid", "killpg", "wait", "uname", "sysconf", "confstr", "getloadavg", "openpty"),
    *("O_NONBLOCK", "O_CLOEXEC", "O_NOFOLLOW", "O_DIRECTORY", "O_BINARY", "sync", "posix_fadvise", "sched_getaffinity"),
    *("statvfs", "getpriority", "pread", "pwrite", "sendfile", "mkdirat", "register_at_fork", "WNOHANG", "EX_OK"),
}
POSIX_SIGNALS = {
    "SIGKILL",
    "SIGHUP",
    "SIGPIPE",
    "SIGALRM",
    "SIGUSR1",
    "SIGUSR2",
    "SIGCHLD",
    "SIGTSTP",
    "SIGWINCH",
    "alarm",
}
NEVER = {
    *("eval", "exec", "compile", "__import__", "os.system", "os.popen", "os.execv", "os.spawnv", "os.startfile"),
    *("pickle.load", "pickle.loads", "marshal.loads", "shelve.open", "yaml.load", "yaml.full_load", "yaml.unsafe_load"),
    *("yaml.safe_load", "zipfile.ZipFile.extractall", "tarfile.open", "tempfile.mktemp", "numpy.load", "np.load"),
    *("subprocess.run", "subprocess.Popen", "subprocess.call", "socket.socket", "urllib.request.urlopen"),
    *("importlib.metadata.entry_points", "entry_points", "input"),
}


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return f"{dotted(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else ""


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def test_there_is_something_to_look_at() -> None:
    """The scans below see the whole package."""
    assert len(SOURCES) > 100
    assert any(path.name == "entry.py" for path in SOURCES)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_of_one_system_only(path: Path) -> None:
    """No module, function or flag that Windows lacks; where there is a choice, it goes through `getattr`."""
    found = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found += [item.name for item in node.names if item.name.partition(".")[0] in POSIX_MODULES]
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            found += [module] if module.partition(".")[0] in POSIX_MODULES else []
            found += [item.name for item in node.names if module == "os" and item.name in POSIX_OF_OS]
        elif isinstance(node, ast.Attribute):
            owner = dotted(node.value)
            found += [node.attr] if owner == "os" and node.attr in POSIX_OF_OS else []
            found += [node.attr] if owner == "signal" and node.attr in POSIX_SIGNALS else []
    assert found == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_executed_loaded_or_fetched(path: Path) -> None:
    """No call that runs text, unpacks objects, starts programs or opens connections."""
    calls = [dotted(node.func) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]
    assert sorted(NEVER.intersection(calls)) == []


@pytest.mark.parametrize(
    "name",
    [f"grading/{name}" for name in ("grade", "tolerance", "answered", "submission", "own")] + ["classroom/tally"],
)
def test_no_verdict_depends_on_allclose(name: str) -> None:
    """`np.allclose` takes an empty answer for a right one, broadcasts, and takes 0 for 1e-9."""
    text = (ROOT / "bpcli" / f"{name}.py").read_text(encoding="utf-8")
    assert "allclose" not in text
    assert "isclose" not in text


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_text_is_utf_8_whatever_the_system(path: Path) -> None:
    """Files are read and written as bytes, or with their encoding named: Windows has another default."""
    for node in ast.walk(tree_of(path)):
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func)
        named = {item.arg for item in node.keywords}
        modes = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        binary = any("b" in mode for mode in modes)
        if name == "open" or name.endswith((".read_text", ".write_text")):
            assert "encoding" in named or binary, ast.unparse(node)


def test_the_flags_of_opening_are_optional() -> None:
    """Without `O_NONBLOCK` and the others, as on Windows, files are read all the same."""
    script = (
        "import os, sys\n"
        "for name in ('O_NONBLOCK', 'O_CLOEXEC', 'O_NOFOLLOW', 'fork', 'getuid', 'mkfifo', 'umask'):\n"
        "    hasattr(os, name) and name != 'umask' and delattr(os, name)\n"
        "for name in ('fcntl', 'resource', 'termios', 'pwd', 'grp'):\n"
        "    sys.modules[name] = None\n"
        "from bpcli.cli.entry import run\n"
        "codes = [run(['solve', 'lez5']), run(['check', 'lez5', 's.yaml', '--csv', 'g.csv']), run(['mistakes'])]\n"
        "raise SystemExit(0 if codes == [0, 1, 0] else str(codes))\n"
    )
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "s.yaml").write_text("answers: {L: 1}\n", encoding="utf-8")
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run([sys.executable, "-c", script], cwd=folder, env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr[-2000:]


def test_nothing_installed_is_loaded_unasked(tmp_path) -> None:
    """A package that offers itself as a plug-in is not imported, and neither is a module in the working folder."""
    package = tmp_path / "site"
    info = package / "evil-1.dist-info"
    info.mkdir(parents=True)
    (package / "evil.py").write_text(f"open({str(tmp_path / 'pwned')!r}, 'w')\n")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1\n")
    groups = ("bpcli", "bpcli.activations", "bpcli.plugins", "bpcli.functions")
    (info / "entry_points.txt").write_text("".join(f"[{group}]\nevil = evil\n" for group in groups))
    (tmp_path / "s.yaml").write_text("answers: {L: 1}\n")
    for name in ("bpcli_plugin.py", "sitecustomise.py", "conftest.py"):
        (tmp_path / name).write_text(f"open({str(tmp_path / 'pwned')!r}, 'w')\n")
    path = os.pathsep.join([str(ROOT), str(package)])
    for command, code in ((["solve", "lez5"], 0), (["check", "lez5", "s.yaml"], 1)):
        script = f"import sys; from bpcli.cli.entry import run; sys.exit(run({command!r}))"
        environment = {**os.environ, "PYTHONPATH": path}
        done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True)
        assert done.returncode == code, done.stderr
    assert not (tmp_path / "pwned").exists()
