// Every row of the attack table: what is tried, what must come of it, and where the test is. Rows without `by` are tests
// that register through `attack`; the others stand where the fault that they need can be made.

export type AttackRow = {
  readonly attack: string;
  readonly expect: string;
  /** Files with a text of theirs that names the test. */
  readonly by?: readonly { readonly file: string; readonly text: string }[];
};

const rows = {
  altered: { attack: 'any bit flipped, cut at any byte', expect: 'refused, none accepted' },
  ends: { attack: 'empty file, cut between entries, no end marker', expect: 'TRUNCATED' },
  trailing: { attack: 'bytes or entries after the end', expect: 'TRAILING' },
  names: { attack: 'traversal, absolute, drive, NUL, trailing slash, overlong, not ASCII', expect: 'HEADER' },
  labels: { attack: 'the same in the labels of the inventory, twins in case and Unicode', expect: 'METADATA' },
  types: { attack: 'links, devices, fifo, folders with size, extension headers', expect: 'HEADER' },
  sizes: { attack: 'sizes in base 256, negative, in other digits', expect: 'HEADER' },
  order: { attack: 'entries twice, in another order, extra, metadata after objects', expect: 'HEADER' },
  missing: { attack: 'an entry left out', expect: 'MISSING' },
  inflation: { attack: 'inventory that inflates past its size', expect: 'LIMIT' },
  flood: { attack: '10 GiB of roots, entries above their limits', expect: 'LIMIT' },
  pax: { attack: '4 MiB of pax', expect: 'HEADER' },
  lies: { attack: 'sizes that lie, empty or weak hashes, dates and versions that are none', expect: 'METADATA' },
  duplicates: { attack: 'JSON keys twice', expect: 'METADATA' },
  'key-twice': { attack: 'one key counted twice, one public key under two ids', expect: 'SIGNATURE, METADATA' },
  'key-unknown': { attack: 'an unknown key beside enough good ones', expect: 'accepted' },
  'root-gap': { attack: 'root N to N+2', expect: 'ROOT_CHAIN' },
  'root-unsigned': {
    attack: 'a root that the old or its own keys did not sign, a rotated key again',
    expect: 'SIGNATURE',
  },
  'fulfil-revoked': { attack: 'a manifest signed by a key that is no fulfiller any more', expect: 'SIGNATURE' },
  'timestamp-stolen': { attack: 'new content under stolen timestamp and snapshot keys', expect: 'SIGNATURE' },
  replay: { attack: 'a bundle again', expect: 'ALREADY_IMPORTED' },
  rollback: { attack: 'older number, older metadata', expect: 'ROLLBACK' },
  mix: { attack: 'prelude of one bundle, objects of another', expect: 'MIX' },
  site: { attack: 'the bundle of another site', expect: 'WRONG_SITE' },
  nonce: { attack: 'answer to another request; broadcast where it is off', expect: 'NONCE' },
  content: { attack: 'another content under the right name, another inventory or policy', expect: 'HASH' },
  incomplete: { attack: 'a bundle that relies on what is not held', expect: 'INCOMPLETE' },
  'no-file': { attack: 'link, fifo, nothing', expect: 'NOT_REGULAR, NO_BUNDLE' },
  medium: {
    attack: '`._x.tar` beside a bundle; two bundles; a bundle of no bytes',
    expect: 'ignored; AMBIGUOUS; TRUNCATED',
  },
  clock: { attack: 'clock in 1970 and in 2099', expect: 'CLOCK_BEHIND; CLOCK_SUSPECT, broadcast EXPIRED' },
  'clock-back': {
    attack: 'a clock that goes back',
    expect: 'no effect',
    by: [
      {
        file: 'appliance/src/features/exchange/clock.test.ts',
        text: 'does not take a clock within the allowance for certain: the floor stays, and what counted stays',
      },
    ],
  },
  expired: { attack: 'metadata past its dates', expect: 'EXPIRED, STALE' },
  rewritten: {
    attack: 'file rewritten, renamed, cut while it is read',
    expect: 'HASH or HEADER; no effect; TRUNCATED',
  },
  'child-lies': {
    attack: 'an import process that was taken over',
    expect: 'its word is not taken',
    by: [{ file: 'bundle-tools/src/importer/recheck.test.ts', text: 'with %s is not believed' }],
  },
  busy: {
    attack: 'two imports at once',
    expect: 'BUSY',
    by: [
      { file: 'appliance/src/features/exchange/exchange.test.ts', text: 'imports one bundle at a time, whoever asks' },
    ],
  },
  chain: {
    attack: 'a receipt edited or removed',
    expect: 'CHAIN',
    by: [{ file: 'test/integration/host-refusals.test.ts', text: 'refuses receipts that were changed or left out' }],
  },
  sealed: {
    attack: 'a sealed request altered, cut, for another host',
    expect: 'SEAL',
    by: [
      { file: 'bundle-tools/src/documents/sealed.test.ts', text: 'is refused with any bit changed' },
      { file: 'bundle-tools/src/documents/sealed.test.ts', text: 'is refused when it is cut anywhere, or longer' },
    ],
  },
  signer: {
    attack: 'a request signed by another site',
    expect: 'SITE_UNKNOWN',
    by: [
      { file: 'bundle-tools/src/documents/request.test.ts', text: 'under its own keys, is SITE_UNKNOWN' },
      { file: 'test/integration/host-refusals.test.ts', text: 'refuses what is not a request of a known site' },
    ],
  },
  'volume-order': {
    attack: 'volumes in any order, one twice',
    expect: 'accepted, no-op',
    by: [
      { file: 'bundle-tools/test/volumes.test.ts', text: 'is whole after all of them, in any order' },
      { file: 'bundle-tools/test/volumes.test.ts', text: 'takes the same volume twice without harm' },
    ],
  },
  'volume-missing': { attack: 'volumes that are missing', expect: 'VOLUMES_MISSING, waits' },
  'volume-damaged': {
    attack: 'one volume damaged',
    expect: 'refused with its number, the others stay',
    by: [{ file: 'bundle-tools/test/volumes.test.ts', text: 'names the volume that is damaged' }],
  },
  'volume-mix': {
    attack: 'volumes of two bundles',
    expect: 'MIX',
    by: [{ file: 'bundle-tools/test/volumes.test.ts', text: 'refuses a volume whose objects are of another bundle' }],
  },
  'medium-io': {
    attack: 'a bad sector, a medium pulled out',
    expect: 'MEDIUM_IO, resumed',
    by: [
      { file: 'test/fault/broken-medium.test.ts', text: 'with a bad sector in the middle: MEDIUM_IO' },
      { file: 'test/fault/broken-medium.test.ts', text: 'that is pulled out in the middle: MEDIUM_IO' },
    ],
  },
  'medium-read-only': {
    attack: 'a medium that cannot be written',
    expect: 'accepted',
    by: [{ file: 'test/fault/broken-medium.test.ts', text: 'that is read-only is as good as any' }],
  },
  kill: {
    attack: 'kill -9 in front of each step',
    expect: 'the old or the new state',
    by: [{ file: 'test/fault/import-kill.test.ts', text: 'is whole after' }],
  },
  'power-cut': {
    attack: 'power cut that loses what was not synced',
    expect: 'the old or the new state',
    by: [{ file: 'test/fault/power-cut.test.ts', text: 'the old or the new state, nothing acknowledged is lost' }],
  },
  'no-space': {
    attack: 'no room at any write',
    expect: 'NO_SPACE, resumed',
    by: [{ file: 'test/fault/full-disk.test.ts', text: 'is whole when the disk becomes full at' }],
  },
  'slow-bodies': {
    attack: 'bodies without a known key that come byte by byte, from few and from many addresses',
    expect: 'cut; no known device is refused',
    by: [
      { file: 'test/fault/strangers.test.ts', text: 'bodies for osquery that come byte by byte' },
      { file: 'test/fault/strangers.test.ts', text: 'bodies of GLPI agents that come byte by byte' },
      { file: 'appliance/src/platform/http/guests.test.ts', text: 'a body that comes byte by byte over HTTP/1.1' },
    ],
  },
  'idle-connections': {
    attack: 'sessions, hand-shakes and heads that take all files that may be open',
    expect: 'ended in time, the oldest of the largest stranger first; no known device is refused',
    by: [
      { file: 'test/fault/strangers.test.ts', text: 'HTTP/2 sessions that ask for nothing' },
      { file: 'appliance/src/platform/http/guests.test.ts', text: 'a connection that never shakes hands' },
    ],
  },
  'unfinished-forms': {
    attack: 'log-in forms of megabytes that do not end',
    expect: 'TOO_LARGE past 64 KiB; memory stays',
    by: [{ file: 'test/fault/strangers.test.ts', text: 'log-in forms of megabytes that do not end' }],
  },
} as const satisfies Record<string, AttackRow>;

export type AttackRowId = keyof typeof rows;
export const attackRows: Readonly<Record<AttackRowId, AttackRow>> = rows;
