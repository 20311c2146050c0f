#!/usr/bin/env python3
"""Writes own/*.txt: the frozen vectors of Strongroom's at-rest format v1.

A second implementation of the format, from README.md and with nothing but Python's standard
library, so that the Rust one is not only compared with itself. Keys, ids and nonces come from
SHA-256 of labels; running it again gives the same files. Frozen: a change of format gets a new
version byte and new vectors, and these must open for ever.
"""
import hashlib
import hmac
import pathlib
import struct

OUT = pathlib.Path(__file__).parent / "own"


# --- primitives: RFC 8439, draft-irtf-cfrg-xchacha-03, RFC 5869 ------------------------------

def rounds(state):
    s = list(state)

    def quarter(a, b, c, d):
        for x, y, z, bits in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            s[x] = (s[x] + s[y]) & 0xFFFFFFFF
            s[z] ^= s[x]
            s[z] = ((s[z] << bits) | (s[z] >> (32 - bits))) & 0xFFFFFFFF

    for _ in range(10):
        for column in range(4):
            quarter(column, 4 + column, 8 + column, 12 + column)
        for a in range(4):
            quarter(a, 4 + (a + 1) % 4, 8 + (a + 2) % 4, 12 + (a + 3) % 4)
    return s


def chacha_state(key, last16):
    return list(struct.unpack("<16I", b"expand 32-byte k" + key + last16))


