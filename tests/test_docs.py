"""Every ```python block of the README and of docs/ runs; the blocks of one file share a namespace."""

import pytest

from surroundings import ROOT

DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
OPENING, CLOSING = "```python", "```"


def blocks(text):
    """The code of each block, under as many empty lines as stand above it, so that errors name the line."""
    code, inside = [], False
    for number, line in enumerate(text.splitlines()):
        if not inside and line.strip() == OPENING:
            inside, code = True, [""] * (number + 1)
        elif inside and line.strip() == CLOSING:
            inside = False
            yield "\n".join(code)
        elif inside:
            code.append(line)
    assert not inside, "a code block is not closed"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_code_runs(document, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": "__document__"}
    for source in blocks(document.read_text()):
        exec(compile(source, str(document), "exec"), namespace)


def test_the_readme_shows_code():
    assert list(blocks((ROOT / "README.md").read_text()))
