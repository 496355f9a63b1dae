#!/usr/bin/env python3
"""Does structure survive cleaning? Each format's own parsers are asked before and after `sanitize FILE --write`.

usage: referees.py TOOL [DIRECTORY...] [--mode MODE] [--only FORMAT] [--keep DIRECTORY] [--json FILE]

TOOL       the program `gitops-health`; a copy of each file is cleaned by itself in a temporary directory, once with
           each of `--replace-with redacted|placeholder|hash|synthetic` and once with `--preserve-format`
DIRECTORY  files with health data, such as ../shared/data/phi; what has no structure that a referee knows is left out.
           Files that this script makes up are looked at in any case: their names end the path `made-up/...`.

The referees: hl7apy (HL7 version 2, without groups), pyx12 (X12), json, fhir.resources (FHIR in JSON),
xml.etree, csv, sqlglot and sqlite3 (SQL), PyYAML, tomllib, ast (Python), `node --check` and `javac`. Install them by
`pip install hl7apy pyx12 fhir.resources sqlglot pyyaml`. One that is missing is named, and its files are left out.

The columns of the table:

files    of that format
before   that their parser reads without an error as they are, and `after`: that it still reads when they are clean
taken    of which something was taken out
refused  that the tool named and left as they were (exit code 3)
shape    of which the shape is another one: segments, fields, repetitions and components; keys, their order and lengths
         of lists; elements, attributes and where there is text; rows and columns; statements; strings with a message
         inside of a program. Whether a value is a number or a text is no part of it.
valid    that stand a stricter judge, before and after: validate() of hl7apy, pyx12 with its maps, fhir.resources,
         sqlite3 running the statements. `[DATE]` is no date, so that only `synthetic` has to leave it as it was.

Below it is listed, and makes the exit code 1: what is read before and not after, has another shape, is valid before
and not after with `synthetic`, was refused and changed, or made the tool end otherwise. Of the parser's message only
the type and the line are printed: it may quote the file.
"""

import argparse
import ast
import collections
import csv
import importlib
import io
import json
import logging
import os
import pathlib
import re
import shutil
import sqlite3
import string
import subprocess
import sys
import tempfile
import tomllib
import warnings
import xml.etree.ElementTree

MODES = {
    "redacted": ["--replace-with", "redacted"],
    "placeholder": ["--replace-with", "placeholder"],
    "hash": ["--replace-with", "hash"],
    "synthetic": ["--replace-with", "synthetic"],
    "preserve": ["--preserve-format"],
}
MISSING = set()


class Refused(Exception):
    """A referee says that this is not of its format."""

    def __init__(self, what, line=None):
        super().__init__(what)
        self.what, self.lineno = what, line


def needed(name):
    """A module that may not be installed, or None."""
    try:
        return importlib.import_module(name)
    except ImportError:
        MISSING.add(name)
        return None


def decoded(data):
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if data.startswith(mark):
            return data.decode(encoding)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


# What a parser says of a file: its shape, a list of which any two items can be compared. It raises where it can't read.


def of_keys(value):
    """The shape of what JSON, YAML and TOML hold."""
    if isinstance(value, dict):
        yield ("keys", tuple(str(key) for key in value))
        for one in value.values():
            yield from of_keys(one)
    elif isinstance(value, list):
        yield ("list", len(value))
        for one in value:
            yield from of_keys(one)
    else:
        yield "empty" if value is None or value == "" else "value"
        if isinstance(value, str):
            yield from nested(value)


def nested(text):
    """The shape of a message, of JSON or of XML that is a value."""
    if text.startswith("MSH"):
        yield from hl7_counts(re.split(r"[\r\n]+", text.strip()))
    elif text.startswith("{"):
        try:
            yield from of_keys(json.loads(text))
        except ValueError:
            yield "no JSON"
    elif text.startswith("<"):
        try:
            yield from ((one.tag, tuple(one.attrib)) for one in xml.etree.ElementTree.fromstring(text).iter())
        except xml.etree.ElementTree.ParseError:
            yield "no XML"


def hl7_messages(text):
    """The messages of a file, with \\r at the end of segments."""
    text = re.sub(r"[\x0b\x1c]", "", text)
    lines = [line for line in re.split(r"\r\n|\r|\n", text) if line.strip()]
    messages = []
    for line in lines:
        if line.startswith("MSH") or not messages:
            messages.append([])
        if not line.startswith(("FHS", "BHS", "BTS", "FTS")):
            messages[-1].append(line)
    return [one for one in messages if one]


def hl7_counts(lines):
    """Segments, and how often each separator of the message occurs in each field."""
    marks = lines[0][3:8] if lines[0].startswith("MSH") and len(lines[0]) > 8 else "|^~\\&"
    for line in lines:
        fields = line.split(marks[0])
        yield (line[:3], len(fields))
        for field in fields[1 + (line[:3] == "MSH") :]:
            escapes = marks[3] + "FSRTE" + marks[3]
            yield (*(field.count(mark) for mark in marks[1:3] + marks[4]), bool(field), field.startswith(escapes))


