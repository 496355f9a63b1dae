#!/usr/bin/env python3
"""Do we say of signatures what the programs say that make them? A repository with a commit for each case is made, and asked.

usage: signature-referees.py VERDICT [--only ssh|openpgp|x509] [--speed COMMITS]

VERDICT  the example `verdict`: cargo build --release -p gitops-health-signature --examples

The referees: `ssh-keygen -Y verify` with an owner, a date and a list of revoked keys; `gpg --verify` at a date, of which the first
word counts (only GOODSIG is good); `openssl cms -verify` at a date, with the address of the owner and a list of revoked certificates.
`git log --format=%G?` is asked beside the first two, with the clock of this machine (of gpg: of the case). A referee that is not
installed is named, and its cases are left out. Keys and certificates are made for each run and thrown away.

Compared is whether a signature counts: `good`, `good-key-expired-since` and `soft-revoked` do. A case on which we differ on purpose has
the reason beside it. Any other difference, and a case with a reason that does not differ, makes the exit code 1.

--speed  counts the CPU seconds of `git log --format=%G?` over so many commits that are signed by SSH, Ed25519 and RSA; the example
         `throughput` counts ours.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ADA = "ada@example.com"
COUNTS = {"good", "good-key-expired-since", "soft-revoked"}
JULY_2024 = 1_719_792_000
YEAR = 31_536_000


def run(arguments, stdin=b"", check=True, env=None, **more):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "SSH_A"))}
    environment |= {"TZ": "UTC", "LC_ALL": "C", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    environment |= env or {}
    arguments = [str(it) for it in arguments]
    done = subprocess.run(arguments, input=stdin, capture_output=True, env=environment, **more)
    if check and done.returncode != 0:
        sys.exit(f"{' '.join(arguments)}: {done.stderr.decode(errors='replace')}")
    return done


class Repository:
    """Commits that are put together here, so that a case can be anything."""

    def __init__(self, directory, verdict):
        self.path, self.verdict, self.rows, self.failures = directory / "repository", verdict, [], 0
        self.files = directory
        run(["git", "init", "-q", self.path])
        self.tree = run(["git", "-C", self.path, "hash-object", "-w", "-t", "tree", "--stdin"]).stdout.decode().strip()

    def payload(self, seconds, text="a change"):
        who = f"Ada <{ADA}> {seconds} +0000"
        return f"tree {self.tree}\nauthor {who}\ncommitter {who}\n\n{text}\n".encode()

    def commit(self, payload, signature):
        header, message = payload.split(b"\n\n", 1)
        lines = signature.strip(b"\n").split(b"\n")
        content = header + b"\ngpgsig " + b"\n ".join(lines) + b"\n\n" + message
        options = ["hash-object", "-w", "-t", "commit", "--literally", "--stdin"]
        name = run(["git", "-C", self.path, *options], content).stdout.decode().strip()
        (self.files / "object").write_bytes(content)
        return name

    def git(self, commit, settings, env=None):
        options = [it for name, value in settings.items() for it in ("-c", f"{name}={value}")]
        done = run(["git", "-C", self.path, *options, "log", "-1", "--format=%G?", commit], env=env, check=False)
        return done.stdout.decode().strip()

    def ours(self, **settings):
        settings = [f"{name}={value}" for name, value in settings.items() if value is not None]
        done = run([self.verdict, self.files / "object", *settings])
        return done.stdout.decode().split("\t")[0]

    def row(self, kind, name, ours, theirs, counts, git="", why=""):
        differs = (ours in COUNTS) != counts
        if differs != bool(why):
            self.failures += 1
            why = "*** NOT EXPECTED *** " + why
        self.rows.append((kind, name, ours, theirs, git, "differs" if differs else "agrees", why))


def tampered(payload):
    return payload.replace(b"a change", b"another change")


# SSH


def ssh(repository, files):
    def key(name, *options):
        run(["ssh-keygen", "-q", "-N", "", "-C", "", "-f", files / name, *options])
        return (files / f"{name}.pub").read_text().strip()

    def sign(name, payload, namespace="git", hash="sha512"):
        return run(["ssh-keygen", "-Y", "sign", "-f", files / name, "-n", namespace, f"-Ohashalg={hash}"], payload).stdout

    def case(name, signature, payload, signers, revoked=b"", owner=ADA, seconds=JULY_2024, why="", now=None):
        commit = repository.commit(payload, signature)
        (files / "signers").write_text(signers)
        (files / "revoked").write_bytes(revoked)
        (files / "signature").write_bytes(signature)
        stamp = run(["date", "-u", "-d", f"@{seconds}", "+%Y%m%d%H%M%SZ"]).stdout.decode().strip()
        arguments = ["ssh-keygen", "-Y", "verify", "-n", "git", "-I", owner, f"-Overify-time={stamp}"]
        arguments += ["-s", files / "signature", "-f", files / "signers", "-r", files / "revoked"]
        says = run(arguments, payload, check=False).returncode == 0
        settings = {"gpg.ssh.allowedSignersFile": files / "signers", "gpg.ssh.revocationFile": files / "revoked"}
        git = repository.git(commit, settings)
        ours = repository.ours(signers=files / "signers", revoked=files / "revoked", email=owner, now=now)
        repository.row("ssh", name, ours, "valid" if says else "no", says, git, why)

    payload = repository.payload(JULY_2024)
    kinds = {"ed25519": ["-t", "ed25519"], "rsa-3072": ["-t", "rsa", "-b", "3072"]}
    kinds |= {f"ecdsa-{size}": ["-t", "ecdsa", "-b", str(size)] for size in (256, 384, 521)}
    for kind, options in kinds.items():
        line = key(kind, *options)
        signature = sign(kind, payload)
        case(f"{kind}, good", signature, payload, f"{ADA} {line}\n")
        case(f"{kind}, sha256", sign(kind, payload, hash="sha256"), payload, f"{ADA} {line}\n")
        case(f"{kind}, changed commit", signature, tampered(payload), f"{ADA} {line}\n")
    ed = (files / "ed25519.pub").read_text().strip()
    signature = sign("ed25519", payload)
    case("unknown key", signature, payload, "")
    case("somebody else's key", signature, payload, f"eve@example.com {ed}\n")
    case("made for another purpose", sign("ed25519", payload, "file"), payload, f"{ADA} {ed}\n")
    case("key not for git", signature, payload, f'{ADA} namespaces="file" {ed}\n')
    case("key expired when it signed", signature, payload, f'{ADA} valid-before="20240101Z" {ed}\n')
    case("key not valid yet", signature, payload, f'{ADA} valid-after="20250101Z" {ed}\n')
    case("key expired since", signature, payload, f'{ADA} valid-before="20250101Z" {ed}\n', now=JULY_2024 + 2 * YEAR)
    early = repository.payload(JULY_2024 - YEAR)
    case("expired key, date set back", sign("ed25519", early), early, f'{ADA} valid-before="20240101Z" {ed}\n',
         seconds=JULY_2024 - YEAR, now=JULY_2024)
    case("in the list of revoked keys", signature, payload, f"{ADA} {ed}\n", (ed + "\n").encode())
    (files / "specification").write_text(f"sha256: {ed}\n")
    run(["ssh-keygen", "-q", "-k", "-f", files / "krl", files / "specification"])
    case("in a binary list (KRL)", signature, payload, f"{ADA} {ed}\n", (files / "krl").read_bytes())
    case("a signature cut in half", signature[: len(signature) // 2], payload, f"{ADA} {ed}\n")
    authority = key("ca", "-t", "ed25519")
    for name, serial, owner in (("cert", 7, ADA), ("cert-eve", 8, "eve@example.com")):
        key(name, "-t", "ed25519")
        run(["ssh-keygen", "-q", "-s", files / "ca", "-I", name, "-n", owner, "-z", serial, "-V", "20240101:20250101",
             files / f"{name}.pub"])
    lines = f"*@example.com cert-authority {authority}\n"
    certified = sign("cert-cert.pub", payload)
    case("certificate, good", certified, payload, lines)
    case("certificate for somebody else", sign("cert-eve-cert.pub", payload), payload, lines)
    (files / "specification").write_text("serial: 7\n")
    run(["ssh-keygen", "-q", "-k", "-s", files / "ca.pub", "-f", files / "krl", files / "specification"])
    case("certificate, number in a KRL", certified, payload, lines, (files / "krl").read_bytes())
    small = key("rsa-1024", "-t", "rsa", "-b", "1024")
    case("RSA of 1024 bits", sign("rsa-1024", payload), payload, f"{ADA} {small}\n", why="a key that can be broken is weak")
    case("text behind the signature", signature + b"more\n", payload, f"{ADA} {ed}\n",
         why="at the end of a tag it would look signed")


# OpenPGP


def openpgp(repository, files):
    home = files / "gnupg"
    home.mkdir(mode=0o700)

    def gpg(clock, *arguments, stdin=b"", check=True):
        fixed = ["gpg", "--homedir", home, "--quiet", "--no-tty", "--pinentry-mode", "loopback", "--passphrase", ""]
        return run([*fixed, "--faked-system-time", f"{clock}T000000!", *arguments], stdin, check)

    def key(time, name, kind, usage, expires):
        gpg(time, "--batch", "--quick-generate-key", f"{name} <{name}@example.com>", kind, usage, expires)
        text = gpg(time, "--batch", "--with-colons", "--list-keys", f"={name} <{name}@example.com>").stdout.decode()
        return next(it.split(":")[9] for it in text.splitlines() if it.startswith("fpr"))

    def revoke(time, which, code):
        stdin = f"y\n{code}\n\ny\n".encode()
        gpg(time, "--batch", "--import", stdin=gpg(time, "--command-fd", "0", "--gen-revoke", which, stdin=stdin).stdout)

    def sign(time, which, payload, *options):
        return gpg(time, "--batch", "--armor", "--detach-sign", "--local-user", which, *options, stdin=payload).stdout

    def case(name, signature, payload, now="20260101", owner="ada@example.com", why="", keys=None):
        commit = repository.commit(payload, signature)
        (files / "keys").write_bytes(gpg("20240101", "--batch", "--export").stdout if keys is None else keys)
        (files / "signature").write_bytes(signature)
        (files / "payload").write_bytes(payload)
        asked = home
        if keys is not None:
            asked = Path(tempfile.mkdtemp(dir=files))
        arguments = ["--batch", "--status-fd", "1", "--verify", files / "signature", files / "payload"]
        says = gpg(now, "--homedir", asked, *arguments, check=False).stdout.decode(errors="replace")
        words = [it.split(" ")[1] for it in says.splitlines() if it.count(" ")]
        known = ["GOODSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "BADSIG", "ERRSIG", "NODATA"]
        word = next((it for it in words if it in known), "nothing")
        program = files / "gpg.sh"
        program.write_text(f"#!/bin/sh\nexec gpg --homedir '{asked}' --faked-system-time {now}T000000! \"$@\"\n")
        program.chmod(0o700)
        git = repository.git(commit, {"gpg.program": program})
        seconds = run(["date", "-u", "-d", now, "+%s"]).stdout.decode().strip()
        ours = repository.ours(openpgp=files / "keys", email=owner, now=seconds)
        repository.row("openpgp", name, ours, word, word == "GOODSIG", git, why)

    def export():
        return gpg("20240101", "--batch", "--export").stdout

    payload = repository.payload(JULY_2024)
    for kind in ("ed25519", "nistp256", "nistp384", "nistp521", "rsa3072"):
        ada = key("20240101", f"ada-{kind}", kind, "sign", "0")
        owner = f"ada-{kind}@example.com"
        signature = sign("20240701", ada, payload)
        case(f"{kind}, good", signature, payload, owner=owner)
        case(f"{kind}, changed commit", signature, tampered(payload), owner=owner)
    case("unknown key", signature, payload, owner=owner, keys=b"")
    case("somebody else's key", signature, payload, owner="eve@example.com", why="gpg is not asked for an owner")
    case("a signature cut in half", signature[: len(signature) // 2], payload, owner=owner)
    case("SHA-1", sign("20240701", ada, payload, "--digest-algo", "SHA1"), payload, owner=owner,
         why="gpg 2.2 takes SHA-1 of documents" if "2.2" in run(["gpg", "--version"]).stdout.decode().split("\n")[0] else "")
    short = key("20240101", "short", "ed25519", "sign", "1y")
    signature = sign("20240701", short, payload)
    case("key expired since", signature, payload, owner="short@example.com", why="it was valid when it signed")
    case("expired key, date set back", sign("20240702", short, payload), payload, owner="short@example.com",
         why="the date is the signer's word, as it is for ssh-keygen; the time basis says so")
    for code, name, why in ((1, "compromised", ""), (0, "no reason", ""), (3, "retired", "what it signed before still holds"),
                            (2, "superseded", "what it signed before still holds")):
        which = key("20240101", f"revoked{code}", "ed25519", "sign", "0")
        signature = sign("20240701", which, payload)
        revoke("20240801", which, code)
        case(f"revoked since: {name}", signature, payload, owner=f"revoked{code}@example.com", why=why)
    late = key("20240101", "late", "ed25519", "sign", "0")
    signature = sign("20240901", late, payload)
    revoke("20240801", late, 3)
    case("retired before it signed", signature, payload, owner="late@example.com")
    run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)


# X.509


AUTHORITY = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
PERSON = f"subjectAltName=email:{ADA}\nkeyUsage=critical,digitalSignature\nbasicConstraints=CA:FALSE\n"
MAIL = PERSON + "extendedKeyUsage=emailProtection\n"
CONFIGURATION = """[ca]
default_ca=here
[here]
database={files}/index
serial={files}/serial
new_certs_dir={files}
policy=anything
default_md=sha256
unique_subject=no
crlnumber={files}/crlnumber
default_crl_days=3650
[anything]
commonName=supplied
"""


def x509(repository, files):
    configuration = files / "openssl.cnf"
    configuration.write_text(CONFIGURATION.format(files=files))
    (files / "serial").write_text("1000\n")
    (files / "crlnumber").write_text("01\n")
    (files / "index").write_text("")
    ec = ["-newkey", "ec", "-pkeyopt"]
    kinds = {name: [*ec, f"ec_paramgen_curve:P-{name[1:]}"] for name in ("p256", "p384", "p521")}
    kinds |= {"rsa2048": ["-newkey", "rsa:2048"], "rsa1024": ["-newkey", "rsa:1024"]}

    def root(name):
        extensions = [it for line in AUTHORITY.split("\n") if line for it in ("-addext", line)]
        run(["openssl", "req", "-x509", *kinds["p256"], "-nodes", "-keyout", files / f"{name}.key", "-subj", f"/CN={name}",
             "-days", "7300", "-out", files / f"{name}.pem", *extensions[:-2]])

    def certificate(name, by="root", kind="p256", extensions=MAIL, dates=(), digest="sha256", subject=None):
        run(["openssl", "req", "-new", *kinds[kind], "-nodes", "-keyout", files / f"{name}.key", "-subj", f"/CN={subject or name}",
             "-out", files / "request"])
        (files / "extensions").write_text(extensions)
        first, last = dates or ("20250101000000Z", "20360101000000Z")
        run(["openssl", "ca", "-batch", "-notext", "-config", configuration, "-cert", files / f"{by}.pem", "-keyfile",
             files / f"{by}.key", "-in", files / "request", "-extfile", files / "extensions", "-startdate", first, "-enddate", last,
             "-md", digest, "-out", files / f"{name}.pem"])

    def sign(name, payload, *options):
        (files / "payload").write_bytes(payload)
        der = run(["openssl", "cms", "-sign", "-binary", "-in", files / "payload", "-signer", files / f"{name}.pem", "-inkey",
                   files / f"{name}.key", "-outform", "DER", *options]).stdout
        return der

    def case(name, der, payload, roots=("root",), owner=ADA, now=None, crl=None, why="", options=()):
        text = run(["openssl", "base64"], der).stdout
        repository.commit(payload, b"-----BEGIN SIGNED MESSAGE-----\n" + text + b"-----END SIGNED MESSAGE-----\n")
        (files / "roots").write_bytes(b"".join((files / f"{it}.pem").read_bytes() for it in roots))
        (files / "both").write_bytes((files / "roots").read_bytes() + (crl or b""))
        (files / "payload").write_bytes(payload)
        (files / "signature").write_bytes(der)
        now = now or int(time.time())
        arguments = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", files / "signature", "-content", files / "payload"]
        arguments += ["-CAfile", files / "both", "-no-CApath", "-no-CAstore", "-attime", now, "-out", "/dev/null", *options]
        arguments += ["-verify_email", owner]
        if crl:
            arguments += ["-crl_check"]
        done = run(arguments, check=False)
        says = done.returncode == 0
        ours = repository.ours(x509=files / "both", email=owner, now=now)
        repository.row("x509", name, ours, "valid" if says else "no", says, "", why)

    root("root")
    root("other")
    payload = repository.payload(int(time.time()))
    for kind in ("rsa2048", "p256", "p384", "p521"):
        certificate(kind, kind=kind)
        digest = ["-md", "sha384"] if kind == "p384" else []
        der = sign(kind, payload, *digest)
        case(f"{kind}, good", der, payload)
        case(f"{kind}, changed commit", der, tampered(payload))
        case(f"{kind}, without attributes", sign(kind, payload, "-noattr", *digest), payload)
    case("RSA-PSS", sign("rsa2048", payload, "-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:-1"), payload)
    case("RSA-PSS, salt of another length", sign("rsa2048", payload, "-keyopt", "rsa_padding_mode:pss"), payload,
         why="unsupported: ring wants the length of the digest")
    case("P-256 with SHA-512", sign("p256", payload, "-md", "sha512"), payload, why="unsupported: ring does not have it")
    der = sign("p256", payload)
    case("named by the id of its key", sign("p256", payload, "-keyid"), payload)
    case("unknown authority", der, payload, roots=("other",))
    case("somebody else's certificate", der, payload, owner="eve@example.com")
    case("cut in half", der[: len(der) // 2], payload)
    case("one byte of the signature changed", der[:-5] + bytes([der[-5] ^ 1]) + der[-4:], payload)
    certificate("middle", extensions=AUTHORITY)
    certificate("below", by="middle")
    case("somebody in between, good", sign("below", payload, "-certfile", files / "middle.pem"), payload)
    case("somebody in between, missing", sign("below", payload), payload)
    certificate("no-authority", extensions=MAIL)
    certificate("forged", by="no-authority")
    case("by a person's certificate", sign("forged", payload, "-certfile", files / "no-authority.pem"), payload)
    certificate("short", extensions=AUTHORITY.replace("CA:TRUE", "CA:TRUE,pathlen:0"))
    certificate("too-long", by="short", extensions=AUTHORITY)
    certificate("lowest", by="too-long")
    (files / "chain").write_bytes((files / "short.pem").read_bytes() + (files / "too-long.pem").read_bytes())
    case("more authorities than allowed", sign("lowest", payload, "-certfile", files / "chain"), payload)
    certificate("old", dates=("20240101000000Z", "20241231235959Z"))
    case("expired when it signed", sign("old", payload), payload)
    certificate("young", dates=("20350101000000Z", "20360101000000Z"))
    case("not valid yet", sign("young", payload), payload)
    later = int(run(["date", "-d", "20400101", "+%s"]).stdout)
    case("expired since", der, payload, now=later, why="it was valid when it signed; the time basis is its own date")
    certificate("server", extensions=PERSON + "extendedKeyUsage=serverAuth\n")
    case("for servers", sign("server", payload), payload)
    certificate("encrypts", extensions=MAIL.replace("digitalSignature", "keyEncipherment"))
    case("key not for signing", sign("encrypts", payload), payload)
    certificate("code", extensions=PERSON + "extendedKeyUsage=codeSigning\n")
    code = sign("code", payload)
    case("for code, as of Fulcio", code, payload, why="`cms -verify` asks for mail alone")
    case("for code, any purpose asked", code, payload, options=("-purpose", "any"))
    certificate("strange", extensions=MAIL + "1.2.3.4=critical,DER:0500\n")
    case("critical extension, unknown", sign("strange", payload), payload)
    case("SHA-1", sign("p256", payload, "-md", "sha1"), payload, why="a digest that can be forged is weak")
    certificate("sha1", digest="sha1")
    case("certificate by SHA-1", sign("sha1", payload), payload, why="a digest that can be forged is weak")
    certificate("weak", kind="rsa1024")
    case("RSA of 1024 bits", sign("weak", payload), payload, why="a key that can be broken is weak")
    case("with a content of its own", sign("p256", payload, "-nodetach"), payload,
         why="malformed: who reads the content can be shown another")
    authority = ["openssl", "ca", "-config", configuration, "-cert", files / "root.pem", "-keyfile", files / "root.key"]
    for name, reason, why in (("lost", "keyCompromise", ""), ("left", "cessationOfOperation", "what it signed before still holds")):
        certificate(name)
        before = sign(name, payload)
        # Dates have seconds.
        time.sleep(2)
        run([*authority, "-revoke", files / f"{name}.pem", "-crl_reason", reason])
        time.sleep(2)
        crl = run([*authority, "-gencrl"]).stdout
        case(f"revoked since: {reason}", before, payload, crl=crl, why=why)
        case(f"revoked before: {reason}", sign(name, payload), payload, crl=crl)
        case(f"not revoked, beside {reason}", der, payload, crl=crl)


def speed(files, count):
    for kind, options in (("ed25519", ["-t", "ed25519"]), ("rsa", ["-t", "rsa", "-b", "3072"])):
        path = files / f"speed-{kind}"
        run(["git", "init", "-q", path])
        run(["ssh-keygen", "-q", "-N", "", "-C", "", "-f", files / f"speed.{kind}", *options])
        (files / "signers").write_text(f"{ADA} {(files / f'speed.{kind}.pub').read_text()}")
        settings = ["-c", "gpg.format=ssh", "-c", f"user.signingKey={files / f'speed.{kind}'}", "-c", "user.name=Ada",
                    "-c", f"user.email={ADA}", "-c", f"gpg.ssh.allowedSignersFile={files / 'signers'}"]
        for number in range(count):
            run(["git", "-C", path, *settings, "commit", "-q", "-S", "--allow-empty", "-m", f"change {number}"])
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        says = run(["git", "-C", path, *settings, "log", "--format=%G?"]).stdout.split()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        assert says == [b"G"] * count, says[:3]
        print(f"git, SSH {kind}: {1000 * seconds / count:.2f} ms of CPU for each signature, {count / seconds:.0f} in a CPU second")


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("verdict", type=Path)
    parser.add_argument("--only", choices=["ssh", "openpgp", "x509"])
    parser.add_argument("--speed", type=int)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="s-", dir="/tmp") as directory:
        directory = Path(directory)
        repository = Repository(directory, arguments.verdict.resolve())
        for kind, program, cases in (("ssh", "ssh-keygen", ssh), ("openpgp", "gpg", openpgp), ("x509", "openssl", x509)):
            if arguments.only not in (None, kind):
                continue
            if not shutil.which(program):
                print(f"{program} is not installed: no case of {kind} was compared")
                continue
            cases(repository, directory)
        widths = [max(len(row[place]) for row in repository.rows) for place in range(6)] if repository.rows else []
        for row in [("", "case", "ours", "referee", "%G?", "", "why"), *repository.rows]:
            line = [cell.ljust(width) for cell, width in zip(row, widths)]
            print("  ".join([*line, row[6]]).rstrip())
        for kind in ("ssh", "openpgp", "x509"):
            rows = [row for row in repository.rows if row[0] == kind]
            agree = sum(row[5] == "agrees" for row in rows)
            print(f"{kind}: {len(rows)} cases, {agree} agree, {len(rows) - agree} differ")
        print(f"not expected: {repository.failures}")
        if arguments.speed:
            speed(directory, arguments.speed)
    sys.exit(1 if repository.failures else 0)


if __name__ == "__main__":
    main()
