"""PDF: the text of the pages in order; a page that is only an image has none."""

from __future__ import annotations

import io
import logging
import re
import unicodedata
from typing import Final

import pypdf

from indexer.article import Metadata
from indexer.reading.characters import one_line, tidy
from indexer.reading.unreadable import Unreadable

# Fonts often lead a glyph back to a radical that looks the same (⽅ U+2F45 for 方), which nobody types.
_RADICALS: Final = {
    code: folded
    for code in (*range(0x2E80, 0x2EF4), *range(0x2F00, 0x2FD6))
    if len(folded := unicodedata.normalize("NFKC", chr(code))) == 1
}

# Its remarks on slips in a file would stand on the terminal between our lines.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def extract(data: bytes, max_bytes: int) -> tuple[str, Metadata]:
    """Read the text of a PDF, one line feed between pages.

    Its properties are left alone: they speak of the program and the day that made the PDF. Radicals that fonts
    give in place of characters become the characters.

    Raises ``Unreadable`` for a damaged or encrypted PDF and for one without text.
    """
    pages: list[str] = []
    length = 0
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise Unreadable("the PDF is encrypted; save it without a password")
        for page in reader.pages:
            pages.append(page.extract_text())
            length += len(pages[-1])
            if length > max_bytes:
                raise Unreadable(f"longer than {max_bytes:,} characters; split it, or raise the limit")
    except Unreadable:
        raise
    except Exception as error:  # a damaged PDF makes the parser raise nearly anything
        raise Unreadable(f"not a readable PDF ({type(error).__name__}: {one_line(str(error))[:120]})") from error
    text = tidy("\n".join(pages)).translate(_RADICALS)
    if not re.search(r"\w", text):
        raise Unreadable("the PDF holds no text, only images; run text recognition (OCR) on it first")
    return text, Metadata()