def hl7_objects(element):
    yield (element.classname, element.name, len(element.children))
    for child in element.children:
        if child.classname != "SubComponent":
            yield from hl7_objects(child)


def of_hl7(data, _):
    parser = needed("hl7apy.parser")
    shape = []
    for lines in hl7_messages(decoded(data)):
        parsed = parser.parse_message("\r".join(lines), validation_level=2, find_groups=False)
        shape += hl7_objects(parsed)
        shape += hl7_counts(lines)
    return shape


def hl7_valid(data, _):
    parser = needed("hl7apy.parser")
    for lines in hl7_messages(decoded(data)):
        parser.parse_message("\r".join(lines), validation_level=2, find_groups=True).validate()


def of_x12(data, _):
    reader = needed("pyx12.x12file").X12Reader(io.StringIO(decoded(data)))
    shape = []
    for segment in reader:
        shape.append((segment.get_seg_id(), len(segment)))
        shape += [len(element.elements) for element in segment.elements]
    reader.cleanup()
    if reader.pop_errors():
        raise Refused("X12Reader")
    return shape


def x12_valid(data, _):
    document, params = needed("pyx12.x12n_document"), needed("pyx12.params")
    if not document.x12n_document(params.ParamsBase(), io.StringIO(decoded(data)), None, None):
        raise Refused("x12n_document")


def of_json(data, _):
    return list(of_keys(json.loads(decoded(data))))


def of_json_lines(data, _):
    return [one for line in decoded(data).splitlines() if line.strip() for one in of_keys(json.loads(line))]


def fhir_valid(data, _):
    value = json.loads(decoded(data))
    for release in ("fhir.resources.R4B", "fhir.resources.STU3", "fhir.resources"):
        try:
            needed(release).get_fhir_model_class(value["resourceType"]).model_validate(value)
            return
        except (ValueError, KeyError, AttributeError, LookupError) as error:
            last = error
    raise last


def of_xml(data, _):
    shape = []
    for element in xml.etree.ElementTree.fromstring(data).iter():
        text = bool((element.text or "").strip())
        shape.append((element.tag, tuple(element.attrib), len(element), text, bool((element.tail or "").strip())))
    return shape


