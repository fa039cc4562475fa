import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { foreignFiles, isFileOf } from '../platform/foreign-files.ts';
import type { HostState } from './state.ts';

// The data register of the connected host: for every kind of data in its state what it is, from where, why, how long it is
// kept, whether it is personal, how it is protected, and what of it leaves by which way. Each file of the state belongs to
// exactly one entry; a new file gets its line here.

type Leaves =
  /** In bundles and the export of the root of trust, to sites. */
  | 'bundle'
  /** With a question to a source: a site with this host's address learns that it was asked. */
  | 'source'
  /** In no file of the exchange, but a person can carry it away: to a colleague who signs, or as a copy. */
  | 'person';

type HostEntry = {
  /** Id of the data map. */
  readonly row: string;
  readonly name: string;
  readonly title: string;
  readonly source: string;
  readonly purpose: string;
  /** Below the state: `*` within one name, `**` at the end for all that is below. */
  readonly files: readonly string[];
  /** How long, in words. */
  readonly kept: string;
  readonly personal: 'yes' | 'no' | 'possible';
  readonly protection: readonly ('owner-only' | 'signed' | 'hash' | 'disk')[];
  readonly leaves: readonly { readonly by: Leaves; readonly what: string }[];
};

/** An entry with what of it is there now. */
export type HostRegisterEntry = HostEntry & { readonly count: number; readonly bytes: number };

const forever = 'kept';

export const hostEntries: readonly HostEntry[] = [
  {
    row: 'G2',
    name: 'trust',
    title: 'published root, targets, snapshot and timestamp',
    source: 'signed here by the online keys, and by root and curator keys',
    purpose: 'sites check every bundle against them',
    files: ['trust/**', 'broadcast.json'],
    kept: forever,
    personal: 'no',
    protection: ['signed'],
    leaves: [{ by: 'bundle', what: 'all of it' }],
  },
  {
    row: 'G2',
    name: 'pending',
    title: 'changes of keys and catalogs that wait for signatures',
    source: 'trust init, rotate, revoke, sign',
    purpose: 'persons sign elsewhere what this host then publishes',
    files: ['pending/**', 'pending.new/**', 'pending.old/**'],
    kept: 'until it is published or discarded',
    personal: 'no',
    protection: ['hash'],
    leaves: [{ by: 'person', what: 'the files to be signed' }],
  },
  {
    row: 'O4',
    name: 'labels',
    title: 'who holds which key, and whose custody key it is',
    source: 'written by the makers of the keys; custody key add',
    purpose: 'a person sees whose signature is missing or expires',
    files: ['labels.json', 'custody-keys.json'],
    kept: forever,
    personal: 'possible',
    protection: ['owner-only'],
    leaves: [],
  },
  {
    row: 'O4',
    name: 'keys',
    title: 'online keys: snapshot, timestamp, fulfil, and the seal keys',
    source: 'made here by trust init and trust rotate',
    purpose: 'bundles are signed, and requests of sites opened',
    files: ['keys/**'],
    kept: 'while they are in force; a seal key 180 days longer',
    personal: 'no',
    protection: ['owner-only'],
    leaves: [{ by: 'bundle', what: 'the public halves' }],
  },
  {
    row: 'G4',
    name: 'site-cards',
    title: 'cards of sites',
    source: 'carried from each site',
    purpose: 'requests and receipts are checked, bundles sealed',
    files: ['sites/*/card-*.dsse.json'],
    kept: forever,
    personal: 'no',
    protection: ['signed'],
    leaves: [],
  },
  {
    row: 'G1',
    name: 'requests',
    title: 'the last request of each site, opened, and what is planned for it',
    source: 'carried from each site, opened with the seal key',
    purpose: 'the next catalog and bundle bring what the site lacks',
    files: ['sites/*/request.dsse.json', 'sites/*/plan.json'],
    kept: 'until the next request of the site',
    personal: 'no',
    protection: ['owner-only', 'signed'],
    leaves: [{ by: 'source', what: 'names and versions of public packages, when their files are fetched' }],
  },
  {
    row: 'G2',
    name: 'bundles',
    title: 'what was sent to each site, and the heads of its last bundles',
    source: 'fulfil',
    purpose: 'a lost volume is made again; what did not arrive is said',
    files: ['sites/*/record.json', 'sites/*/bundles/**'],
    kept: 'the last 20 heads and 200 lines of each site',
    personal: 'no',
    protection: ['signed'],
    leaves: [{ by: 'bundle', what: 'all but the record' }],
  },
  {
    row: 'G3',
    name: 'receipts',
    title: 'receipts of sites',
    source: 'carried from each site',
    purpose: 'what arrived, was refused or went back',
    files: ['sites/*/receipts/**'],
    kept: forever,
    personal: 'no',
    protection: ['signed'],
    leaves: [{ by: 'person', what: 'as files, to be checked elsewhere' }],
  },
  {
    row: 'G3',
    name: 'custody',
    title: 'who had which file in hand: hand-overs and scans',
    source: 'carried from each site, and custody add',
    purpose: 'the way of each file between host and site is proven',
    files: ['sites/*/custody/**'],
    kept: forever,
    personal: 'possible',
    protection: ['signed'],
    leaves: [{ by: 'person', what: 'the lines beside the files' }],
  },
  {
    row: 'O10',
    name: 'configuration',
    title: 'sources with the keys of their vendors, proxy and antivirus of this host',
    source: 'entered here',
    purpose: 'where this host reads, through what, and with what it scans',
    files: ['sources.json', 'keyrings/**', 'proxy.json', 'antivirus.json'],
    kept: forever,
    personal: 'possible',
    protection: ['owner-only'],
    leaves: [{ by: 'source', what: 'the account and password of the proxy, to the proxy' }],
  },
  {
    row: 'S3',
    name: 'feeds',
    title: 'advisories, as they were read last',
    source: 'the sources of advisories',
    purpose: 'sites compare their software and controllers with them',
    files: ['feeds/**'],
    kept: 'until the source is read again or removed',
    personal: 'no',
    protection: ['hash'],
    leaves: [{ by: 'bundle', what: 'all of it' }],
  },
  {
    row: 'S4',
    name: 'catalogs',
    title: 'catalogs of updates',
    source: 'catalog build, from sources and requests',
    purpose: 'a curator approves what sites may be sent',
    files: ['catalogs/**'],
    kept: forever,
    personal: 'no',
    protection: ['signed', 'hash'],
    leaves: [
      { by: 'bundle', what: 'the one that is signed' },
      { by: 'person', what: 'its folder, to the curator' },
    ],
  },
  {
    row: 'O12',
    name: 'announcements',
    title: 'notes to the people of sites',
    source: 'announcement add',
    purpose: 'sites show them to their people',
    files: ['announcements/**'],
    kept: 'until their end or until they are removed',
    personal: 'possible',
    protection: ['disk'],
    leaves: [{ by: 'bundle', what: 'all of it' }],
  },
  {
    row: 'F1',
    name: 'releases',
    title: 'releases of Sallyport that can be brought to sites',
    source: 'release add',
    purpose: 'a site upgrades from a bundle',
    files: ['releases.json'],
    kept: 'until they are removed',
    personal: 'no',
    protection: ['signed', 'hash'],
    leaves: [{ by: 'bundle', what: 'all of it' }],
  },
  {
    row: 'S8',
    name: 'objects',
    title: 'files of updates, packages and firmware, by their SHA-256',
    source: 'the sources of updates',
    purpose: 'bundles are made from them',
    files: ['objects/**', 'scanned.json'],
    kept: 'a week after nothing needs them any more',
    personal: 'no',
    protection: ['hash'],
    leaves: [{ by: 'bundle', what: 'those that a site asked for' }],
  },
  {
    row: 'S8',
    name: 'cache',
    title: 'what sources keep between two runs',
    source: 'the sources',
    purpose: 'nothing is fetched twice',
    files: ['cache/**'],
    kept: 'while the source is there; downloads a week',
    personal: 'no',
    protection: ['disk'],
    leaves: [{ by: 'source', what: 'the time of the last reading, when it is asked whether there is more' }],
  },
  {
    row: 'E6',
    name: 'working-files',
    title: 'work in progress, and the lock',
    source: 'commands that run',
    purpose: 'a command that is cut off leaves nothing half done',
    files: ['staging/**', 'lock', 'lock.*'],
    kept: 'until the next command',
    personal: 'no',
    protection: ['disk'],
    leaves: [],
  },
];