def chacha20(key, counter, nonce12, data):
    out = bytearray()
    for at in range(0, len(data), 64):
        state = chacha_state(key, struct.pack("<I", counter + at // 64) + nonce12)
        words = [(a + b) & 0xFFFFFFFF for a, b in zip(state, rounds(state))]
        out += bytes(a ^ b for a, b in zip(data[at:at + 64], struct.pack("<16I", *words)))
    return bytes(out)


def poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for at in range(0, len(message), 16):
        total = (total + int.from_bytes(message[at:at + 16] + b"\1", "little")) * r % ((1 << 130) - 5)
    return ((total + int.from_bytes(key[16:], "little")) & ((1 << 128) - 1)).to_bytes(16, "little")


def xchacha20_poly1305(key, nonce24, aad, message):
    words = rounds(chacha_state(key, nonce24[:16]))
    subkey, nonce12 = struct.pack("<8I", *words[:4], *words[12:]), bytes(4) + nonce24[16:]
    ciphertext = chacha20(subkey, 1, nonce12, message)
    pad = lambda b: b + bytes(-len(b) % 16)
    lengths = struct.pack("<QQ", len(aad), len(ciphertext))
    one_time = chacha20(subkey, 0, nonce12, bytes(32))
    return ciphertext + poly1305(one_time, pad(aad) + pad(ciphertext) + lengths)


def hmac256(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def hkdf(salt, key, info, length):
    assert length <= 32
    return hmac256(hmac256(salt, key), info + b"\1")[:length]


# --- the format -------------------------------------------------------------------------------

def canonical(fields):
    return struct.pack(">Q", len(fields)) + b"".join(struct.pack(">Q", len(f)) + f for f in fields)


def derived(key, instance, info, length=32):
    return hkdf(b"sr.v1" + instance, key, info, length)


def aad(layer, header, p, domain=b"sr.v1"):
    """p: instance, scope_kind, scope_id, secret_id, version, content_kind."""
    return canonical([
        domain, bytes([layer]), header, p["instance"], bytes([p["scope_kind"]]), p["scope_id"],
        p["secret_id"], struct.pack(">Q", p["version"]), bytes([p["content_kind"]]),
    ])


def scope_aad(header, p, layer=4, domain=b"sr.v1"):
    return canonical([
        domain, bytes([layer]), header, p["instance"], bytes([p["scope_kind"]]), p["scope_id"],
        b"", struct.pack(">Q", p["key_version"]), b"",
    ])


def header(key_id, version=1, suite=1):
    return bytes([version, suite]) + struct.pack(">I", key_id)


def wrap(kek, nonce, bound, head, key, commit=None):
    commit = commit or hkdf(nonce, kek, b"sr.v1 commit", 16)
    return head + commit + nonce + xchacha20_poly1305(kek, nonce, bound, key)


def padded_len(total):
    if total <= 256:
        return -(-total // 32) * 32
    exponent = total.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-total // step) * step


def pad(value):
    body = struct.pack(">I", len(value)) + value
    return body + bytes(padded_len(len(body)) - len(body))


def seed(label, length):
    """Reproducible bytes that nobody chose."""
    blocks = (hashlib.sha256(f"strongroom/seal/v1/{label}/{n}".encode()).digest() for n in range(-(-length // 32)))
    return b"".join(blocks)[:length]


# --- one vector: every input has a default, every step can be overridden -----------------------

BASE = dict(
    root=seed("root", 32), store=seed("store", 32), instance=seed("instance", 16),
    scope_kind=1, scope_id=seed("scope", 16), key_version=3,
    secret_id=seed("secret", 16), version=7, content_kind=0,
    plaintext=b"correct horse battery staple", label="base",
)
OTHER = dict(
    instance=seed("other instance", 16), scope_kind=2, scope_id=seed("other scope", 16), key_version=4,
    secret_id=seed("other secret", 16), version=8, content_kind=1,
)


def sealed(changes=None, scope=None, dk=None, outer=None, inner=None, padded=None,
           layer=None, domain=None, heads=None):
    """Seals BASE with `changes`. `scope`, `dk`, `outer`, `inner` change the place that one seal
    alone binds; `layer` and `domain` map a seal's name to another label; `heads` to a header."""
    p = {**BASE, **(changes or {})}
    layers = {"scope": 4, "dk": 3, "outer": 2, "inner": 1, **(layer or {})}
    domains = {"scope": b"sr.v1", "dk": b"sr.v1", "outer": b"sr.v1", "inner": b"sr.v1", **(domain or {})}
    head = {"scope": header(1), "dk": header(1), "outer": header(p["key_version"]), "inner": header(0)[:2], **(heads or {})}
    name = p["label"]
    sk, data_key = seed(name + "/sk", 32), seed(name + "/dk", 32)
    nonces = {n: seed(f"{name}/nonce/{n}", 24) for n in ("scope", "dk", "outer", "inner")}
    scope_kek = derived(p["store"], p["instance"], b"store scope-wrap")
    data_kek = derived(p["root"], p["instance"], b"root wrap")
    bound = lambda n, other: aad(layers[n], head[n], {**p, **(other or {})}, domains[n])

    wrapped_scope = wrap(scope_kek, nonces["scope"],
                         scope_aad(head["scope"], {**p, **(scope or {})}, layers["scope"], domains["scope"]),
                         head["scope"], sk)
    wrapped = wrap(data_kek, nonces["dk"], bound("dk", dk), head["dk"], data_key)
    content = pad(p["plaintext"]) if padded is None else padded
    body = nonces["inner"] + xchacha20_poly1305(data_key, nonces["inner"], bound("inner", inner), content)
    blob = head["outer"] + nonces["outer"] + xchacha20_poly1305(sk, nonces["outer"], bound("outer", outer), body)
    return dict(p, wrapped_scope_key=wrapped_scope, wrapped_key=wrapped, blob=blob,
                data_key=data_key, inner_nonce=nonces["inner"])


def text(name, expect, at, v, comment, **given):
    """`given` replaces what the opener is given; key_scope_* is the place the scope key is opened for."""
    v = {**v, **given}
    for field in ("scope_kind", "scope_id", "key_version"):
        v.setdefault("key_" + field, v[field])
    fields = ["root", "store", "instance", "key_scope_kind", "key_scope_id", "key_key_version", "scope_kind",
              "scope_id", "key_version", "secret_id", "version", "content_kind",
              "wrapped_scope_key", "wrapped_key", "blob"]
    if expect == "ok":
        fields += ["plaintext", "data_key", "inner_nonce"]
    rename = {"root": "root-key", "store": "store-key"}
    show = lambda x: x.hex() if isinstance(x, bytes) else str(x)
    lines = [f"name: {name}", f"expect: {expect}", f"at: {at}", f"comment: {comment}"]
    lines += [f"{rename.get(f, f.replace('_', '-'))}: {show(v[f])}".rstrip() for f in fields]
    return "\n".join(lines) + "\n"


def flip(data, at, bit=1):
    return data[:at] + bytes([data[at] ^ bit]) + data[at + 1:]


FILES = {}


def add(group, name, expect, at, v, comment, **given):
    FILES.setdefault(group, []).append(text(name, expect, at, v, comment, **given))


# --- the groups -------------------------------------------------------------------------------

ff, zero = b"\xff" * 16, bytes(16)
for name, changes in {
    "a-short-text": {},
    "an-empty-value": dict(plaintext=b""),
    "one-byte": dict(plaintext=b"\0"),
    "bytes-that-fill-a-block": dict(plaintext=b"x" * 28),
    "one-more-than-fills-a-block": dict(plaintext=b"x" * 29),
    "the-largest-of-the-small-lengths": dict(plaintext=seed("252", 252)),
    "the-smallest-of-the-padme-lengths": dict(plaintext=seed("253", 253)),
    "a-thousand-bytes": dict(plaintext=seed("1000", 1000), content_kind=2),
    "four-kibibytes-of-zeros": dict(plaintext=bytes(4096), content_kind=2),
    "a-value-that-looks-like-padding": dict(plaintext=bytes(28)),
    "unicode-text": dict(plaintext="Straße, 東京, 🔐".encode()),
    "a-json-document": dict(plaintext=b'{"user":"a","password":null}', content_kind=1),
    "a-file": dict(plaintext=bytes(range(256)), content_kind=2),
    "in-the-platform-scope": dict(scope_kind=0, scope_id=zero),
    "in-a-service-scope": dict(scope_kind=2),
    "all-numbers-zero": dict(key_version=0, version=0, scope_id=zero, secret_id=zero, instance=zero),
    "all-numbers-largest": dict(key_version=2**32 - 1, version=2**64 - 1, scope_id=ff, secret_id=ff, instance=ff),
    "root-and-store-key-the-same-bytes": dict(store=BASE["root"]),
}.items():
    add("ok", name, "ok", "value", sealed({**changes, "label": name}), "opens to the plaintext")

base = sealed()
for name, expect, at, comment, given in [
    ("a-root-key-of-31-bytes", "key-length", "keys", "cut", dict(root=BASE["root"][:31])),
    ("a-root-key-of-33-bytes", "key-length", "keys", "a line feed at the end", dict(root=BASE["root"] + b"\n")),
    ("an-empty-store-key", "key-length", "keys", "empty file", dict(store=b"")),
    ("a-root-key-of-zeros", "weak-key", "keys", "placeholder", dict(root=bytes(32))),
    ("a-store-key-of-zeros", "weak-key", "keys", "placeholder", dict(store=bytes(32))),
    ("another-store-key", "commit-failure", "scope-key", "wrong key file", dict(store=seed("other store", 32))),
    ("one-bit-of-the-store-key", "commit-failure", "scope-key", "wrong key file", dict(store=flip(BASE["store"], 31))),
    ("another-root-key", "commit-failure", "value", "wrong key file", dict(root=seed("other root", 32))),
    ("one-bit-of-the-root-key", "commit-failure", "value", "wrong key file", dict(root=flip(BASE["root"], 0))),
    ("root-and-store-key-swapped", "commit-failure", "scope-key", "the two files confused", dict(root=BASE["store"], store=BASE["root"])),
    ("another-instance", "commit-failure", "scope-key", "every derived key depends on the instance", dict(instance=OTHER["instance"])),
]:
    add("keys", name, expect, at, base, comment, **given)

for version in (0, 2, 255):
    for part, at in (("wrapped_scope_key", "scope-key"), ("wrapped_key", "value"), ("blob", "value")):
        add("header", f"version-{version}-in-the-{part.replace('_', '-')}", "bad-version", at, base,
            "unknown format version", **{part: bytes([version]) + base[part][1:]})
for suite in (0, 2):
    for part, at in (("wrapped_scope_key", "scope-key"), ("wrapped_key", "value"), ("blob", "value")):
        add("header", f"suite-{suite}-in-the-{part.replace('_', '-')}", "bad-suite", at, base,
            "unknown cipher suite", **{part: base[part][:1] + bytes([suite]) + base[part][2:]})
for key_id in (0, 2, 2**32 - 1):
    for part, at in (("wrapped_scope_key", "scope-key"), ("wrapped_key", "value"), ("blob", "value")):
        add("header", f"key-{key_id}-in-the-{part.replace('_', '-')}", "unknown-key", at, base,
            "no such key", **{part: header(key_id) + base[part][6:]})
add("header", "an-unknown-version-cut-to-one-byte", "bad-version", "value", base, "the version is judged before the length", blob=b"\x02")
add("header", "an-unknown-suite-cut-to-two-bytes", "bad-suite", "value", base, "the suite is judged before the length", blob=b"\x01\x02")
add("header", "a-blob-where-the-wrapped-key-belongs", "too-large", "value", base, "columns confused", wrapped_key=base["blob"])
add("header", "a-wrapped-key-where-the-blob-belongs", "truncated", "value", base, "columns confused", blob=base["wrapped_key"])

for field in ("scope_kind", "scope_id", "key_version"):
    add("place", f"scope-key-opened-with-another-{field.replace('_', '-')}", "auth-failure", "scope-key", base,
        "single-field change of the scope's place", **{field: OTHER[field]})
for field in ("scope_kind", "scope_id"):
    add("place", f"value-opened-with-another-{field.replace('_', '-')}", "wrong-scope", "value", base,
        "the scope key is for another scope", **{field: OTHER[field], "key_" + field: BASE[field]})
add("place", "value-opened-with-another-key-version", "unknown-key", "value", base,
    "the scope key has another version", key_version=4, key_key_version=3)
for field in ("secret_id", "version", "content_kind"):
    add("place", f"value-opened-with-another-{field.replace('_', '-')}", "auth-failure", "value", base,
        "single-field change of the value's place", **{field: OTHER[field]})
for field in ("scope_id", "secret_id"):
    for at_byte in (0, 15):
        step = "scope-key" if field == "scope_id" else "value"
        add("place", f"one-bit-of-byte-{at_byte}-of-the-{field.replace('_', '-')}", "auth-failure", step, base,
            "one bit", **{field: flip(BASE[field], at_byte, 0x80 >> (at_byte % 8))})
for number in (6, 7 + 2**32, 7 << 56):
    add("place", f"version-{number}-for-7", "auth-failure", "value", base, "every byte of the number counts", version=number)

for field in ("instance", "scope_kind", "scope_id", "secret_id", "version", "content_kind"):
    for seal in ("dk", "outer", "inner"):
        add("layers", f"only-the-{seal}-seal-binds-another-{field.replace('_', '-')}", "auth-failure", "value",
            sealed(**{seal: {field: OTHER[field]}}), "single-field AAD change in one layer")
for field in ("instance", "scope_kind", "scope_id", "key_version"):
    add("layers", f"only-the-scope-seal-binds-another-{field.replace('_', '-')}", "auth-failure", "scope-key",
        sealed(scope={field: OTHER[field]}), "single-field AAD change in one layer")
for seal, at in (("dk", "value"), ("outer", "value"), ("inner", "value"), ("scope", "scope-key")):
    number = {"inner": 1, "outer": 2, "dk": 3, "scope": 4}[seal]
    add("layers", f"the-{seal}-seal-labelled-as-another-layer", "auth-failure", at, sealed(layer={seal: number % 4 + 1}), "layer byte")
    add("layers", f"the-{seal}-seal-of-another-domain", "auth-failure", at, sealed(domain={seal: b"sr.v2"}), "domain label")
add("layers", "an-inner-seal-that-binds-the-outer-header", "auth-failure", "value",
    sealed(heads={"inner": header(3)}), "the inner layer binds version and suite alone, so that a scope key can rotate")
rotated = sealed(dict(key_version=4))
add("layers", "a-rotated-scope-key-over-the-same-inner-layer", "ok", "value", rotated,
    "same data key, same inner bytes as the base vector; only the outer layer and its header differ")

for name, part, at_byte, expect, at in [
    ("commitment-of-the-scope-key", "wrapped_scope_key", 6, "commit-failure", "scope-key"),
    ("nonce-of-the-scope-key", "wrapped_scope_key", 22, "commit-failure", "scope-key"),
    ("ciphertext-of-the-scope-key", "wrapped_scope_key", 46, "auth-failure", "scope-key"),
    ("tag-of-the-scope-key", "wrapped_scope_key", 93, "auth-failure", "scope-key"),
    ("first-byte-of-the-commitment", "wrapped_key", 6, "commit-failure", "value"),
    ("last-byte-of-the-commitment", "wrapped_key", 21, "commit-failure", "value"),
    ("first-byte-of-the-wrap-nonce", "wrapped_key", 22, "commit-failure", "value"),
    ("last-byte-of-the-wrap-nonce", "wrapped_key", 45, "commit-failure", "value"),
    ("ciphertext-of-the-data-key", "wrapped_key", 60, "auth-failure", "value"),
    ("first-byte-of-the-wrap-tag", "wrapped_key", 78, "auth-failure", "value"),
    ("last-byte-of-the-wrap-tag", "wrapped_key", 93, "auth-failure", "value"),
    ("outer-nonce", "blob", 6, "auth-failure", "value"),
    ("inner-nonce", "blob", 30, "auth-failure", "value"),
    ("first-byte-of-the-value", "blob", 54, "auth-failure", "value"),
    ("inner-tag", "blob", -32, "auth-failure", "value"),
    ("outer-tag", "blob", -1, "auth-failure", "value"),
]:
    data = base[part]
    add("tampered", f"one-bit-of-the-{name}", expect, at, base, f"byte {at_byte} of the {part.replace('_', ' ')}",
        **{part: flip(data, at_byte % len(data))})
other_kek = derived(seed("other store", 32), BASE["instance"], b"store scope-wrap")
data_kek = derived(BASE["root"], BASE["instance"], b"root wrap")
nonce, dk_aad = seed("base/nonce/dk", 24), aad(3, header(1), BASE)
add("tampered", "a-data-key-wrapped-by-another-key-with-the-right-commitment", "auth-failure", "value", base, "commitment copied",
    wrapped_key=wrap(other_kek, nonce, dk_aad, header(1), base["data_key"], hkdf(nonce, data_kek, b"sr.v1 commit", 16)))
add("tampered", "a-data-key-wrapped-rightly-with-the-commitment-of-another-key", "commit-failure", "value", base, "would open without the commitment",
    wrapped_key=wrap(data_kek, nonce, dk_aad, header(1), base["data_key"], hkdf(nonce, other_kek, b"sr.v1 commit", 16)))
add("tampered", "a-wrong-data-key", "auth-failure", "value", base, "the outer layer opens, the inner does not",
    wrapped_key=wrap(data_kek, nonce, dk_aad, header(1), seed("wrong", 32)))

for field in ("secret_id", "version", "content_kind", "scope_id"):
    other = sealed({field: OTHER[field], "label": "other"})
    shown = field.replace("_", "-")
    if field != "scope_id":
        add("swapped", f"both-columns-of-a-row-with-another-{shown}", "auth-failure", "value", base, "row moved",
            wrapped_key=other["wrapped_key"], blob=other["blob"])
    add("swapped", f"the-data-key-of-a-row-with-another-{shown}", "auth-failure", "value", base, "one column moved", wrapped_key=other["wrapped_key"])
    add("swapped", f"the-blob-of-a-row-with-another-{shown}", "auth-failure", "value", base, "one column moved", blob=other["blob"])
again = sealed(dict(plaintext=b"an older value, same place!!", label="again"))
add("swapped", "the-blob-of-another-seal-for-the-same-place", "auth-failure", "value", base, "the data keys differ", blob=again["blob"])
add("swapped", "the-scope-key-of-another-scope", "auth-failure", "scope-key", base, "one row moved",
    wrapped_scope_key=sealed(dict(scope_id=OTHER["scope_id"]))["wrapped_scope_key"])
add("swapped", "the-data-key-where-the-scope-key-belongs", "commit-failure", "scope-key", base, "the two wraps have two keys",
    wrapped_scope_key=base["wrapped_key"])

for length in (0, 1, 2, 5, 6, 7, 21, 22, 45, 46, 77, 78, 93):
    add("truncated", f"wrapped-key-of-{length}-bytes", "truncated", "value", base, "cut", wrapped_key=base["wrapped_key"][:length])
for length in (0, 6, 93):
    add("truncated", f"wrapped-scope-key-of-{length}-bytes", "truncated", "scope-key", base, "cut", wrapped_scope_key=base["wrapped_scope_key"][:length])
long = sealed(dict(plaintext=seed("long", 300), label="long"))
for length in (0, 1, 5, 6, 29, 30, 53, 54, 85, 86, 102, 117, 119, 149, 341, 342, 343, len(long["blob"]) - 32, len(long["blob"]) - 16, len(long["blob"]) - 1, len(long["blob"]) + 1):
    data = (long["blob"] + b"\0")[:length]
    legal = length - 86 >= 32 and padded_len(length - 86) == length - 86
    add("truncated", f"blob-of-{length}-bytes", "auth-failure" if legal else "truncated", "value", long,
        "cut to a length that padding produces" if legal else "of a length that padding does not produce", blob=data)
add("truncated", "a-blob-cut-by-a-whole-step", "auth-failure", "value", long, "cut to a length that padding produces", blob=long["blob"][:118])
add("truncated", "a-wrapped-key-with-a-byte-more", "too-large", "value", base, "longer than the format", wrapped_key=base["wrapped_key"] + b"\0")
add("truncated", "a-wrapped-scope-key-with-a-byte-more", "too-large", "scope-key", base, "longer than the format", wrapped_scope_key=base["wrapped_scope_key"] + b"\0")

prefix = lambda n: struct.pack(">I", n)
for name, padded in {
    "a-one-in-the-last-byte-of-padding": pad(b"abc")[:-1] + b"\1",
    "a-one-in-the-first-byte-of-padding": prefix(3) + b"abc\1" + bytes(24),
    "iso-7816-padding": prefix(3) + b"abc\x80" + bytes(24),
    "one-step-too-much": prefix(3) + b"abc" + bytes(57),
    "one-padme-step-too-much": prefix(300) + seed("p", 300) + bytes(16),
    "a-length-beyond-the-padding": prefix(29) + b"x" * 28,
    "a-length-beyond-everything": prefix(2**32 - 1) + b"x" * 28,
    "a-length-that-belongs-to-less": prefix(0) + bytes(60),
    "a-little-endian-length": struct.pack("<I", 3) + b"abc" + bytes(25),
}.items():
    assert padded_len(len(padded)) == len(padded)
    add("padding", name, "bad-padding", "value", sealed(padded=padded), "authentic, but not canonical")

# --- keyed hashes -----------------------------------------------------------------------------

def macs():
    root, store, instance = BASE["root"], BASE["store"], BASE["instance"]
    key = lambda info: derived(root, instance, b"root " + info)
    lines = [f"root-key: {root.hex()}", f"store-key: {store.hex()}", f"instance: {instance.hex()}"]
    head = "\n".join(lines) + "\n"
    yield head + f"name: root-check\nmac: {derived(root, instance, b'root check', 16).hex()}\n"
    yield head + f"name: store-check\nmac: {derived(store, instance, b'store check', 16).hex()}\n"
    for message in (b"", b"sr_0123456789", seed("mac", 200)):
        for name, info in (("fingerprint", b"blind"), ("token-hash", b"token"), ("session-hash", b"session")):
            yield head + f"name: {name}\nmessage: {message.hex()}\nmac: {hmac256(key(info), message).hex()}\n"
    for table, fields in (("secrets", [b"a", b"bc", b""]), ("secrets", [b"ab", b"c", b""]), ("secrets", []), ("grants", [b"a", b"bc", b""]), ("", [b""])):
        bound = canonical([instance, table.encode()]) + canonical(fields)
        shown = "".join(f"field-{n}: {field.hex()}\n" for n, field in enumerate(fields))
        yield head + f"name: row-mac\ntable: {table}\nfields: {len(fields)}\n{shown}mac: {hmac256(key(b'row'), bound).hex()}\n"
    previous = bytes(32)
    for seq, writer in ((1, zero), (2, zero), (2**64 - 1, ff)):
        entry = f"entry {seq}".encode()
        writer_key = hkdf(writer, key(b"audit"), b"audit writer", 32)
        mac = hmac256(writer_key, previous + struct.pack(">Q", seq) + entry)
        yield head + f"name: audit-mac\nwriter: {writer.hex()}\nprevious: {previous.hex()}\nseq: {seq}\nentry: {entry.hex()}\nmac: {mac.hex()}\n"
        previous = mac


FILES["macs"] = list(macs())

if __name__ == "__main__":
    known = xchacha20_poly1305(bytes(range(0x80, 0xA0)), bytes(range(0x40, 0x58)), bytes.fromhex("50515253c0c1c2c3c4c5c6c7"),
                               b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.")
    assert known[-16:].hex() == "c0875924c1c7987947deafd8780acf49", "draft-irtf-cfrg-xchacha-03 A.3.1"
    OUT.mkdir(exist_ok=True)
    for group, vectors in FILES.items():
        intro = "# Frozen vectors of Strongroom's at-rest format v1, written by generate.py; see ../README.md.\n\n"
        (OUT / f"{group}.txt").write_text(intro + "\n".join(vectors))