def of_csv(data, path):
    text = decoded(data)
    first = text.split("\n", 1)[0]
    delimiter = "\t" if path.suffix == ".tsv" else max(",;\t|", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    return [tuple((bool(cell), *nested(cell)) for cell in row) for row in rows]


def of_sql(data, path):
    sqlglot = needed("sqlglot")
    dialect = path.suffixes[-2][1:] if len(path.suffixes) > 1 else None
    shape = []
    # The rows of COPY of PostgreSQL are no statements.
    text, rows = decoded(data), []
    pieces = re.split(r"(?ms)^(COPY [^;]* FROM stdin;\n)(.*?)^\\\.\n", text)
    for block in pieces[2::3]:
        rows += [tuple(cell == "\\N" for cell in row.split("\t")) for row in block.splitlines()]
    for statement in sqlglot.parse("".join(pieces[::3]), read=dialect, error_level=sqlglot.ErrorLevel.RAISE):
        shape += [type(node).__name__ for node in statement.walk()] if statement else [None]
    return shape + rows


def sqlite_valid(data, path):
    if ".sqlite" not in path.suffixes:
        raise Refused("other dialect")
    base = sqlite3.connect(":memory:")
    base.executescript(decoded(data))


def of_yaml(data, _):
    yaml = needed("yaml")
    return list(of_keys(list(yaml.safe_load_all(decoded(data)))))


def of_toml(data, _):
    return list(of_keys(tomllib.loads(decoded(data))))


def within(text):
    """The shape of a message that stands in a string."""
    lines = [line.strip() for line in re.split(r"[\r\n]+", text) if line.strip()]
    at = next((at for at, line in enumerate(lines) if line.startswith("MSH")), None)
    return list(hl7_counts(lines[at:])) if at is not None else [len(text.splitlines())]


def of_python(data, _):
    shape = []
    for node in ast.walk(ast.parse(data)):
        shape.append(type(node).__name__)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            shape.append(within(node.value))
    return shape


def by_program(command, data, name):
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / name
        path.write_bytes(data)
        done = subprocess.run([*command, name], cwd=directory, capture_output=True, check=False, text=True)
    if done.returncode != 0:
        line = re.search(re.escape(name) + r":(\d+)", done.stderr)
        raise Refused(command[0], int(line[1]) if line else None)
    text = decoded(data)
    bare = re.sub(r"""(?s)//[^\n]*|/\*.*?\*/|\"{3}.*?\"{3}|`[^`]*`|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'""", "", text)
    shape = [re.sub(r"\w+", "w", line) for line in bare.split("\n")]
    strings = re.findall(r'"((?:[^"\\\n]|\\.)*)"', text)
    shape += [tuple(one.count(mark) for mark in "|^~") for one in strings]
    return shape + [within(found[1]) for found in re.finditer(r'(?s)(?:"""|`)(.*?)(?:"""|`)', text)]


def of_javascript(data, path):
    return by_program(["node", "--check"], data, path.name)


def of_java(data, path):
    return by_program(["javac", "-proc:none", "-d", "."], data, path.name)


# The format: what reads it, what judges it more strictly, and what that needs.
Referee = collections.namedtuple("Referee", "read valid needs")
REFEREES = {
    "HL7v2": Referee(of_hl7, hl7_valid, ["hl7apy.parser"]),
    "X12": Referee(of_x12, x12_valid, ["pyx12.x12file", "pyx12.x12n_document", "pyx12.params"]),
    "FHIR JSON": Referee(of_json, fhir_valid, []),
    "JSON": Referee(of_json, None, []),
    "JSON lines": Referee(of_json_lines, None, []),
    "C-CDA": Referee(of_xml, None, []),
    "XML": Referee(of_xml, None, []),
    "CSV": Referee(of_csv, None, []),
    "SQL": Referee(of_sql, sqlite_valid, ["sqlglot"]),
    "YAML": Referee(of_yaml, None, ["yaml"]),
    "TOML": Referee(of_toml, None, []),
    "Python": Referee(of_python, None, []),
    "JavaScript": Referee(of_javascript, None, ["node"]),
    "Java": Referee(of_java, None, ["javac"]),
}
SUFFIXES = {
    ".hl7": "HL7v2",
    ".x12": "X12",
    ".edi": "X12",
    ".json": "JSON",
    ".jsonl": "JSON lines",
    ".ndjson": "JSON lines",
    ".ccda": "C-CDA",
    ".xml": "XML",
    ".csv": "CSV",
    ".tsv": "CSV",
    ".sql": "SQL",
    ".yaml": "YAML",
    ".yml": "YAML",
    ".toml": "TOML",
    ".py": "Python",
    ".js": "JavaScript",
    ".java": "Java",
}


def format_of(path, data):
    known = SUFFIXES.get(path.suffix.lower())
    if known == "JSON" and b'"resourceType"' in data:
        return "FHIR JSON"
    if known == "XML" and b"<ClinicalDocument" in data:
        return "C-CDA"
    if known is None and data.startswith(b"ISA"):
        return "X12"
    if known is None and data.startswith((b"MSH", b"FHS", b"BHS", b"\x0bMSH")):
        return "HL7v2"
    return known


# Files that are made up. Values are put together here, so that no scanner stops at this script.

PEOPLE = [
    {
        "given": "Mar" + "garet",
        "family": "Al" + "der",
        "ssn": ["536", "22", "8145"],
        "mrn": ["48", "201", "77"],
        "born": ["1941", "03", "17"],
        "seen": ["2019", "11", "05"],
        "phone": ["614", "382", "9917"],
        "street": ["1482", "Brook", "side Ave"],
        "city": "Colum" + "bus",
        "zip": ["432", "15"],
        "mail": ["m.al", "der", "@", "buckeye", "mail", ".com"],
        "plan": ["XQK", "9930", "21187"],
    },
    {
        "given": "Se" + "an Pat" + "rick",
        "family": "O'Br" + "ien",
        "ssn": ["412", "67", "3098"],
        "mrn": ["00", "917", "36"],
        "born": ["1987", "12", "30"],
        "seen": ["2021", "02", "28"],
        "phone": ["312", "649", "2281"],
        "street": ["77", "St. Mar", "y's Rd, Apt 4"],
        "city": "Chi" + "cago",
        "zip": ["606", "14-2203"],
        "mail": ["sobr", "ien", "@", "lake", "post", ".net"],
        "plan": ["ZGP", "4410", "07725"],
    },
    {
        "given": "Zo\u00eb",
        "family": "M\u00fcl" + "ler & S\u00f6hne",
        "ssn": ["229", "81", "6607"],
        "mrn": ["73", "004", "19"],
        "born": ["1928", "07", "04"],
        "seen": ["2022", "08", "19"],
        "phone": ["206", "717", "4460"],
        "street": ["9", 'Rue "Du', ' Lac" #2'],
        "city": "Se" + "attle",
        "zip": ["981", "09"],
        "mail": ["zoe", "m", "@", "sound", "net", ".org"],
        "plan": ["WAR", "0012", "83344"],
    },
]


def person(number):
    """All values of a person, in the ways in which they are written."""
    one = PEOPLE[number % len(PEOPLE)]
    year, month, day = one["born"]
    seen = one["seen"]
    return {
        "given": one["given"],
        "family": one["family"],
        "name": f"{one['given']} {one['family']}",
        "last_first": f"{one['family']}, {one['given']}",
        "ssn": "-".join(one["ssn"]),
        "ssn_digits": "".join(one["ssn"]),
        "mrn": "".join(one["mrn"]),
        "born": f"{year}-{month}-{day}",
        "born_hl7": year + month + day,
        "born_us": f"{month}/{day}/{year}",
        "seen": "-".join(seen),
        "seen_hl7": "".join(seen),
        "phone": "({}) {}-{}".format(*one["phone"]),
        "phone_digits": "".join(one["phone"]),
        "street": "{} {}{}".format(*one["street"]),
        "city": one["city"],
        "zip": "".join(one["zip"]),
        "mail": "".join(one["mail"]),
        "plan": "".join(one["plan"]),
        "age": str(2024 - int(year)),
        "npi": "".join(["1093", "8174", "65"]),
        "doctor": "Str" + "and",
    }


COLUMNS = ["mrn", "last_first", "ssn", "born", "phone", "street", "city", "zip", "mail", "plan", "seen"]
HEADER = ["mrn", "patient_name", "ssn", "dob", "phone", "address", "city", "zip", "email", "member_id", "visit_date"]
NOTE = (
    "Pt $name, DOB $born_us, MRN $mrn, seen $seen.\nCall $phone or $mail; lives at $street, $city $zip. SSN $ssn,"
    " aged $age years."
)


def filled(template, values):
    return string.Template(template).substitute(values)


def note(values):
    return filled(NOTE, values)


def hl7_value(text):
    return text.replace("\\", "\\E\\").replace("&", "\\T\\").replace("^", "\\S\\").replace("|", "\\F\\")


MESSAGE = {
    "MSH": "^~\\&|ADT|WEST|LAB|EAST|${seen_hl7}0911||ADT^A01^ADT_A01|M$mrn|P|2.5.1",
    "EVN": "A01|${seen_hl7}0911",
    "PID": "1||$mrn^^^WEST^MR~$ssn_digits^^^USA^SS||$family^$given^Q^^Dr.||$born_hl7|F||2106-3|$street^^$city^OH^$zip"
    "^USA||$phone^PRN^PH~^NET^Internet^$mail|||M||$plan^^^WEST^AN|$ssn_digits",
    "NK1": "1|$family^Karl|SPO|$street^^$city^OH^$zip|$phone",
    "PV1": "1|I|4W^201^A^WEST||||$npi^$doctor^Ingrid^^^Dr.^MD^^NPI|||MED|||||||||VN$mrn|||||||||||||||||||||||||"
    "${seen_hl7}0911",
    "OBX": "1|TX|NOTE^Note^L||$name was seen on $born_us by Dr. $doctor, call $phone\\.br\\MRN $mrn||||||F|||$seen_hl7",
    "IN1": "1|PPO|$plan|Acme Health||||||||||||$family^$given|SEL|$born_hl7|$street^^$city^OH^$zip",
}


def message(values, end="\r", separators="|^~\\&"):
    values = {key: hl7_value(value) for key, value in values.items()}
    text = "".join(f"{name}|{filled(fields, values)}{end}" for name, fields in MESSAGE.items())
    if separators != "|^~\\&":
        text = text.translate(str.maketrans("|^~\\&", separators))
    return text


CLAIM = [
    "GS*HC*SENDER*RECEIVER*$seen_hl7*0911*1*X*005010X222A1",
    "ST*837*0001*005010X222A1",
    "BHT*0019*00*$mrn*$seen_hl7*0911*CH",
    "NM1*41*2*WEST CLINIC*****46*12345",
    "PER*IC*BILLING*TE*$phone_digits",
    "NM1*40*2*ACME HEALTH*****46*66783",
    "HL*1**20*1",
    "NM1*85*2*WEST CLINIC*****XX*$npi",
    "N3*12 HARBOR ROAD",
    "N4*$city*OH*$zip_digits",
    "REF*EI*311234567",
    "HL*2*1*22*0",
    "SBR*P*18*" "GROUP7******CI",
    "NM1*IL*1*$family*$given****MI*$plan",
    "N3*$street",
    "N4*$city*OH*$zip_digits",
    "DMG*D8*$born_hl7*F",
    "REF*SY*$ssn_digits",
    "NM1*PR*2*ACME HEALTH*****PI*66783",
    "CLM*$mrn*150***11:B:1*Y*A*Y*Y",
    "REF*EA*$mrn",
    "HI*ABK:J069",
    "LX*1",
    "SV1*HC:99213*150*UN*1***1",
    "DTP*472*D8*$seen_hl7",
]


def interchange(values, end="~\n", marks="*:^"):
    values = {key: re.sub(r"[*:^~]", " ", value) for key, value in values.items()}
    values["zip_digits"] = values["zip"].replace("-", "")
    isa = ["00", " " * 10, "00", " " * 10, "ZZ", "SENDER".ljust(15), "ZZ", "RECEIVER".ljust(15), values["seen_hl7"][2:]]
    body = [filled(one, values) for one in CLAIM]
    body += [f"SE*{len(body)}*0001", "GE*1*1", "IEA*1*000000905"]
    text = "*".join(["ISA", *isa, "0911", "^", "00501", "000000905", "0", "P", ":"]) + end
    text += end.join(body) + end
    return text.translate(str.maketrans("*:^", marks))


def table(people, header=True, **how):
    out = io.StringIO(newline="")
    writer = csv.writer(out, **how)
    if header:
        writer.writerow([*HEADER, "note", "message"])
    for one in people:
        writer.writerow([one[key] for key in COLUMNS] + [note(one), message(one, "\n")])
    return out.getvalue()


def record(one):
    return {
        "mrn": one["mrn"],
        "ssn": one["ssn"],
        "patient": {
            "firstName": one["given"],
            "lastName": one["family"],
            "dateOfBirth": one["born"],
            "age": int(one["age"]),
        },
        "contact": {"phones": [one["phone"], int(one["phone_digits"])], "email": one["mail"], "fax": None},
        "address": {"street": one["street"], "city": one["city"], "zip": one["zip"], "lines": [one["street"], ""]},
        "medicalRecordNumber": int(one["mrn"]),
        "visits": [{"admissionDate": one["seen"], "note": note(one)}, {"admissionDate": one["seen"] + "T09:11:00Z"}],
        "message": message(one),
        "inner": json.dumps({"patientName": one["name"], "ssn": one["ssn"]}),
        "markup": f"<p>Patient {one['given']}, SSN <b>{one['ssn']}</b></p>",
        "active": True,
    }


def resource(one):
    return {
        "resourceType": "Patient",
        "id": "p" + one["mrn"],
        "text": {
            "status": "generated",
            "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{one["given"]}, born {one["born"]}</div>',
        },
        "identifier": [
            {"system": "http://hl7.org/fhir/sid/us-ssn", "value": one["ssn"]},
            {"system": "urn:west:mrn", "value": one["mrn"]},
        ],
        "name": [{"use": "official", "family": one["family"], "given": one["given"].split(), "text": one["name"]}],
        "telecom": [{"system": "phone", "value": one["phone"]}, {"system": "email", "value": one["mail"]}],
        "gender": "female",
        "birthDate": one["born"],
        "deceasedDateTime": one["seen"] + "T09:11:00-05:00",
        "address": [{"line": [one["street"]], "city": one["city"], "state": "OH", "postalCode": one["zip"]}],
        "contact": [{"name": {"text": one["last_first"]}, "telecom": [{"system": "phone", "value": one["phone"]}]}],
    }


def escaped(text, quote='"'):
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace(quote, "&quot;" if quote == '"' else "&apos;")


FHIR_XML = """<?xml version="1.0" encoding="UTF-8"?>
<Patient xmlns="http://hl7.org/fhir"><id value="p$mrn"/>
 <identifier><system value="http://hl7.org/fhir/sid/us-ssn"/><value value="$ssn"/></identifier>
 <name><family value="$family"/><given value='$given'/></name>
 <telecom><system value="phone"/><value value="$phone"/></telecom><birthDate value="$born"/>
 <address><line value="$street"/><city value="$city"/><postalCode value="$zip"/></address></Patient>
"""
PLAIN_XML = """<?xml version='1.0'?>
<!DOCTYPE patients [<!ENTITY who "$given">]>
<!-- patient $name, SSN $ssn -->
<patients><patient mrn="$mrn" ssn='$ssn'><name>&who; <last>$family</last></name><dob>$born</dob>
<note><![CDATA[<b>$raw_note</b>]]></note><phone>&#40;$phone_rest</phone><email>$mail</email>
<?keep ssn="$ssn"?><address><street>$street</street><city>$city</city><zip>$zip</zip></address><empty/></patient>
</patients>
"""


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def statements(people):
    out = "CREATE TABLE patients (id int, mrn int, name varchar(200), ssn varchar(30), dob date, phone bigint,"
    out += " note text);\n"
    columns, rows = "INSERT INTO patients (id, mrn, name, ssn, dob, phone, note) VALUES", []
    for at, one in enumerate(people):
        values = [quoted(one["last_first"]), quoted(one["ssn"]), quoted(one["born"]), one["phone_digits"]]
        out += f"{columns} ({at}, {int(one['mrn'])}, {', '.join(values)}, {quoted(note(one))});\n"
        values = [quoted(one["name"]), "NULL", quoted(one["born"]), one["phone_digits"]]
        rows.append(f"({at}, {int(one['mrn'])}, {', '.join(values)}, '')")
    out += "INSERT INTO patients VALUES\n" + ",\n".join(rows) + ";\n"
    one, ssn = people[0], quoted(people[0]["ssn"])
    out += f"-- patient {one['name']}, SSN {one['ssn']}\nUPDATE patients SET ssn = {ssn}, phone={one['phone_digits']}"
    out += f" WHERE mrn = {int(one['mrn'])} AND name LIKE {quoted('%' + one['family'] + '%')};\n"
    out += (
        f"SELECT * FROM patients WHERE dob >= {quoted(one['born'])} AND ssn IN ({ssn}, {quoted(people[1]['ssn'])});\n"
    )
    return out


YAML = """# patient $name, SSN $ssn
patient: &p
  mrn: $mrn
  medical_record_number: 00$mrn
  name: $given
  full_name: "$dq_name"
  last_name: '$sq_family'
  ssn: $ssn
  ssn_digits: $ssn_digits
  dob: $born
  seen_at: ${seen}T09:11:00Z
  phone: $phone
  phones: [$phone_digits, "$phone", '$phone']
  email: $mail
  ? member_id
  : $plan
  address: {street: "$dq_street", city: $city, zip: $zip, state: OH}
  age: $age
  note: |
    $note_line
    Patient $given, MRN $mrn
  folded: >-
    Patient $given was born $born_us,
    SSN $ssn

    Phone $phone
  plain: Patient $given
    SSN $ssn
    call $phone
copy: *p
list:
- ssn: $ssn
  dob: !!str $born
- {ssn: $ssn, dob: $born}
- $ssn
---
patients:
- [$mrn, $born, $ssn]
"""
TOML = """# patient $name, SSN $ssn
ssn = "$ssn"
dob = $born
seen_at = ${seen}T09:11:00Z
local = ${seen} 09:11:00
mrn = 1$mrn
phone = $phone_digits
phones = [$phone_digits, 1$phone_digits]
note = \"\"\"
Patient $given, MRN $mrn
born $born_us, "SSN" $ssn\"\"\"
literal = 'SSN $ssn'
block = '''
MRN $mrn, phone $phone'''
[patient]
name = "$dq_name"
"email" = "$mail"
address = { street = "$dq_street", city = "$city", zip = "$zip" }
[[visits]]
date = $seen
patient.dob = $born
patient.ssn = "$ssn"
"""
PYTHON = """import datetime

MESSAGE = \"\"\"$lines\"\"\"
RAW = r'''$lines'''
ESCAPED = "$backslashes"
JOINED = "\\\\r".join([
$pieces])
PATIENT = {"name": "$dq_name", "ssn": '$ssn', "mrn": 1$mrn, "dob": datetime.date($born_args), "phone": $phone_digits}
# patient $name, SSN $ssn


def test(patient_name=f"{PATIENT['name']}", ssn=b"$ssn", *, phone: int = $phone_digits):
    \"\"\"Patient $given, MRN $mrn, born $born_us.\"\"\"
    assert ssn == "$ssn" and PATIENT["mrn"] == 1$mrn, "$dq_name"
"""
JAVASCRIPT = """const message = `$lines`;
const escaped = "$backslashes";
const joined = [
$pieces].join("\\\\r");
const patient = { name: "$dq_name", ssn: '$ssn', mrn: 1$mrn, dob: new Date("$born"), phone: $phone_digits };
// patient $name, SSN $ssn
export function test(ssn = "$ssn") { return /^$ssn$$/.test(ssn) && patient.mrn === 1$mrn; }
"""
JAVA = """class Messages {
    // patient $name, SSN $ssn
    static final String MESSAGE = \"\"\"
        $lines_indented\"\"\";
    static final String ESCAPED = "$backslashes";
    static final String JOINED = String.join("\\\\r", new String[] {
$pieces});
    static final String NAME = "$dq_name", SSN = "$ssn";
    static final long PHONE = ${phone_digits}L, MRN = 1$mrn;
    String dob = "$born"; /* Phone $phone */
}
"""


def program(template, one):
    """Source code with messages; marks that would need an escape in a string are left out of the values."""
    one = {key: re.sub(r"['\"&]", "", value) for key, value in one.items()}
    lines = message(one, "\n").replace("\\", "\\\\")
    one |= {
        "lines": lines,
        "lines_indented": lines.replace("\n", "\n        "),
        "backslashes": lines.replace("\n", "\\r"),
        "pieces": "".join(f'    "{line}",\n' for line in lines.splitlines()),
        "dq_name": one["name"],
        "born_args": ", ".join(str(int(part)) for part in one["born"].split("-")),
    }
    return filled(template.replace("\\\\r", "\\r"), one)


def made_up():
    """Names and contents of files."""
    people = [person(number) for number in range(3)]
    plain = people[0]
    for at, one in enumerate(people):
        yield f"message-{at}.hl7", message(one)
        yield f"message-lf-{at}.hl7", message(one, "\n")
        yield f"claim-{at}.x12", interchange(one)
        yield f"claim-line-{at}.edi", interchange(one, "~")
        yield f"record-{at}.json", json.dumps(record(one), indent=2)
        yield f"patient-{at}.json", json.dumps(resource(one), indent=2, ensure_ascii=False)
        values = {key: escaped(value) for key, value in one.items()} | {"given": escaped(one["given"], "'")}
        yield f"fhir-{at}.xml", filled(FHIR_XML, values)
        values |= {
            "raw_note": note(one),
            "phone_rest": one["phone"][1:],
            "name": escaped(one["name"]).replace("--", ""),
        }
        yield f"plain-{at}.xml", filled(PLAIN_XML, values)
        marks = {"dq_name": one["name"].replace('"', '\\"'), "dq_street": one["street"].replace('"', '\\"')}
        marks |= {"sq_family": one["family"].replace("'", "''"), "note_line": note(one).replace("\n", "\n    ")}
        yield f"hand-{at}.yaml", filled(YAML, one | marks)
        yield f"hand-{at}.toml", filled(TOML, one | marks)
        yield f"program-{at}.py", program(PYTHON, one)
        yield f"program-{at}.js", program(JAVASCRIPT, one)
        yield f"program-{at}.java", program(JAVA, one)
    yield "message-crlf.hl7", message(plain, "\r\n")
    yield "message-framed.hl7", "\x0b" + message(plain) + "\x1c\r"
    yield "message-marks.hl7", message(plain, "\r", "#$*!%")
    yield "message-latin.hl7", message(people[2]).encode("latin-1")
    yield "two-messages.hl7", message(plain, "\n") + message(people[1], "\n")
    yield "batch.hl7", "FHS|^~\\&|A\rBHS|^~\\&|A\r" + message(plain) + message(people[1]) + "BTS|2\rFTS|1\r"
    yield "claim-marks.x12", interchange(plain, "|", "#>!")
    yield "claim-crlf.x12", interchange(plain, "~\r\n")
    yield "records.json", json.dumps([record(one) for one in people])
    yield "records.ndjson", "".join(json.dumps(record(one)) + "\n" for one in people)
    yield (
        "rows.json",
        json.dumps({"columns": HEADER, "rows": [[one[key] for key in COLUMNS] for one in people]}, ensure_ascii=False),
    )
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource(one)} for one in people]}
    yield "bundle.json", json.dumps(bundle)
    yield "comma.csv", table(people)
    yield "semicolon.csv", table(people, delimiter=";")
    yield "bar.csv", table(people, delimiter="|")
    yield "tab.tsv", table(people, delimiter="\t", lineterminator="\n")
    yield "quoted.csv", table(people, quoting=csv.QUOTE_ALL, lineterminator="\n")
    yield "without-header.csv", table(people, header=False)
    yield "marked.csv", "\ufeff" + table(people)
    yield "latin.csv", table(people).encode("latin-1")
    yield "utf-16.csv", table(people).encode("utf-16")
    yield "long.csv", table(people * 40)
    for dialect in ("sqlite", "postgres", "mysql", "tsql"):
        yield f"dump.{dialect}.sql", statements(people)
    rows = "".join("\t".join([one["mrn"], one["last_first"], one["ssn"], one["born"], "\\N"]) + "\n" for one in people)
    yield (
        "copy.postgres.sql",
        "CREATE TABLE p (a int);\nCOPY patients (mrn, patient_name, ssn, dob, phone) FROM stdin;\n"
        + rows
        + "\\.\nSELECT 1;\n",
    )
    if yaml := needed("yaml"):
        records = [record(one) for one in people]
        yield "dumped.yaml", yaml.safe_dump(records, allow_unicode=True)
        yield "dumped-flow.yml", yaml.safe_dump(records, default_flow_style=True, width=50)
        yield "dumped-quoted.yml", yaml.safe_dump(records, default_style='"', width=60)
        yield "dumped-single.yml", yaml.safe_dump(records, default_style="'", width=60, allow_unicode=True)
        yield (
            "dumped-literal.yml",
            yaml.safe_dump([{"note": note(one), "message": message(one, "\n")} for one in people], default_style="|"),
        )
        yield "dumped-folded.yml", yaml.safe_dump([{"note": note(one)} for one in people], default_style=">", width=40)