/** Files below a folder, as paths with `/` between folders. A link is not followed. */
function* filesOf(dir: string, below = ''): Generator<string> {
  let entries: Dirent[];
  try {
    entries = readdirSync(join(dir, below), { withFileTypes: true });
  } catch (error) {
    // What cannot be read is named by `foreignFiles`.
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return;
    throw error;
  }
  for (const entry of entries) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) yield* filesOf(dir, path);
    else yield path;
  }
}

/** What the state holds of each entry, and the files that no entry names. Reads names and sizes; nothing is opened. */
export function hostRegister(state: Pick<HostState, 'dir'>): {
  readonly entries: readonly HostRegisterEntry[];
  readonly undeclared: readonly string[];
} {
  const sizes = hostEntries.map(() => ({ count: 0, bytes: 0 }));
  for (const path of filesOf(state.dir)) {
    const size = sizes[hostEntries.findIndex(({ files }) => files.some((pattern) => isFileOf(pattern, path)))];
    if (size === undefined) continue;
    size.count += 1;
    size.bytes += lstatSync(join(state.dir, path)).size;
  }
  return {
    entries: hostEntries.map((entry, at) => ({ ...entry, count: sizes[at]?.count ?? 0, bytes: sizes[at]?.bytes ?? 0 })),
    undeclared: foreignFiles(
      state.dir,
      hostEntries.flatMap(({ files }) => files),
    ),
  };
}
