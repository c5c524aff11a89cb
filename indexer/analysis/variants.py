"""The table of character variants behind the grams, derived from OpenCC's own dictionaries.

OpenCC maps some characters by context: 乾 alone becomes 干, 乾隆 stays. Grams must not depend on context, or a
quote taken out of an article would not be found in it. So every character that a rule of OpenCC maps to another one,
on the way from the scripts of Taiwan and Hong Kong to the simplified one, is put into one class with it, and grams
are made of classes. ``data/variants.txt`` holds one class a line, its representative first; ``derive`` makes it
again when OpenCC has new data.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

VARIANTS = Path(__file__).parent / "data" / "variants.txt"
_DICTIONARIES = (
    "TSCharacters",
    "TSCharactersExt",
    "TSPhrases",
    "HKVariantsRev",
    "HKVariantsRevPhrases",
    "TWVariantsRev",
    "TWVariantsRevPhrases",
    "CJK_Compatibility_Ideographs",
)


def read_variants(path: Path = VARIANTS) -> dict[str, str]:
    """Map every character that has variants to the representative of its class.

    >>> read_variants()["乾"]
    '干'
    """
    table: dict[str, str] = {}
    for line in path.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            for character in line:
                table[character] = line[0]
    return table


def classes(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Close pairs (character, what a rule maps it to) into classes, each as a string with its representative first.

    The representative is the member that no rule maps away and that most others are mapped to.

    >>> classes([("乾", "干"), ("幹", "干"), ("國", "国")])
    ['国國', '干乾幹']
    """
    parent: dict[str, str] = {}
    sources: set[str] = set()
    votes: dict[str, int] = defaultdict(int)

    def root(character: str) -> str:
        parent.setdefault(character, character)
        while parent[character] != character:
            parent[character] = parent[parent[character]]
            character = parent[character]
        return character

    for source, target in pairs:
        if source != target:
            sources.add(source)
            votes[target] += 1
            parent[root(source)] = root(target)
    members: dict[str, list[str]] = defaultdict(list)
    for character in parent:
        members[root(character)].append(character)
    return sorted(
        "".join(sorted(group, key=lambda character: (character in sources, -votes[character], character)))
        for group in members.values()
    )


def _pairs(entries: Mapping[str, list[str]]) -> Iterable[tuple[str, str]]:
    for source, targets in entries.items():
        # Alternatives behind the first are never chosen by OpenCC.
        if len(source) == len(targets[0]):
            yield from zip(source, targets[0], strict=True)


def _dictionary(name: str) -> dict[str, list[str]]:
    import opencc

    library = Path(opencc.__file__).parent / "clib"
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "dictionary.txt"
        source = library / "share" / "opencc" / f"{name}.ocd2"
        subprocess.run(  # noqa: S603 - OpenCC's own program, on OpenCC's own file
            [library / "bin" / "opencc_dict", "-i", source, "-o", text, "-f", "ocd2", "-t", "text"],
            check=True,
            env={"LD_LIBRARY_PATH": str(library / "lib64")},
        )
        lines = text.read_text("utf-8").splitlines()
    return {key: values.split(" ") for key, _, values in (line.partition("\t") for line in lines) if values}


def derive() -> None:
    """Derive the table again from the installed OpenCC and write it where ``read_variants`` finds it."""
    pairs = [pair for name in _DICTIONARIES for pair in _pairs(_dictionary(name))]
    head = "# Classes of variants by OpenCC's rules (Apache-2.0); made by indexer.analysis.variants.derive\n"
    VARIANTS.write_text(head + "".join(f"{line}\n" for line in classes(pairs)), "utf-8")