# What the tool did, and what the referees say of it.


def line_of(error):
    """The line that a parser speaks of."""
    for place in (error, getattr(error, "problem_mark", None)):
        for name in ("lineno", "line"):
            if isinstance(getattr(place, name, None), int):
                return getattr(place, name) + (name == "line")
    if isinstance(getattr(error, "position", None), tuple):
        return error.position[0]
    if getattr(error, "errors", None) and isinstance(error.errors, list):
        return error.errors[0].get("line")
    at = re.search(r"\(at line (\d+)", str(error))
    return int(at[1]) if at else None


def asked(question, data, path):
    """An answer, or what kind of error there was, in which line."""
    try:
        return question(data, path), None
    except Exception as error:  # pylint: disable=broad-except
        kind = error.what if isinstance(error, Refused) else type(error).__name__
        return None, f"{kind}, line {line_of(error) or '-'}"


def cleaned(tool, mode, path):
    """The exit code, and whether something was taken out."""
    command = [str(tool), "sanitize", path.name, "--write", "--format", "json", "--quiet", *MODES[mode]]
    environment = os.environ | {"GITOPS_HEALTH_SANITIZE_KEY": "-".join(["a key", "of the referees", "of all"])}
    done = subprocess.run(command, cwd=path.parent, env=environment, capture_output=True, check=False)
    try:
        return done.returncode, bool(json.loads(done.stdout)["files"])
    except (ValueError, KeyError):
        return done.returncode, False


