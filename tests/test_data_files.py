"""Data files: what is read from CSV, what is refused, and where; weights that are drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from bpcli import ProblemError, load_problem, parse_problem, solve
from bpcli.problem.shipped import shipped_names, shipped_path

LAYERS = """
  layers:
    - {weights: {shape: [3, 2], seed: 1}, bias: {value: 0}, activation: tanh}
    - {weights: {shape: [2, 3], seed: 1}, bias: {value: 0}, activation: softmax}
  loss: cross_entropy
"""
FLOWERS = "a,b,kind\n1,2,x\n3.5,4,y\n5,6,x\n0.25,1/3,y\n9,9,x\n"


def problem_with(
    folder: Path, data: str, csv: str | bytes = FLOWERS, layers: str = LAYERS, name: str = "d.csv"
) -> Path:
    content = csv.encode() if isinstance(csv, str) else csv
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    path = folder / "p.yaml"
    path.write_text(f"title: t\nnetwork:\n  data: {data}{layers}", encoding="utf-8")
    return path


def codes(path: Path) -> list[str]:
    with pytest.raises(ProblemError) as caught:
        load_problem(path)
    return [item.code for item in caught.value.diagnostics]


def test_short_form_takes_the_last_column_as_target(tmp_path: Path) -> None:
    """All columns but the last are inputs; a column of texts has its classes in alphabetical order."""
    data = load_problem(problem_with(tmp_path, "d.csv")).network.data
    assert (data.inputs, data.targets, data.classes, data.rows) == (("a", "b"), ("kind",), ("x", "y"), 5)
    assert data.input_values.tolist()[:4] == [1.0, 2.0, 3.5, 4.0]
    assert data.target_values.tolist() == [0.0, 1.0, 0.0, 1.0, 0.0]


def test_columns_and_classes_by_name(tmp_path: Path) -> None:
    """Columns are chosen, and put in order, by name; so are the classes."""
    spec = "{file: d.csv, inputs: [b, a], targets: kind, classes: [y, x], worked_rows: 2}"
    problem = load_problem(problem_with(tmp_path, spec))
    data = problem.network.data
    assert data.input_values.tolist()[:2] == [2.0, 1.0]
    assert data.target_values.tolist()[:2] == [1.0, 0.0]
    solution = solve(problem)
    assert solution["x"] == [[2.0, 4.0], [1.0, 3.5]]
    assert solution["t"] == [[0.0, 1.0], [1.0, 0.0]]


def test_worked_rows_keep_their_texts(tmp_path: Path) -> None:
    """A fraction in the data is printed as a fraction."""
    solution = solve(load_problem(problem_with(tmp_path, "d.csv")))
    assert solution.texts["x"][1][3] == "1/3"
    assert len(solution["x"][0]) == 4


def test_integer_classes_and_numeric_targets(tmp_path: Path) -> None:
    """Whole numbers are classes where the loss is cross-entropy; several columns are outputs."""
    csv = "a,b,k,l\n1,2,0,0.5\n3,4,1,0.25\n"
    one = load_problem(problem_with(tmp_path, "{file: d.csv, inputs: [a, b], targets: k}", csv)).network
    assert one.class_targets
    layers = LAYERS.replace("softmax", "identity").replace("cross_entropy", "squared_error")
    two = load_problem(problem_with(tmp_path, "{file: d.csv, inputs: [a, b], targets: [k, l]}", csv, layers)).network
    assert not two.class_targets
    assert two.target.values == ((0.0, 0.5), (1.0, 0.25))


def test_two_classes_for_one_output(tmp_path: Path) -> None:
    """With a single output the two classes are the targets 0 and 1."""
    layers = """
  layers:
    - {weights: {shape: [1, 2]}, activation: sigmoid}
  loss: binary_cross_entropy
"""
    assert load_problem(problem_with(tmp_path, "d.csv", layers=layers)).network.target.values[:2] == ((0.0,), (1.0,))


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../d.csv",
        "x/../d.csv",
        "http://h/d.csv",
        "C:d.csv",
        "a\\\\d.csv",
        "~/d.csv",
        "./d.csv",
        "x//d.csv",
    ],
)
def test_only_files_beside_the_problem_are_named(tmp_path: Path, name: str) -> None:
    """No absolute path, no way up, no address."""
    assert codes(problem_with(tmp_path, f'"{name}"')) == ["data-path"]


def test_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    """A link in the folder does not open the rest of the machine."""
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.csv").write_text(FLOWERS)
    path = problem_with(inside, "link.csv")
    (inside / "link.csv").symlink_to(tmp_path / "secret.csv")
    assert codes(path) == ["data-path"]


def test_folder_below_the_problem(tmp_path: Path) -> None:
    """A data file may stand in a folder of the problem's folder."""
    assert load_problem(problem_with(tmp_path, "data/d.csv", name="data/d.csv")).network.data.rows == 5


