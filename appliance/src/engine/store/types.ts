// The store keeps bytes by their SHA-256 under objects/sha256/<aa>/<hash>. An object is written to objects/tmp, hashed on
// the way, fsynced, renamed into place, and its folder fsynced: at any moment the final name is absent or complete.
// Nothing is ever overwritten; what does not match its name is refused.

export type StoredObject = { sha256: string; sizeBytes: number };
export type StoreFinding = { sha256: string; problem: 'mismatch' | 'unreadable' | 'bad-name'; path: string };
