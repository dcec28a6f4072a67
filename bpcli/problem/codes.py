"""Every code a diagnostic of a problem file can have, with what it means in one line."""

from __future__ import annotations

from types import MappingProxyType

CODES = MappingProxyType(
    {
        # the file as bytes and text
        "file-too-large": "The file is larger than what is read.",
        "not-text": "The file is something else than text: a PDF, an image, an archive.",
        "encoding": "The file is not UTF-8. Editors offer the encoding when a file is saved.",
        "byte-order-mark": "An invisible byte order mark (U+FEFF) stands elsewhere than at the start of the file.",
        "control-character": "There is an invisible control character in the file.",
        "line-separator": "A character separates lines for some readers and not for others (U+0085, U+2028, U+2029).",
        # the file as YAML
        "empty-file": "The file has no content.",
        "not-a-mapping": "The file is a list or a text, where `key: value` lines are expected.",
        "yaml-syntax": "The file is not YAML at this place.",
        "indentation": "The indentation of a line does not fit, or is made of something else than spaces.",
        "tab": "A tab stands where YAML wants spaces.",
        "missing-space": "A key needs `:` and a space after it.",
        "unclosed-quote": "A quote is opened and never closed.",
        "unclosed-bracket": "A bracket is opened and never closed.",
        "bad-escape": "An escape in double quotes means nothing, or makes a character that cannot be printed.",
        "reserved-character": "A value starts with a character that YAML reserves: put it in quotes.",
        "multiple-documents": "A file holds one document, and a second one starts.",
        "directive": "Lines that start with `%` are YAML directives, which are not read.",
        "tag": "YAML tags (`!…`) are not read.",
        "anchor": "YAML anchors and aliases (`&…`, `*…`) are not read: a file could grow without bounds.",
        "merge-key": "YAML merge keys (`<<`) are not read.",
        "duplicate-key": "A key stands twice in one mapping; YAML readers differ in which one they take.",
        "bad-key": "A key is not a piece of text.",
        "too-deep": "Lists and mappings are nested too deeply.",
        "too-many-nodes": "The file has more values than are read.",
        "too-many-errors": "So much is wrong that the rest of the file was not read.",
        # keys and values
        "unknown-key": "A key is not one of those that may stand here.",
        "missing-key": "A key that is needed is not there.",
        "missing-value": "A value is not there.",
        "conflict": "Two things exclude each other.",
        "unknown-block": "A layer is a kind of block that is not there.",
        "wrong-type": "A value has another form than the one expected: a list for a number, a word for `true`.",
        "unknown-choice": "A word is not one of those that may stand here.",
        "text-too-long": "A text is longer than what fits.",
        "not-a-number": "A text is not a number: numbers are decimals (`0.5`, `1e-3`) or fractions (`1/3`) in ASCII.",
        "out-of-range": "A number is too large, too small, or not allowed here.",
        # networks
        "shape": "The size of an array does not fit where it is used.",
        "ragged": "The rows of a matrix have different lengths.",
        "class-index": "A class is not a whole number from 0 to the number of outputs, exclusive.",
        "unknown-activation": "An activation has a name that is not known.",
        "unknown-loss": "A loss has a name that is not known.",
        "unknown-optimizer": "An optimizer has a name that is not known.",
        "unknown-preset": "A preset of symbols has a name that is not known.",
        "unknown-parameter": "A parameter does not belong to this activation, loss or optimizer.",
        # data files
        "data-path": "A data file stands in the folder of the problem, or below it.",
        "data-file": "A data file cannot be read.",
        "csv-syntax": "A data file is not CSV: rows of values, separated by commas.",
        "missing-header": "The first row of a data file names its columns.",
        "unknown-column": "A column has a name that the data file does not have.",
        # formulas and graphs
        "formula-syntax": "A text is not a formula.",
        "missing-operator": "Two values stand side by side; products are written with `*`.",
        "formula-too-long": "A formula is longer than what is read: break it into steps.",
        "formula-too-deep": "A formula is nested too deeply: break it into steps.",
        "bad-index": "An index is one or two whole numbers, counted from 1: `v[1]`, `M[1,2]`.",
        "bad-name": "A name has letters, digits and `_`, and starts with a letter or `_`.",
        "unknown-name": "A formula uses a name that is not defined.",
        "unknown-function": "A formula calls a function that is not known.",
        "argument-count": "A function is called with too many or too few arguments.",
        "used-before-definition": "A formula uses a name that is defined further down, or its own.",
        "function-as-name": "A formula uses a function without its arguments.",
        "duplicate-name": "A name is given twice.",
        "reserved-name": "A name is taken by a function or an activation.",
    }
)
