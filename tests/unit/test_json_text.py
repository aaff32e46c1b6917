"""JSON text is changed in place: only the value that is meant, in the style of its neighbours."""

import json

import pytest

from hardware.bench.editing.json_text import append, put, remove

FILE = """{
  "version": 1, "future": [ 1,2 ],
  "parts": [
    { "type": "a", "id": "x", "left": 1.50, "attrs": {} },
    {
      "type": "b",
      "id": "y",
      "top": -3,
      "attrs": { "value": "220", "unknown": null }
    }
  ],
  "connections": []
}
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [("\n", "\n"), ("\n", "\r\n"), ("\n  ", "\n\t"), ('"version"', ' "version"')],
)
def test_a_value_is_replaced_and_the_rest_keeps_its_characters(old: str, new: str) -> None:
    text = FILE.replace(old, new)
    assert put(text, ("parts", 0, "left"), 9.0) == text.replace("1.50", "9")
    assert put(text, ("parts", 1, "attrs", "value"), "4k7") == text.replace("220", "4k7")
    assert put(text, ("future", 1), "ورشة") == text.replace("1,2", '1,"ورشة"')


def test_a_member_that_is_missing_is_added_in_the_style_of_its_object() -> None:
    short = put(FILE, ("parts", 0, "rotate"), 90)
    assert short == FILE.replace('"attrs": {}', '"attrs": {}, "rotate": 90')
    long = put(FILE, ("parts", 1, "left"), 0.25)
    assert long == FILE.replace('": null }', '": null },\n      "left": 0.25')
    empty = put(FILE, ("parts", 0, "attrs", 'a"b'), "")
    assert empty == FILE.replace("{}", '{ "a\\"b": "" }')


def test_elements_are_added_in_the_style_of_their_array() -> None:
    wired = append(FILE, ("connections",), ["x:1", "y:2", "green", []])
    first = '"connections": [\n    [ "x:1", "y:2", "green", [] ]\n  ]'
    assert wired == FILE.replace('"connections": []', first)
    second = append(wired, ("connections",), ["x:2", "y:2", "", []])
    assert second == wired.replace("[] ]\n", '[] ],\n    [ "x:2", "y:2", "", [] ]\n')
    part = append(FILE, ("parts",), {"type": "c", "id": "z", "attrs": {}})
    assert part == FILE.replace(
        "    }\n  ]", '    },\n    { "type": "c", "id": "z", "attrs": {} }\n  ]'
    )
    assert append("[]", (), 1) == "[1]"
    assert append("[[1],[2]]", (), [3]) == "[[1],[2],[ 3 ]]"


def test_what_is_removed_takes_its_comma_with_it() -> None:
    without_first = json.loads(remove(FILE, ("parts", 0)))
    assert [part["id"] for part in without_first["parts"]] == ["y"]
    assert remove(FILE, ("parts", 1)).endswith('"attrs": {} }\n  ],\n  "connections": []\n}\n')
    none = remove(remove(FILE, ("parts", 0)), ("parts", 0))
    assert '"parts": []' in none
    assert remove(FILE, ("parts", 1, "attrs", "value")) == FILE.replace('"value": "220", ', "")
    assert remove(FILE, ("parts", 1, "attrs", "none")) == FILE


def test_of_a_key_that_is_given_twice_the_last_one_counts() -> None:
    text = '{"a": 1, "a": 2}'
    assert put(text, ("a",), 3) == '{"a": 1, "a": 3}'
    assert json.loads(remove(text, ("a",))) == {"a": 1}


def test_any_edit_leaves_the_values_that_json_reads() -> None:
    value = json.loads(FILE)
    value["parts"][1]["attrs"]["unknown"] = {"deep": [1, {"er": "\u2028"}], "e": []}
    value["parts"].append([])
    text = put(FILE, ("parts", 1, "attrs", "unknown"), {"deep": [1, {"er": "\u2028"}], "e": []})
    assert json.loads(append(text, ("parts",), [])) == value
