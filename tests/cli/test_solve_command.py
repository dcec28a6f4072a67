"""`bpcli solve` and its options, as a user meets them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROBLEM = """\
title: A sum and a product
graph:
  inputs: {x: -2, y: 5, z: -4}
  define: {q: x + y, f: q * z}
"""


def test_alone_it_prints_a_guide(bpcli):
    """`bpcli` without arguments shows what to try first, and every command it shows works."""
    done = bpcli()
    assert done.returncode == 0
    assert "bpcli solve lez5" in done.stdout
    for line in done.stdout.splitlines():
        if line.startswith("  bpcli solve lez5"):
            command = line.split("   ")[0].split()[1:]
            assert bpcli(*command).returncode == 0, line


def test_shipped_problems_are_listed(bpcli):
    """Every shipped problem below its folder, in 80 columns, with its title, kind, size and level."""
    lines = bpcli("problems").stdout.splitlines()
    assert len(lines) >= 65
    assert max(map(len, lines)) <= 80
    words = [line.split() for line in lines]
    at = next(i for i, row in enumerate(words) if row[:1] == ["lez5"])
    assert words[at][1:3] == ["A", "2-2-2"]
    assert words[at][-3:] == ["network", "12", "introductory"]
    assert [row for row in words[:at] if row and row[0].endswith("/")][-1] == ["basics/"]


def test_the_list_of_shipped_problems_needs_no_numbers(bpcli):
    """It is read from the files: nothing that computes is loaded for it."""
    code = (
        "import sys, io; from bpcli.cli.entry import run; "
        "out, sys.stdout = sys.stdout, io.StringIO(); code = run(['problems']); "
        "sys.exit(code or ('numpy' in sys.modules) * 9)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("source", ["file", "stdin", "name"])
def test_a_problem_may_be_a_file_standard_input_or_a_name(bpcli, tmp_path, source):
    """A path, `-`, or the name of a shipped problem."""
    path = tmp_path / "mine.yaml"
    path.write_text(PROBLEM, encoding="utf-8")
    if source == "stdin":
        done = bpcli("solve", "-", input=PROBLEM)
    else:
        done = bpcli("solve", str(path) if source == "file" else "cs231n-add-mul")
    assert done.returncode == 0, done.stderr
    assert "∂f/∂x" in done.stdout


def test_json_has_every_quantity(bpcli):
    """The JSON of the contract, on standard output and nothing else."""
    data = json.loads(bpcli("solve", "lez5", "--format", "json").stdout)
    assert data["format"] == "bpcli/solution"
    assert data["values"]["h2"] == data["values"]["y"]
    assert data["values"]["dL/dh2"] == data["values"]["dL/dy"]
    first = data["steps"][0]
    assert (first["id"], first["phase"], first["rule"]) == ("a1", "forward", "affine")
    assert first["inputs"] == ["W1", "x", "b1"]
    assert first["printed"] == ["0.4450", "0.5050"]
    assert first["formula"]["text"] == "W⁽¹⁾ x + b⁽¹⁾"
    assert not any(name.startswith("terms(") for name in data["values"])


def test_json_of_full_detail_has_the_terms(bpcli):
    """`--detail full` adds the summands of every sum."""
    values = json.loads(bpcli("solve", "lez5", "--format", "json", "--detail", "full").stdout)["values"]
    assert values["terms(a1)"][1] == pytest.approx([0.25 * 0.5, 0.30 * 0.1])
    assert sum(values["terms(L)"]) == pytest.approx(values["L"])


def test_later_updates_in_json(bpcli):
    """Parameters, prediction and loss after every update; anything else on request."""
    values = json.loads(bpcli("solve", "lecture11", "--format", "json").stdout)["values"]
    assert values["L@20"] == pytest.approx(0.367, abs=5e-4)
    assert values["y@300"] == pytest.approx([0.966, 0.041], abs=5e-4)
    assert values["W1@1"] == values["W1_new"]
    asked = json.loads(bpcli("solve", "lecture11", "--format", "json", "--only", "a1@20").stdout)["values"]
    assert len(asked["a1@20"]) == 2


def test_only_tells_a_quantity_and_what_it_needs(bpcli):
    """`--only` leaves out what the quantity does not depend on."""
    out = bpcli("solve", "lez5", "--only", "dL/dW2").stdout
    assert "∂L/∂W⁽²⁾ =" in out
    assert "a⁽¹⁾ = W⁽¹⁾ x" in out
    assert "∂L/∂W⁽¹⁾" not in out


def test_only_takes_several_ids(bpcli):
    """Separated by commas or spaces, or given again; commas between brackets belong to the id."""
    out = bpcli("solve", "lez5", "--only", "a1, W1[1,2]", "--only", "h1").stdout
    assert "W1[1,2]" in out
    assert "h⁽¹⁾ = σ" in out


def test_phase_limits_the_lesson(bpcli):
    """`--phase` tells one phase."""
    out = bpcli("solve", "mazur", "--phase", "backward").stdout
    assert "Backward pass" in out
    assert "Forward pass" not in out
    assert "Update" not in out


def test_digits(bpcli):
    """`--decimals` and `--significant` set the digits of computed numbers; given ones stay as given."""
    assert "0.60944978" in bpcli("solve", "lez5", "--decimals", "8").stdout
    out = bpcli("solve", "lez5", "--significant", "3").stdout
    assert "0.609" in out
    assert "0.6094" not in out
    assert "0.15 0.20" in out


def test_rounding_each_step(bpcli):
    """`--rounding each-step` goes on with the numbers that are printed."""
    values = json.loads(
        bpcli("solve", "lez5", "--format", "json", "--decimals", "2", "--rounding", "each-step").stdout
    )["values"]
    assert values["h1"] == [0.61, 0.62]
    assert values["a2"] == [1.12, 1.25]  # 0.40·0.61 + 0.45·0.62 + 0.60 = 1.123, 0.50·0.61 + 0.55·0.62 + 0.60 = 1.246


def test_verify_shows_central_differences(bpcli):
    """`--verify` sets each gradient beside its central difference."""
    out = bpcli("solve", "lez5", "--verify").stdout
    assert "central difference" in out
    assert " digits" in out
    data = json.loads(bpcli("solve", "lez5", "--verify", "--format", "json").stdout)
    assert all(item["agrees"] for item in data["verification"].values())


@pytest.mark.parametrize(("name", "begins"), [("a.md", "# A 2-2-2"), ("a.json", "{"), ("a.txt", "A 2-2-2")])
def test_a_file_is_written_in_the_format_of_its_name(bpcli, tmp_path, name, begins):
    """`-o` chooses the format by the name, writes the file, and prints nothing."""
    path = tmp_path / name
    done = bpcli("solve", "lez5", "-o", str(path))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert path.read_text(encoding="utf-8").startswith(begins)
    assert [item.name for item in tmp_path.iterdir()] == [name]


def test_the_problem_is_not_overwritten(bpcli, tmp_path):
    """Naming the problem itself as the output is refused."""
    path = tmp_path / "mine.md"
    path.write_text(PROBLEM, encoding="utf-8")
    done = bpcli("solve", str(path), "-o", str(path), "--force")
    assert done.returncode == 4
    assert path.read_text(encoding="utf-8") == PROBLEM


@pytest.mark.parametrize("width", [40, 80, 200])
def test_width_is_kept(bpcli, width):
    """No line is longer than `--width`."""
    from bpcli.render.layout import display_width

    out = bpcli("solve", "lez5", "--width", str(width)).stdout
    assert max(map(display_width, out.splitlines())) <= width


def test_ascii(bpcli):
    """`--ascii` prints ASCII, and so does a standard output that carries nothing else."""
    assert bpcli("solve", "lez5", "--ascii").stdout.isascii()
    done = bpcli("solve", "lez5", env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert "sigma" in done.stdout


def test_unknown_names_are_refused_with_the_nearest(bpcli):
    """An id, a problem or an option that does not exist names its neighbours; usage is exit code 2."""
    done = bpcli("solve", "lez5", "--only", "dL/dW9")
    assert done.returncode == 2
    assert "dL/dW2" in done.stderr
    done = bpcli("solve", "lez6")
    assert done.returncode == 4
    assert "lez5" in done.stderr
    assert bpcli("solve", "lez5", "--decimal", "3").returncode == 2
    assert bpcli("solve", "lez5", "--decimals", "3", "--significant", "3").returncode == 2


def test_a_bad_problem_is_refused_with_all_its_errors(bpcli, tmp_path):
    """Every error with file, line and column, on standard error; nothing on standard output; exit code 3."""
    path = tmp_path / "bad.yaml"
    path.write_text(
        "network:\n  input: [1]\n  target: [0]\n  layers:\n"
        "    - {weights: [[1]], activation: sigmod}\n    - {weights: [[1, 2]]}\n  loss: half_squared_error\n",
        encoding="utf-8",
    )
    done = bpcli("solve", str(path))
    assert (done.returncode, done.stdout) == (3, "")
    assert f"{path}:5:36: error[unknown-activation]" in done.stderr
    assert f"{path}:6:17: error[shape]" in done.stderr
    assert "did you mean `sigmoid`?" in done.stderr


def test_overflow_names_the_quantity(bpcli, tmp_path):
    """A value out of range is refused at the formula it comes from."""
    path = tmp_path / "overflow.yaml"
    path.write_text("graph:\n  inputs: {x: 800}\n  define:\n    e: exp(x)\n    f: e * 2\n", encoding="utf-8")
    done = bpcli("solve", str(path))
    assert done.returncode == 3
    assert f"{path}:4:5: error[not-finite]: `e`" in done.stderr


@pytest.mark.parametrize("command", [["--help"], ["solve", "--help"], ["problems", "--help"], ["--version"]])
def test_help_starts_fast(command):
    """Help imports neither numpy, yaml nor rich."""
    script = (
        "import sys\nfrom bpcli.cli.entry import run\n"
        f"assert run({command!r}) == 0\n"
        "print(sorted({'numpy', 'yaml', 'rich'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.stderr.strip() == "[]"
    assert done.stdout


def test_a_lesson_in_a_pipe_imports_no_rich():
    """Without colours there is nothing for rich to do."""
    script = (
        "import sys\nfrom bpcli.cli.entry import run\nassert run(['solve', 'lez5']) == 0\n"
        "print('rich' in sys.modules, file=sys.stderr)"
    )
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    environment.pop("FORCE_COLOR", None)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60, env=environment)
    assert done.stderr.decode().strip() == "False"


@pytest.mark.skipif(os.name != "posix", reason="shell redirections of POSIX")
class TestStandardOutput:
    def shell(self, command: str) -> "subprocess.CompletedProcess[str]":
        script = command.replace("bpcli", f"{sys.executable} -m bpcli")
        return subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=60)

    def test_a_pipe_closed_early_is_quiet(self):
        """`bpcli solve | head -1` ends without a word on standard error."""
        done = self.shell("bpcli solve lecture11 --format json | head -1")
        assert (done.stdout, done.stderr) == ("{\n", "")

    def test_closed_standard_output_is_an_error(self):
        """Output that went nowhere is not success."""
        done = self.shell("bpcli solve lez5 >&-")
        assert done.returncode == 4
        assert "cannot write" in done.stderr
        assert "Traceback" not in done.stderr

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
    def test_full_device_is_an_error(self):
        """A full disk is said in one line."""
        done = self.shell("bpcli solve lez5 > /dev/full")
        assert done.returncode == 4
        assert done.stderr.count("\n") == 1

    def test_an_unwritable_folder_leaves_nothing(self, tmp_path):
        """An output that cannot be written is an error, with no stray file."""
        done = self.shell(f"bpcli solve lez5 -o {tmp_path}/no/such/file.md")
        assert done.returncode == 4
        assert "cannot write" in done.stderr
        assert list(tmp_path.iterdir()) == []
