"""What Debian's python3-tuf makes of sets of metadata.

stdin: a JSON list of {name, path, now, root, held: {timestamp?, snapshot?, targets?}}; path is a volume (its tuf/ entries
count) or a folder without versions in its names, but for roots; root and held are base64.
stdout: a JSON list of {name, accepted, trusted, why}; trusted names each file that was trusted, in order.
"""
import base64
import datetime
import json
import pathlib
import sys
import tarfile
from urllib.parse import quote

from tuf.api.exceptions import EqualVersionNumberError, RepositoryError
from tuf.ngclient._internal.trusted_metadata_set import TrustedMetadataSet
from tuf.ngclient.config import EnvelopeType


class Absent(Exception):
    pass


def reader(path):
    """A function from role and version to bytes."""
    place = pathlib.Path(path)
    if place.is_dir():
        files = {entry.name: entry.read_bytes() for entry in place.iterdir()}
        name_of = lambda role, version: f"{version}.root.json" if role == "root" else f"{quote(role, '')}.json"
    else:
        with tarfile.open(place) as tar:
            files = {m.name.removeprefix("tuf/"): tar.extractfile(m).read() for m in tar if m.name.startswith("tuf/")}
        name_of = lambda role, version: "timestamp.json" if role == "timestamp" else f"{version}.{role}.json"

    def read(role, version):
        name = name_of(role, version)
        if name not in files:
            raise Absent(name)
        return files[name]

    return read


def follow(one, trusted):
    read = reader(one["path"])
    held = {role: base64.b64decode(text) for role, text in one["held"].items()}
    known = TrustedMetadataSet(base64.b64decode(one["root"]), EnvelopeType.METADATA)
    known.reference_time = datetime.datetime.fromisoformat(one["now"].replace("Z", "+00:00"))

    def kept(step):
        """Local metadata guards against rollback, but need not be good any more."""
        try:
            step()
            return True
        except RepositoryError:
            return False

    while True:
        version = known.root.version + 1
        try:
            data = read("root", version)
        except Absent:
            break
        known.update_root(data)
        trusted.append(f"root {version}")

    if "timestamp" in held:
        kept(lambda: known.update_timestamp(held["timestamp"]))
    try:
        known.update_timestamp(read("timestamp", 0))
    except EqualVersionNumberError:
        pass
    trusted.append(f"timestamp {known.timestamp.version}")

    if not ("snapshot" in held and kept(lambda: known.update_snapshot(held["snapshot"], True))):
        known.update_snapshot(read("snapshot", known.timestamp.snapshot_meta.version))
    trusted.append(f"snapshot {known.snapshot.version}")

    def targets_role(role, delegator, data=None):
        meta = known.snapshot.meta.get(f"{role}.json")
        if data is None or not kept(lambda: known.update_delegated_targets(data, role, delegator)):
            if meta is None:
                raise Absent(role)
            known.update_delegated_targets(read(role, meta.version), role, delegator)
        trusted.append(f"{role} {known[role].version}")

    targets_role("targets", "root", held.get("targets"))
    if one.get("delegations"):
        seen = {"targets"}

        def walk(delegator):
            delegations = known[delegator].delegations
            for role in (delegations.roles or {}) if delegations else {}:
                if role in seen:
                    continue
                seen.add(role)
                targets_role(role, delegator)
                walk(role)

        walk("targets")


def judge(one):
    trusted = []
    try:
        follow(one, trusted)
        return {"name": one["name"], "accepted": True, "trusted": trusted, "why": ""}
    except Exception as error:  # whatever ends it, the set is refused
        return {"name": one["name"], "accepted": False, "trusted": trusted, "why": f"{type(error).__name__}: {error}"[:200]}


json.dump([judge(one) for one in json.load(sys.stdin)], sys.stdout)