def test_text_without_a_folder_has_no_data_file() -> None:
    """A problem from standard input cannot name a file."""
    with pytest.raises(ProblemError, match="only a problem that is a file"):
        parse_problem(f"network:\n  data: d.csv{LAYERS}")


@pytest.mark.parametrize(
    ("csv", "code", "place"),
    [
        ("a,b,kind\n1,q,x\n", "not-a-number", (2, 3)),
        ('a,b,kind\n"1,5",2,x\n3,4,y\n', "not-a-number", (2, 1)),
        ("a,b,kind\n1,,x\n3,4,y\n", "not-a-number", (2, 3)),
        ("a,b,kind\n1,nan,x\n3,4,y\n", "not-a-number", (2, 3)),
        ("a,b,kind\n1,1e999,x\n3,4,y\n", "out-of-range", (2, 3)),
        ("a,b,kind\n1,2\n", "ragged", (2, 1)),
        ("1,2,3\n4,5,6\n", "missing-header", (1, 1)),
        ("a;b;kind\n1;2;x\n", "csv-syntax", (1, 1)),
        ('a,b,kind\n1,"2,x\n', "csv-syntax", (2, 1)),
        ("a,a,kind\n1,2,x\n", "duplicate-name", (1, 1)),
        ("a,b,kind\n", "shape", None),
        ("", "empty-file", None),
        (b"a,b,kind\n1,\xff,x\n", "encoding", (2, 3)),
        ("a,b,kind\n1,2\x00,x\n", "control-character", (2, 4)),
    ],
)
def test_faults_of_a_data_file_have_their_places(
    tmp_path: Path, csv: str | bytes, code: str, place: tuple[int, int] | None
) -> None:
    """Row and column of what is wrong, in the data file's own name."""
    with pytest.raises(ProblemError) as caught:
        load_problem(problem_with(tmp_path, "d.csv", csv))
    first = caught.value.diagnostics[0]
    assert first.code == code
    assert Path(caught.value.path).name == "d.csv"
    assert (first.span and (first.span.line, first.span.column)) == place


@pytest.mark.parametrize(
    ("data", "csv", "expected"),
    [
        ("{file: d.csv, inputs: [a, c]}", FLOWERS, "unknown-column"),
        ("{file: d.csv, inputs: [a, a]}", FLOWERS, "duplicate-name"),
        ("{file: d.csv, classes: [x, x]}", FLOWERS, "duplicate-name"),
        ("{file: d.csv, classes: [x, z]}", FLOWERS, "class-index"),
        ("{file: missing.csv}", FLOWERS, "data-file"),
        ("{file: d.csv}", "a,b,kind\n1,2,x\n1,2,y\n1,2,z\n", "shape"),
        ("{file: d.csv}", "a,b,k\n1,2,0\n1,2,7\n", "class-index"),
        ("{file: d.csv}", "a,b,c,kind\n1,2,3,x\n1,2,3,y\n", "shape"),
        ("{inputs: a}", FLOWERS, "missing-key"),
        ("{file: d.csv, targets: z}", FLOWERS, "unknown-column"),
        ("{file: d.csv, inputs: [[a], b]}", FLOWERS, "wrong-type"),
        ("{file: d.csv, targets: [a, b, kind]}", FLOWERS, "shape"),
        ("{file: d.csv, classes: [[x], y]}", FLOWERS, "wrong-type"),
        ("{file: d.csv, targets: [b, kind], classes: [x, y]}", FLOWERS, "conflict"),
        ("{file: d.csv, targets: [c, d, e]}", "a,b,c,d,e\n1,2,3,4,5\n", "shape"),
    ],
)
def test_what_does_not_fit_the_problem(tmp_path: Path, data: str, csv: str, expected: str) -> None:
    """Columns, classes and widths that do not go together."""
    assert expected in codes(problem_with(tmp_path, data, csv))


def test_one_column_of_numbers_for_several_outputs(tmp_path: Path) -> None:
    """Outputs without classes need a column each."""
    layers = LAYERS.replace("softmax", "identity").replace("cross_entropy", "squared_error")
    with pytest.raises(ProblemError, match="one target column, but the last layer has 2 units"):
        load_problem(problem_with(tmp_path, "d.csv", "a,b,c\n1,2,0\n3,4,1\n", layers))


