from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import docx
import pypdf
import pytest

from indexer.article import Document, Metadata, Refusal
from indexer.errors import UsageError
from indexer.reading import SourceFile, discover, read, read_file
from tests.conftest import SHARED

TEXT = "移民新村的温室里，三百户人家种上了蘑菇，一棚一年能收三茬。"


def write(path: Path, data: str | bytes = TEXT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def files(folder: Path) -> list[str]:
    return [made.file for made in read([folder]) if isinstance(made, Document)]


def refused(folder: Path, **options: int) -> dict[str, str]:
    return {made.file: made.reason for made in read([folder], **options) if isinstance(made, Refusal)}


def pdf(*pages: str) -> bytes:
    """A PDF with a line of text a page, in a font whose codes are UTF-16."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (len(pages), b" ".join(b"%d 0 R" % (7 + 2 * n) for n in range(len(pages)))),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /Identity-H"
        b" /DescendantFonts [4 0 R] /ToUnicode 6 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Song /CIDSystemInfo << /Registry (Adobe) /Ordering (I)"
        b" /Supplement 0 >> /FontDescriptor 5 0 R /DW 1000 >>",
        b"<< /Type /FontDescriptor /FontName /Song /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800"
        b" /Descent -200 /CapHeight 700 /StemV 80 >>",
    ]
    used = sorted(set("".join(pages)))
    cmap = "".join(f"<{ord(c):04X}> <{ord(c):04X}>\n" for c in used).encode()
    cmap = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <0000> <FFFF>"
        b" endcodespacerange %d beginbfchar\n%sendbfchar endcmap end end" % (len(used), cmap)
    )
    objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(cmap), cmap))
    for n, text in enumerate(pages):
        shown = b"BT /F 12 Tf 50 700 Td <%s> Tj ET" % text.encode("utf-16-be").hex().encode() if text else b""
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F 3 0 R >> >> >>" % (8 + 2 * n)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(shown), shown))
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def word(*paragraphs: str, title: str = "") -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.core_properties.title = title
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_folders_are_read_recursively_and_in_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a/2.TXT", "a/1.htm", "a.txt", "c/d/e.md", "d.jsonl"):
        write(tmp_path / "档案" / name, '{"text": "车间"}\n' if name.endswith("jsonl") else TEXT)
    assert files(tmp_path / "档案") == [
        "档案/a/1.htm", "档案/a/2.TXT", "档案/a.txt", "档案/b.txt", "档案/c/d/e.md", "档案/d.jsonl"
    ]  # fmt: skip


def test_the_last_name_of_a_path_stands_in_front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "seeds" / "a.txt")
    monkeypatch.chdir(tmp_path / "seeds")
    assert files(Path()) == ["seeds/a.txt"]
    assert files(Path("../seeds/")) == ["seeds/a.txt"]
    assert files(Path("a.txt")) == ["a.txt"]


def test_wrong_paths_are_wrong_usage_before_anything_is_read(tmp_path: Path) -> None:
    write(tmp_path / "x" / "a" / "1.txt")
    write(tmp_path / "y" / "a" / "1.txt")
    with pytest.raises(UsageError, match="no such file"):
        discover([tmp_path / "x", tmp_path / "nowhere"])
    with pytest.raises(UsageError, match="last name a"):
        read([tmp_path / "x" / "a", tmp_path / "y" / "a"])
    with pytest.raises(UsageError, match="last name x"):
        read([tmp_path / "x", tmp_path / "x"])


def test_hidden_files_and_documentation_are_passed_over_and_other_formats_refused(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for name in (
        "a.txt",
        ".b.txt",
        ".git/c.txt",
        "README.md",
        "readme.zh-CN.md",
        "LICENSE",
        "d.doc",
        "e",
        "f.gz",
        "notes/Readme",
    ):
        write(folder / name)
    assert files(folder) == ["in/a.txt"]
    assert set(refused(folder)) == {"in/d.doc", "in/e", "in/f.gz"}
    assert refused(folder)["in/d.doc"].startswith("not a format that is read: .doc")


def test_documentation_that_is_named_itself_is_read(tmp_path: Path) -> None:
    assert files(write(tmp_path / "README.md")) == ["README.md"]


def test_links_that_leave_the_folder_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write(tmp_path / "secret.txt")
    write(folder / "a.txt")
    write(folder / "sub" / "b.txt")
    (folder / "inside.txt").symlink_to("a.txt")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "nowhere.txt").symlink_to("none.txt")
    (folder / "sub" / "up").symlink_to("..")
    (folder / "loop.txt").symlink_to("loop.txt")
    assert files(folder) == ["in/a.txt", "in/inside.txt", "in/sub/b.txt"]
    reasons = refused(folder)
    assert set(reasons) == {"in/out.txt", "in/nowhere.txt", "in/sub/up", "in/loop.txt"}
    assert "outside" in reasons["in/out.txt"]


def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    os.mkfifo(tmp_path / "in" / "pipe.txt")
    assert refused(tmp_path / "in") == {"in/pipe.txt": "not a regular file"}


def test_unreadable_files_are_refused_with_the_reason(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write(folder / "empty.txt", b"")
    write(folder / "blank.txt", b" \r\n\t")
    write(folder / "binary.txt", b"\x00\x01" * 99)
    write(folder / "long.txt", TEXT * 10)
    write(folder / "a.docx", b"not a zip")
    write(folder / "b.docx", b"\xd0\xcf\x11\xe0" + b"x" * 99)
    write(folder / "a.pdf", b"%PDF-1.4 cut")
    write(folder / "ok.txt")
    reasons = refused(folder, max_bytes=300)
    assert set(reasons) == {f"in/{name}" for name in os.listdir(folder) if name != "ok.txt"}
    assert reasons["in/empty.txt"] == "the file is empty"
    assert reasons["in/blank.txt"] == "the file holds no text"
    assert "longer than 300 bytes" in reasons["in/long.txt"]
    assert "old or password-protected" in reasons["in/b.docx"]


def test_a_file_that_may_not_be_opened_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.txt")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert list(read_file(SourceFile(path, "a.txt"))) == [Refusal("a.txt", None, "cannot be read: Permission denied")]


def test_a_file_that_is_gone_since_it_was_found_is_refused(tmp_path: Path) -> None:
    assert list(read_file(SourceFile(tmp_path / "a.txt", "a.txt"))) == [
        Refusal("a.txt", None, "cannot be read: No such file or directory")
    ]


def test_file_names_that_are_no_utf_8_are_shown_as_text(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    path = os.fsencode(tmp_path / "in") + b"/" + "全县产业扶贫工作总结".encode("gb18030") + b".txt"
    try:
        with open(path, "wb") as handle:
            handle.write(TEXT.encode())
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    assert files(tmp_path / "in") == ["in/全县产业扶贫工作总结.txt"]


def test_metadata_csv_states_what_plain_files_are(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write(folder / "a.txt")
    write(folder / "sub" / "b.html", f"<p>{TEXT}</p>")
    write(
        folder / "metadata.csv",
        "file,title,date,source,url,places,programmes\na.txt,蘑菇棚,2018-05,某某报,,魏县;河北省/邯郸市,产业扶贫\nsub/b.html,棚里,,,,,\n",
    )
    write(folder / "sub" / "metadata.csv", "file,date\nb.html,2017\n")
    made = {one.file: one for one in read([folder]) if isinstance(one, Document)}
    assert made["in/a.txt"].given == Metadata(
        title="蘑菇棚", date="2018-05", source="某某报", programmes=("产业扶贫",),
        places=("河北省/邯郸市/魏县", "河北省/邯郸市"),
    )  # fmt: skip
    assert made["in/sub/b.html"].given == Metadata(title="棚里", date="2017")
    assert refused(folder) == {}
    assert files(folder) == ["in/a.txt", "in/sub/b.html"]


def test_metadata_csv_holds_for_a_file_that_is_named_itself(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt")
    write(tmp_path / "metadata.csv", "file,title\na.txt,蘑菇棚\n")
    (made,) = read([path])
    assert isinstance(made, Document)
    assert made.given == Metadata(title="蘑菇棚")
    assert [made.file for made in read([tmp_path / "metadata.csv"]) if isinstance(made, Refusal)] == ["metadata.csv"]


def test_wrong_rows_of_metadata_csv_are_refused_with_their_line(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for name in ("a.txt", "b.txt", "c.jsonl"):
        write(folder / name, '{"text": "车间"}' if name == "c.jsonl" else TEXT)
    write(tmp_path / "x.txt")
    rows_written = (
        "b.txt,2018-13,",
        "none.txt,2018,",
        "a.txt,2018,",
        "a.txt,2019,",
        "../x.txt,,",
        "c.jsonl,2018,",
        ",2018,",
    )
    write(folder / "metadata.csv", "\n".join(("file,date,programmes", *rows_written, "b.txt,,扶贫", "")))
    made = list(read([folder]))
    rows = {one.line: one.reason for one in made if isinstance(one, Refusal) and one.file == "in/metadata.csv"}
    assert sorted(line or 0 for line in rows) == [2, 3, 5, 6, 7, 8, 9]
    assert rows[3] == "file: none.txt is not there"
    given = {one.file: one.given for one in made if isinstance(one, Document)}
    assert given == {"in/a.txt": Metadata(date="2018"), "in/b.txt": Metadata(), "in/c.jsonl": Metadata()}


def test_metadata_csv_without_its_column_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "in" / "metadata.csv", "name,title\na,b\n")
    write(tmp_path / "in" / "a.txt")
    assert "among them file" in refused(tmp_path / "in")["in/metadata.csv"]
    assert files(tmp_path / "in") == ["in/a.txt"]


def test_paragraphs_and_tables_of_a_word_document_are_read_in_order(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("蘑菇棚里的新日子")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        (cell for row in table.rows for cell in row.cells), ("年份", "收入", "2017", "八千元"), strict=True
    ):
        cell.text = text
    document.add_paragraph(TEXT)
    document.core_properties.title = "蘑菇棚里的新日子"
    document.save(str(tmp_path / "a.docx"))
    (made,) = read([tmp_path / "a.docx"])
    assert isinstance(made, Document)
    assert made.text == f"蘑菇棚里的新日子\n年份\t收入\n2017\t八千元\n{TEXT}"
    assert made.embedded == Metadata(title="蘑菇棚里的新日子")


def test_inserted_text_of_a_word_document_is_read_and_deleted_text_is_not(tmp_path: Path) -> None:
    plain = word("开头@@结尾")
    tracked = (
        "</w:t></w:r><w:ins w:id='1'><w:r><w:t>添上</w:t></w:r></w:ins><w:del w:id='2'><w:r><w:delText>划掉</w:delText>"
        "</w:r></w:del><w:sdt><w:sdtContent><w:r><w:t>控件</w:t></w:r></w:sdtContent></w:sdt><w:r><w:t>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"@@", tracked.encode()))
    (made,) = read([write(tmp_path / "a.docx", buffer.getvalue())])
    assert isinstance(made, Document)
    assert made.text == "开头添上控件结尾"


def test_properties_of_a_word_document_that_the_text_does_not_bear_out_are_left(tmp_path: Path) -> None:
    (made,) = read([write(tmp_path / "a.docx", word(TEXT, title="Word 文档模板"))])
    assert isinstance(made, Document)
    assert made.embedded == Metadata()


def test_a_word_document_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO(word(TEXT))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/huge.bin", b"\0" * 3_000_000)
    write(tmp_path / "in" / "a.docx", buffer.getvalue())
    assert "unpacks to" in refused(tmp_path / "in", max_bytes=100_000)["in/a.docx"]


def test_the_pages_of_a_pdf_are_read_in_order(tmp_path: Path) -> None:
    (made,) = read([write(tmp_path / "a.pdf", pdf(TEXT, "", "第二页：\u2f45法和\u2f94体"))])
    assert isinstance(made, Document)
    assert made.text.split() == [TEXT, "第二页：方法和言体"]
    assert made.format == "pdf"


def test_a_pdf_without_text_or_under_a_password_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "in" / "image.pdf", pdf("", ""))
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(TEXT)))
    writer.encrypt("geheim", algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    write(tmp_path / "in" / "locked.pdf", buffer.getvalue())
    reasons = refused(tmp_path / "in")
    assert "only images" in reasons["in/image.pdf"]
    assert "encrypted" in reasons["in/locked.pdf"]


@pytest.mark.parametrize("name", ["a.docx", "a.pdf"])
def test_a_damaged_document_is_refused_or_read_but_raises_nothing(tmp_path: Path, name: str) -> None:
    whole = word(TEXT) if name == "a.docx" else pdf(TEXT)
    for at in range(0, len(whole), len(whole) // 40):
        for data in (whole[:at], whole[:at] + b"\xff\x00<<" + whole[at + 4 :]):
            (made,) = read([write(tmp_path / name, data)])
            assert isinstance(made, Document) or made.reason


def test_given_metadata_of_the_caller_wins_over_the_source_s(tmp_path: Path) -> None:
    source = SourceFile(write(tmp_path / "a.txt"), "a.txt", Metadata(title="旁边写的"))
    (beside,) = read_file(source)
    (stated,) = read_file(source, Metadata(title="调用者给的"))
    assert isinstance(beside, Document)
    assert isinstance(stated, Document)
    assert (beside.given.title, stated.given.title) == ("旁边写的", "调用者给的")


@pytest.mark.skipif(not SHARED.exists(), reason=f"the real articles are not at {SHARED}")
def test_real_articles_are_read_as_they_are() -> None:
    made = list(read([SHARED / "articles" / "original", SHARED / "articles" / "dev"]))
    assert len(made) == 51
    for one in made:
        assert isinstance(one, Document)
        assert one.text == (SHARED / "articles" / one.file).read_text(encoding="utf-8")
