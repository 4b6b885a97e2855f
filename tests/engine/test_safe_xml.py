"""XML from strangers: nothing in it is fetched, expanded or followed, and nothing makes the reader stand still."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from app.engine.errors import DiagramError
from app.engine.safe_xml import MAX_ATTRIBUTES, MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS, read_xml

DECLARED = '<?xml version="1.0" encoding="{}"?>'
LAUGHS = (
    '<!DOCTYPE d [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><d>&i;</d>"
)
ATTACKS = {
    "a billion laughs": (LAUGHS, "dtd"),
    "a billion laughs in an attribute": (LAUGHS.replace("<d>&i;</d>", '<d x="&i;"/>'), "dtd"),
    "one long entity used often": (f'<!DOCTYPE d [<!ENTITY a "{"x" * 60_000}">]><d>{"&a;" * 60_000}</d>', "dtd"),
    "an entity of itself": ('<!DOCTYPE d [<!ENTITY a "&b;"><!ENTITY b "&a;">]><d>&a;</d>', "dtd"),
    "a file": ('<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>', "dtd"),
    "a file as a parameter entity": ('<!DOCTYPE d [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]><d/>', "dtd"),
    "an address": ('<!DOCTYPE d [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]><d>&x;</d>', "dtd"),
    "an external DTD": ('<!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd"><d/>', "dtd"),
    "a public DTD": ('<!DOCTYPE d PUBLIC "-//x//y" "http://127.0.0.1:9/x.dtd"><d/>', "dtd"),
    "a DTD that says nothing": ("<!DOCTYPE d><d/>", "dtd"),
    "default attributes": ('<!DOCTYPE d [<!ATTLIST d x CDATA "1">]><d/>', "dtd"),
    "an entity that nobody declared": ("<d>&x;</d>", "malformed-xml"),
    "a style sheet": ('<?xml-stylesheet type="text/xsl" href="http://127.0.0.1:9/x.xsl"?><d/>', "processing-instruction"),
    "an instruction inside": ("<d><?php system('id') ?></d>", "processing-instruction"),
    "deep nesting": ("<d>" * (MAX_DEPTH + 1) + "</d>" * (MAX_DEPTH + 1), "too-deep"),
    "very deep nesting that never ends": ("<d>" * 400_000, "too-deep"),
    "very many elements": ("<d>" + "<e/>" * MAX_ELEMENTS + "</d>", "too-large"),
    "very many attributes": ("<d " + " ".join(f'a{i}=""' for i in range(100_000)) + "/>", "too-large"),
    "very many namespaces": ("<d " + " ".join(f'xmlns:n{i}="u{i}"' for i in range(50_000)) + "/>", "too-large"),
    "a name of a million letters": (f"<{'n' * 1_000_000}/>", "malformed-xml"),
    "an attribute twice": ('<d a="1" a="2"/>', "malformed-xml"),
    "a control character": ("<d>\x01</d>", "malformed-xml"),
    "a control character by number": ("<d>&#0;</d>", "malformed-xml"),
    "XML 1.1": ('<?xml version="1.1"?><d>&#1;</d>', "malformed-xml"),
    "two roots": ("<d/><d/>", "malformed-xml"),
    "text before the root": ("x<d/>", "malformed-xml"),
    "an undeclared prefix": ("<x:d/>", "malformed-xml"),
    "the reserved prefix": ('<d xmlns:xml="urn:x"/>', "malformed-xml"),
}
ENCODINGS = {
    "UTF-16 with a mark": (DECLARED.format("UTF-16") + "<d/>").encode("utf-16"),
    "UTF-16 without a mark": (DECLARED.format("UTF-16") + "<!DOCTYPE d><d/>").encode("utf-16-le"),
    "UTF-16 that claims to be UTF-8": (DECLARED.format("UTF-8") + "<d/>").encode("utf-16-be"),
    "UTF-32": "<d/>".encode("utf-32"),
    "UTF-7, in which no bracket is one": (DECLARED.format("UTF-7") + "+ADwAIQ-DOCTYPE d+AD4-<d/>").encode(),
    "EBCDIC": (DECLARED.format("cp037") + "<d/>").encode("cp037"),
    "GBK": (DECLARED.format("GBK") + '<d a="流程"/>').encode("gbk"),
    "GBK that claims to be UTF-8": (DECLARED.format("UTF-8") + '<d a="流程"/>').encode("gbk"),
    "Latin-1": (DECLARED.format("ISO-8859-1") + '<d a="é"/>').encode("latin-1"),
    "overlong UTF-8": b"<d>\xc0\xbc!DOCTYPE</d>",
    "surrogates in UTF-8": b"<d>\xed\xa0\x80</d>",
    "an encoding that nobody knows": (DECLARED.format("klingon") + "<d/>").encode(),
}


def refusal(body: bytes) -> tuple[str, str]:
    """(code, sentence) of the one reason."""
    started = time.process_time()
    with pytest.raises(DiagramError) as caught:
        read_xml("x.bpmn", body)
    assert time.process_time() - started < 1
    (problem,) = caught.value.problems
    return problem.code, problem.message


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused_at_once_with_a_sentence(attack: str) -> None:
    text, code = ATTACKS[attack]
    said = refusal(text.encode())
    assert said[0] == code
    assert re.search("[一-鿿]", said[1])


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_is_not_utf8_is_refused(encoding: str) -> None:
    assert refusal(ENCODINGS[encoding])[0] == "malformed-xml"


def test_what_is_too_large_is_not_even_parsed() -> None:
    assert refusal(b"<d>" + b"x" * MAX_BYTES)[0] == "too-large"


def test_a_file_is_never_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    body = f'<d xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{secret.as_uri()}" parse="text"/></d>'
    assert "secret" not in "".join(read_xml("x.bpmn", body.encode()).itertext())


@pytest.mark.parametrize(
    "body",
    [
        "<d/>".encode("utf-8-sig"),
        (DECLARED.format("UTF-8") + '<d a="流程"/>').encode(),
        (DECLARED.format("utf-8") + "<d/>").encode(),
        (DECLARED.format("us-ascii") + "<d/>").encode(),
        b"<d><![CDATA[<!DOCTYPE d>]]>&lt;&#x6d41;</d>",
        b"<d><!-- <!DOCTYPE d> --></d>",
        ("<d " + " ".join(f'a{i}=""' for i in range(MAX_ATTRIBUTES)) + "/>").encode(),
        ("<d>" * MAX_DEPTH + "</d>" * MAX_DEPTH).encode(),
    ],
)
def test_what_only_looks_like_an_attack_is_read(body: bytes) -> None:
    assert read_xml("x.bpmn", body).tag == "d"