def test_mistakes_of_the_layers_are_told_without_those_of_the_targets(tmp_path: Path) -> None:
    """How many outputs there are is not known when the last layer is wrong."""
    layers = "\n  layers: [{weights: [[1, 2], [3]]}]\n  loss: cross_entropy\n"
    assert codes(problem_with(tmp_path, "d.csv", layers=layers)) == ["ragged"]


def test_very_wide_files_are_refused(tmp_path: Path) -> None:
    """So many columns are a file of another kind."""
    names = ",".join(f"c{index}" for index in range(10_001))
    with pytest.raises(ProblemError, match="10001 columns"):
        load_problem(problem_with(tmp_path, "d.csv", names + "\n"))


def test_very_many_different_numbers(tmp_path: Path) -> None:
    """Each is read as it is written."""
    rows = "\n".join(f"{number},0.5,{'xy'[number % 2]}" for number in range(100_010))
    data = load_problem(problem_with(tmp_path, "d.csv", f"a,b,kind\n{rows}\n")).network.data
    assert data.input_values.tolist()[::2] == list(range(100_010))


def test_place_after_a_cell_of_two_lines(tmp_path: Path) -> None:
    """A cell that stands on no line of its own is told with the line on which its row starts."""
    with pytest.raises(ProblemError) as caught:
        load_problem(problem_with(tmp_path, "d.csv", 'a,b,kind\n"1\n2",q,x\n3,4,y\n'))
    assert [item.span[:2] for item in caught.value.diagnostics] == [(2, 1), (2, 1)]


def test_link_that_leads_to_itself_is_refused(tmp_path: Path) -> None:
    """There is no file at its end."""
    path = problem_with(tmp_path, "loop.csv")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    assert codes(path) == ["data-file"]


def test_data_excludes_inputs(tmp_path: Path) -> None:
    """The numbers are in one place."""
    path = problem_with(tmp_path, "d.csv", layers="\n  inputs: [[1, 2]]" + LAYERS)
    assert codes(path) == ["conflict"]


def test_byte_order_mark_and_line_ends_of_a_spreadsheet(tmp_path: Path) -> None:
    """What a spreadsheet saves is read."""
    csv = b"\xef\xbb\xbf" + FLOWERS.replace("\n", "\r\n").encode() + b"\r\n"
    assert load_problem(problem_with(tmp_path, "d.csv", csv)).network.data.rows == 5


def test_shipped_data_files_are_no_problems() -> None:
    """Only problems are listed, and their data stands beside them."""
    assert "iris" in shipped_names()
    assert shipped_path("iris.csv") is None
    assert shipped_path("iris").with_name("iris.csv").is_file()


# --- weights that are drawn --------------------------------------------------------------------------------------


def layer(text: str):
    problem = parse_problem(f"network:\n  input: [1, 2]\n  layers:\n    - {{weights: {text}, bias: {{value: 0.5}}}}\n")
    return problem.network.layers[0]


def test_drawn_weights_stay_the_same_for_ever() -> None:
    """These numbers are in people's problem files: they must not change."""
    assert layer("{shape: [3, 2], seed: 1}").weights.texts[0] == FIRST_ROW
    assert layer("{shape: [3, 2], seed: 1, scale: glorot}").weights.texts[0] == FIRST_ROW


FIRST_ROW = ("-0.8725", "0.4925")


def test_scales() -> None:
    """Glorot's and He's ranges, or a number's."""
    for scale, reach in (("glorot", (6 / 5) ** 0.5), ("he", 3**0.5), ("0.1", 0.1)):
        values = [v for row in layer(f"{{shape: [3, 2], scale: {scale}}}").weights.values for v in row]
        assert max(map(abs, values)) <= reach + 5e-5
        assert max(map(abs, values)) > reach / 10


def test_bias_of_one_value_is_a_parameter_per_unit() -> None:
    """`{value: 0.5}` is not a shared bias."""
    assert layer("{shape: [3, 2]}").bias.shape == (3,)


@pytest.mark.parametrize(
    "text",
    [
        "{shape: [3]}",
        "{shape: [0, 2]}",
        "{shape: [3, 2], scale: xavier}",
        "{shape: [3, 2], scale: -1}",
        "{seed: 1}",
        "{shape: [99999, 99999]}",
        "{shape: [3, 2], seed: -1}",
    ],
)
def test_descriptions_that_are_refused(text: str) -> None:
    """Shapes, seeds and scales out of range."""
    with pytest.raises(ProblemError):
        layer(text)
