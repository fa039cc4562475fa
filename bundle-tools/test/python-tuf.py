"""Verifies, with Debian's python3-tuf and python3-securesystemslib, the metadata and the manifest in a folder.

usage: python-tuf.py FOLDER REFERENCE_TIME   (prints one line of JSON)
"""
import datetime
import hashlib
import json
import pathlib
import sys

from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey
from tuf.api.metadata import Metadata, Targets
from tuf.ngclient._internal.trusted_metadata_set import TrustedMetadataSet
from tuf.ngclient.config import EnvelopeType

folder = pathlib.Path(sys.argv[1])
trusted = TrustedMetadataSet((folder / "root.json").read_bytes(), EnvelopeType.METADATA)
trusted.reference_time = datetime.datetime.fromisoformat(sys.argv[2].replace("Z", "+00:00"))
version = trusted.root.version
while (folder / "tuf" / f"{version + 1}.root.json").exists():
    version += 1
    trusted.update_root((folder / "tuf" / f"{version}.root.json").read_bytes())
trusted.update_timestamp((folder / "tuf" / "timestamp.json").read_bytes())
snapshot = trusted.timestamp.snapshot_meta.version
trusted.update_snapshot((folder / "tuf" / f"{snapshot}.snapshot.json").read_bytes())
targets = trusted.snapshot.meta["targets.json"].version
trusted.update_delegated_targets((folder / "tuf" / f"{targets}.targets.json").read_bytes(), "targets", "root")

signed = trusted.targets
for path, target in signed.targets.items():
    target.verify_length_and_hashes((folder / pathlib.Path(path).name).read_bytes())

role = signed.delegations.roles["fulfil"]
keys = [signed.delegations.keys[keyid] for keyid in role.keyids]
for key in keys:
    # The id is the digest of the key in canonical JSON: the library must name it the same.
    assert isinstance(key, SSlibKey)
envelope = Envelope.from_dict(json.loads((folder / "bundle.dsse.json").read_bytes()))
accepted = envelope.verify(keys, role.threshold)
manifest = json.loads(envelope.payload)

inventory = [json.loads(line) for line in (folder / "inventory.jsonl").read_text("utf-8").splitlines()]
for line in inventory:
    content = (folder / "o" / line["sha256"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == line["sha256"], line["path"]

print(
    json.dumps(
        {
            "versions": {
                "root": trusted.root.version,
                "timestamp": trusted.timestamp.version,
                "snapshot": trusted.snapshot.version,
                "targets": trusted.targets.version,
            },
            "targets": sorted(signed.targets),
            "signers": sorted(accepted),
            "bundle_id": manifest["bundle_id"],
            "objects": len(inventory),
        }
    )
)
