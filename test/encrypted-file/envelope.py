"""An independent implementation of docs/envelope.md, with Debian's python3-cryptography.

Usage: envelope.py read HOME PASSPHRASE <file   prints {"application", "id", "version", "counter", "credentials"}
       envelope.py write <description           prints the file that the description asks for, as JSON:
           {"version", "kind", "home", "passphrase", "application", "counter", "credentials": [[service, account, text]]}
       envelope.py can-derive                   exits with 1 if it can't derive keys from passphrases

Checks what the document says about a valid text, and exits with 1 and a message if the file is invalid.
"""

import base64
import json
import os
import sys

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORMAT = "keystow-credentials"


def encode(data):
    return base64.b64encode(data).decode("ascii")


def decode(text):
    data = base64.b64decode(text, validate=True)
    assert encode(data) == text, "not canonical base64"
    return data


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def argon2id(passphrase, salt, memory, iterations, lanes):
    try:
        from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

        return Argon2id(
            salt=salt, length=32, iterations=iterations, lanes=lanes, memory_cost=memory
        ).derive(passphrase)
    except ImportError:
        from argon2.low_level import Type, hash_secret_raw

        return hash_secret_raw(passphrase, salt, iterations, memory, lanes, 32, Type.ID)


def derive(kdf, home, passphrase):
    salt = decode(kdf["salt"])
    if kdf["name"] == "argon2id":
        return argon2id(
            passphrase.encode(), salt, kdf["memoryKiB"], kdf["iterations"], kdf["parallelism"]
        )
    assert kdf["name"] == "hkdf-sha256", "unknown key derivation"
    info = b"keystow-credentials 1 aes-256-gcm"
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=info).derive(home.encode())


def open_sealed(key, nonce, sealed, associated):
    return AESGCM(key).decrypt(decode(nonce), decode(sealed), compact(associated).encode())


def seal(key, nonce, plaintext, associated):
    return encode(AESGCM(key).encrypt(nonce, plaintext, compact(associated).encode()))


def slot_data(envelope, slot):
    named = {name: envelope[name] for name in ("format", "version", "application", "id")}
    return {**named, "slot": {name: slot[name] for name in ("kind", "kdf", "nonce")}}


def unwrap(envelope, home, passphrase):
    for slot in envelope["slots"]:
        if slot["kind"] in ("home", "passphrase"):
            key = derive(slot["kdf"], home, passphrase)
            return open_sealed(key, slot["nonce"], slot["key"], slot_data(envelope, slot))
    raise AssertionError("no known key slot")


def sort_key(row):
    return [part.encode("utf-16-be") for part in row[:2]]


def payload_text(version, counter, rows):
    if version == 1:
        return compact(rows)
    lines = "".join(("," if index else "") + "\n" + compact(row) for index, row in enumerate(rows))
    return '{"counter":%d,"credentials":[%s\n]}' % (counter, lines)


def read(home, passphrase):
    text = sys.stdin.buffer.read().decode("utf-8")
    envelope = json.loads(text)
    assert envelope["format"] == FORMAT, "another program's file"
    assert compact(envelope) + "\n" == text, "not the one valid text"
    version = envelope["version"]
    if version == 1:
        key = derive(envelope["kdf"], home, passphrase)
    else:
        assert version == 2, "a later version"
        key = unwrap(envelope, home, passphrase)
    associated = {name: value for name, value in envelope.items() if name != "ciphertext"}
    payload = open_sealed(key, envelope["nonce"], envelope["ciphertext"], associated).decode("utf-8")
    content = json.loads(payload)
    rows = content if version == 1 else content["credentials"]
    counter = 0 if version == 1 else content["counter"]
    assert rows == sorted(rows, key=sort_key) or version == 1, "not sorted"
    assert len({tuple(row[:2]) for row in rows}) == len(rows), "a name occurs twice"
    assert payload_text(version, counter, rows) == payload, "not the one valid text of a payload"
    described = {name: envelope.get(name) for name in ("application", "id", "version")}
    secrets = [[service, account, decode(secret).decode()] for service, account, secret in rows]
    print(compact({**described, "counter": counter, "credentials": secrets}))


def new_kdf(kind):
    if kind == "home":
        return {"name": "hkdf-sha256", "salt": encode(os.urandom(32))}
    cost = {"memoryKiB": 8192, "iterations": 1, "parallelism": 1}
    return {"name": "argon2id", **cost, "salt": encode(os.urandom(16))}


def write():
    wanted = json.load(sys.stdin)
    kdf = new_kdf(wanted["kind"])
    derived = derive(kdf, wanted["home"], wanted["passphrase"])
    rows = [[service, account, encode(secret.encode())] for service, account, secret in wanted["credentials"]]
    rows.sort(key=sort_key)
    payload = payload_text(wanted["version"], wanted["counter"], rows).encode()
    nonce = os.urandom(12)
    sealing = {"cipher": "aes-256-gcm", "nonce": encode(nonce)}
    if wanted["version"] == 1:
        key, header = derived, {"format": FORMAT, "version": 1, "kdf": kdf, **sealing}
    else:
        key = os.urandom(32)
        named = {"application": wanted["application"], "id": encode(os.urandom(16))}
        header = {"format": FORMAT, "version": 2, **named}
        slot_nonce = os.urandom(12)
        slot = {"kind": wanted["kind"], "kdf": kdf, "nonce": encode(slot_nonce)}
        slot["key"] = seal(derived, slot_nonce, key, slot_data(header, slot))
        header = {**header, "slots": [slot], **sealing}
    print(compact({**header, "ciphertext": seal(key, nonce, payload, header)}))


def main(verb, *arguments):
    try:
        if verb == "read":
            read(*arguments)
        elif verb == "write":
            write()
        else:
            argon2id(b"passphrase", b"saltsaltsaltsalt", 8192, 1, 1)
    except Exception as error:
        sys.exit("%s: %s" % (type(error).__name__, error))


if __name__ == "__main__":
    main(*sys.argv[1:])