def difference(before, after):
    """Where two shapes differ: the number of the item, never what it is."""
    at = next(
        (at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other),
        min(len(before), len(after)),
    )
    return f"shape: item {at + 1} of {len(before)}, now {len(after)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("directories", type=pathlib.Path, nargs="*")
    parser.add_argument("--mode", choices=MODES, action="append", help="only with this one")
    parser.add_argument("--only", choices=REFEREES, action="append", help="only files of this format")
    parser.add_argument("--keep", type=pathlib.Path, help="keep the files there, before and after: they have values")
    parser.add_argument("--json", type=pathlib.Path, help="write the figures there too")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)

    files = collections.defaultdict(list)
    for directory in arguments.directories:
        for path in sorted(path for path in directory.rglob("*") if path.is_file()):
            data = path.read_bytes()
            if kind := format_of(path, data):
                files[kind].append((str(path.relative_to(directory)), data))
    for name, content in made_up():
        data = content if isinstance(content, bytes) else content.encode()
        files[format_of(pathlib.Path(name), data)].append((f"made-up/{name}", data))

    table_rows, troubles = [], []
    with tempfile.TemporaryDirectory(prefix="referees-") as temporary:
        for kind, referee in REFEREES.items():
            if arguments.only and kind not in arguments.only:
                continue
            programs = [name for name in referee.needs if name in ("node", "javac")]
            MISSING.update(name for name in programs if not shutil.which(name))
            if any(name not in programs and not needed(name) for name in referee.needs) or MISSING & set(programs):
                continue
            if referee.valid == fhir_valid and not needed("fhir.resources"):
                referee = referee._replace(valid=None)
            was = {}
            for name, data in files[kind]:
                path = pathlib.Path(name)
                valid = asked(referee.valid, data, path)[1] if referee.valid else "no judge"
                was[name] = (*asked(referee.read, data, path), valid)
            for mode in arguments.mode or MODES:
                row = collections.Counter(files=len(files[kind]))
                for at, (name, data) in enumerate(files[kind]):
                    shape, error, valid = was[name]
                    row["before"] += error is None
                    row["valid_before"] += valid is None
                    path = (arguments.keep or pathlib.Path(temporary)) / mode / kind / str(at) / pathlib.Path(name).name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(data)
                    if arguments.keep:
                        path.with_name(path.name + ".before").write_bytes(data)
                    code, taken = cleaned(arguments.tool, mode, path)
                    now = path.read_bytes()
                    row["taken"] += taken
                    row["refused"] += code == 3
                    if code not in (0, 3):
                        troubles.append((name, mode, f"exit code {code}"))
                    if code == 3 and now != data:
                        troubles.append((name, mode, "refused and changed"))
                    new_shape, new_error = asked(referee.read, now, path)
                    row["after"] += new_error is None
                    if error is None and new_error:
                        troubles.append((name, mode, new_error))
                    if error is None and new_error is None and shape != new_shape:
                        row["shape"] += 1
                        troubles.append((name, mode, difference(shape, new_shape)))
                    if referee.valid:
                        new_valid = asked(referee.valid, now, path)[1]
                        row["valid_after"] += new_valid is None
                        if valid is None and new_valid and mode == "synthetic":
                            troubles.append((name, mode, f"not valid: {new_valid}"))
                table_rows.append({"format": kind, "mode": mode} | {name: row[name] for name in COUNTS})
                show(table_rows[-1], referee.valid, first=len(table_rows) == 1)
    for name in sorted(MISSING):
        print(f"not there, so not asked: {name}")
    for name, mode, what in troubles:
        print(f"{name}  {mode}  {what}")
    print(f"{len(troubles)} troubles")
    if arguments.json:
        listed = [{"path": name, "mode": mode, "what": what} for name, mode, what in troubles]
        arguments.json.write_text(json.dumps({"table": table_rows, "troubles": listed}, indent=2) + "\n")
    sys.exit(bool(troubles))


COUNTS = ["files", "before", "after", "taken", "refused", "shape", "valid_before", "valid_after"]


def show(row, judged, first):
    if first:
        print(f"{'format':12}{'mode':12}" + "".join(f"{name:>9}" for name in COUNTS[:6]) + f"{'valid':>14}")
    valid = f"{row['valid_before']} -> {row['valid_after']}" if judged else "-"
    print(
        f"{row['format']:12}{row['mode']:12}" + "".join(f"{row[name]:>9}" for name in COUNTS[:6]) + f"{valid:>14}",
        flush=True,
    )


if __name__ == "__main__":
    main()
