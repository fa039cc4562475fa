import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Advisory, SEVERITIES } from '../src/advisories/advisory.ts';
import { contentDigest, toRecord } from '../src/advisories/digest.ts';
import { encodePart, partHeader, partPath } from '../src/advisories/part.ts';
import { buildBundle } from '../src/builder/build-bundle.ts';
import { announcementPath, encodeAnnouncement } from '../src/documents/announcement.ts';
import { signCustody } from '../src/documents/custody.ts';
import { joinChain } from '../src/documents/custody-chain.ts';
import { packDigests } from '../src/documents/digests.ts';
import { encodeEnvelope, parseEnvelope } from '../src/documents/envelope.ts';
import { signEvidence, signEvidencePrint } from '../src/documents/evidence.ts';
import { encodeInventory, type InventoryLine } from '../src/documents/inventory.ts';
import { encodePolicy } from '../src/documents/policy.ts';
import { signReceipt } from '../src/documents/receipt.ts';
import { type SiteRequest, signRequest, stateDigest } from '../src/documents/request.ts';
import { sealTo } from '../src/documents/sealed.ts';
import { type SiteCard, signSiteCard } from '../src/documents/site-card.ts';
import { writeReleaseFile } from '../src/release/release-file.ts';
import { sha256Hex } from '../src/trust/hash.ts';
import { keyidOf, type SealKey, type SigningKey } from '../src/trust/keys.ts';
import { buildSnapshot, buildTargets, buildTimestamp, createRoot, signMetadata } from '../src/trust/repository.ts';
import { sodium } from '../src/trust/sodium.ts';
import { encodeUpdates, updateId } from '../src/updates/update.ts';

// Every document that crosses the gap, signed, of one site and one host that belong together. The keys come from the
// names below, so that the same documents have the same bytes; the files lie in fixtures/documents.

export const fixtureFolder = join(import.meta.dirname, 'fixtures/documents');
export const fixtureTime = '2026-05-01T12:00:00Z';
const later = '2026-05-02T09:30:00Z';
const expires = '2027-05-01T00:00:00Z';

const seedOf = (name: string): Uint8Array => Buffer.from(sha256Hex(Buffer.from(`fixture key: ${name}`)), 'hex');
const signingKey = (name: string): SigningKey => {
  const pair = sodium.crypto_sign_seed_keypair(seedOf(name));
  return { keyid: keyidOf(pair.publicKey), publicKey: pair.publicKey, secretKey: pair.privateKey };
};
const sealKey = (name: string): SealKey => {
  const pair = sodium.crypto_box_seed_keypair(seedOf(name));
  return { publicKey: pair.publicKey, secretKey: pair.privateKey };
};

/** The keys of the fixtures: known to everybody, so good for nothing else. */
export const fixtureKeys = {
  root: [signingKey('root 1'), signingKey('root 2'), signingKey('root 3')],
  curator: signingKey('curator'),
  snapshot: signingKey('snapshot'),
  timestamp: signingKey('timestamp'),
  fulfil: signingKey('fulfil'),
  hostSeal: sealKey('host seal'),
  site: signingKey('site'),
  siteAfter: signingKey('site, after its keys were changed'),
  siteSeal: sealKey('site seal'),
  person: signingKey('person 3'),
  release: signingKey('release'),
} as const;

export const fixtureSite = 'plant-7';
const requestId = '11'.repeat(16);
const nonce = Buffer.alloc(32, 5).toString('base64');
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const advisory: Advisory = {
  id: 'DSA-9001-1',
  feed: 'debian',
  aliases: ['CVE-2026-0001'],
  upstream: [],
  related: [],
  modified: fixtureTime,
  severity: SEVERITIES[0],
  summary: 'An example',
  references: ['https://example.org/DSA-9001-1'],
  affected: [
    {
      ecosystem: 'Debian:13',
      package: 'bash',
      ranges: [{ lo: '', hi: 'ffffffff', comparable: true }],
      versions: [],
    },
  ],
};

const makeTrust = (targets: { path: string; bytes: Uint8Array }[]) => {
  const { root: rootKeys, curator, snapshot, timestamp, fulfil } = fixtureKeys;
  const root = signMetadata(
    createRoot({
      version: 1,
      expires: '2029-01-01T00:00:00Z',
      rootKeys: rootKeys.map((key) => key.publicKey),
      rootThreshold: 2,
      targetsKeys: [curator.publicKey],
      targetsThreshold: 1,
      snapshotKeys: [snapshot.publicKey],
      timestampKeys: [timestamp.publicKey],
    }),
    rootKeys.slice(0, 2),
  );
  const targetsFile = signMetadata(
    buildTargets({ version: 1, expires, targets, fulfilKeys: [fulfil.publicKey], fulfilThreshold: 1 }),
    [curator],
  );
  const snapshotFile = signMetadata(buildSnapshot({ version: 1, expires, targets: targetsFile }), [snapshot]);
  const timestampFile = signMetadata(buildTimestamp({ version: 1, expires, snapshot: snapshotFile }), [timestamp]);
  return { root, targets: targetsFile, snapshot: snapshotFile, timestamp: timestampFile };
};

const cardsOf = (root: Uint8Array) => {
  const { site, siteAfter, siteSeal } = fixtureKeys;
  const card: SiteCard = {
    format: 'sallyport-site-card/1',
    site: fixtureSite,
    name: 'Цех №7',
    number: 1,
    created_at: fixtureTime,
    sign_keys: [base64(site.publicKey)],
    sign_threshold: 1,
    seal_key: base64(siteSeal.publicKey),
    device_ca: [base64(Buffer.from('a device certificate authority'))],
    root: { version: 1, sha256: sha256Hex(root) },
  };
  const first = signSiteCard(card, [site]);
  const second = signSiteCard(
    { ...card, number: 2, prev: sha256Hex(first), created_at: later, sign_keys: [base64(siteAfter.publicKey)] },
    [siteAfter, site],
  );
  return { first, second };
};

/** Makes every file of the fixtures, by name. */
export const makeDocumentFixtures = async (): Promise<Map<string, Uint8Array>> => {
  const { fulfil, hostSeal, site, siteSeal, person } = fixtureKeys;
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-fixtures-'));
  try {
    const deb = Buffer.from('an update');
    const purl = 'pkg:deb/debian/bash@5.2?arch=amd64';
    const updates = encodeUpdates([
      {
        id: updateId(purl, [sha256Hex(deb)]),
        purl,
        ecosystem: 'Debian:13',
        name: 'bash',
        version: '5.2',
        source: 'bash',
        source_version: '5.2',
        arch: 'amd64',
        suites: ['trixie-security'],
        security: true,
        depends: [],
        signer: `openpgp:${'0'.repeat(40)}`,
        supersedes: [],
        files: [sha256Hex(deb)],
      },
    ]);
    const record = toRecord(advisory);
    const header = partHeader({ feed: 'debian', from: '', digest: contentDigest([record]), newest: fixtureTime });
    const part = await encodePart(header, [record]);
    const objects = [deb, Buffer.from(updates)];
    for (const bytes of objects) writeFileSync(join(folder, sha256Hex(bytes)), bytes);
    const lines: InventoryLine[] = [
      { path: 'updates.jsonl', sha256: sha256Hex(updates), size: updates.length, kind: 'document' },
      {
        path: 'updates/bash_5.2_amd64.deb',
        sha256: sha256Hex(deb),
        size: deb.length,
        kind: 'update',
        approval: [
          { vendor: 'Siemens', product: 'PCS 7', verdict: 'tested', date: fixtureTime, source: sha256Hex(deb) },
        ],
      },
    ];
    const announcement = encodeAnnouncement({
      format: 'sallyport-announcement/1',
      id: '44'.repeat(16),
      severity: 'warning',
      published_at: fixtureTime,
      ends_at: expires,
      concerns: { product: 'Sallyport', versions: 'before 0.2.0' },
      texts: [
        { language: 'kk', title: 'Жаңарту', body: 'Бірінші жол\nекінші жол' },
        { language: 'ru', title: 'Обновление', body: 'Первая строка\nвторая строка' },
        { language: 'en', title: 'Update', body: 'First line\nsecond line' },
      ],
    });
    writeFileSync(join(folder, sha256Hex(announcement)), announcement);
    lines.unshift({
      path: announcementPath({ id: '44'.repeat(16) }),
      sha256: sha256Hex(announcement),
      size: announcement.length,
      kind: 'announcement',
    });
    const inventory = encodeInventory(lines);
    const policy = encodePolicy({
      format: 'sallyport-policy/1',
      seal_keys: [base64(hostSeal.publicKey)],
      grace_days: 180,
      min_importer: '0.1.0',
    });
    const trust = makeTrust([
      { path: 'policy.json', bytes: policy },
      { path: 'catalog/1/inventory.jsonl', bytes: inventory },
    ]);
    const cards = cardsOf(trust.root);

    const tarOf = async (name: string, options: Partial<Parameters<typeof buildBundle>[0]>): Promise<Uint8Array> => {
      const out = join(folder, name);
      mkdirSync(out);
      const built = await buildBundle({
        out,
        bundleId: '22'.repeat(16),
        site: '*',
        seq: 1,
        issuedAt: fixtureTime,
        expires,
        tuf: { ...trust, roots: [] },
        policy,
        inventory: { catalog: 1, bytes: inventory },
        include: [],
        reliesOn: [],
        objectPath: (sha256) => join(folder, sha256),
        unfulfilled: [],
        receiptSeen: 0,
        sign: [fulfil],
        ...options,
      });
      const [file] = built.files;
      if (file === undefined) throw new Error('no volume was built');
      return readFileSync(file.path);
    };
    const trustFile = await tarOf('trust', { tuf: { ...trust, roots: [trust.root] } });

    const tuf = { root: 1, timestamp: 1, snapshot: 1, targets: 1 };
    const refused = signReceipt({
      subjects: [],
      predicate: {
        format: 'sallyport-receipt/1',
        site: fixtureSite,
        number: 1,
        result: 'refused',
        code: 'WRONG_SITE',
        detail: 'another site',
        started_at: fixtureTime,
        finished_at: fixtureTime,
        floor: fixtureTime,
        before: { tuf, seq: 0 },
        after: { tuf, seq: 0 },
        journal: { entries: 41, head: 'a1'.repeat(32) },
        counts: { new: 0, held: 0, removed: 0, unfulfilled: 0, bytes: 0 },
        volumes: { seen: [], missing: [] },
        warnings: [],
        overrides: [],
        applied: [],
        devices: { ok: 1, warning: 0, critical: 0 },
        days_left: { root: 900 },
      },
      key: site,
    });
    const state = { seq: 0, seq_broadcast: 1, last_bundle: '22'.repeat(16), inventory: sha256Hex(inventory) };
    const request: SiteRequest = {
      format: 'sallyport-request/1',
      site: fixtureSite,
      reads: ['sallyport-bundle/1'],
      request_id: requestId,
      number: 1,
      nonce,
      created_at: fixtureTime,
      floor: fixtureTime,
      to: [sha256Hex(hostSeal.publicKey)],
      seal_to: base64(siteSeal.publicKey),
      tuf,
      state: { ...state, digest: stateDigest(tuf, state) },
      journal: {
        entries: 57,
        head: 'a2'.repeat(32),
        before: [{ number: 0, entries: 12, head: 'a0'.repeat(32) }],
      },
      have: base64(packDigests([sha256Hex(updates)])),
      wants: [
        { kind: 'newer', id: '0' },
        { kind: 'suite', id: '0/trixie-security' },
        { kind: 'advisory', id: 'debian' },
        { kind: 'coverage', id: 'windows:10.0.17763' },
        { kind: 'update', id: 'Debian:13/bash', min: '5.2', priority: 'high' },
        { kind: 'volume', id: '22'.repeat(16), n: 2 },
      ],
      cursors: { debian: header.to },
      platforms: [
        {
          vendor: 'debian',
          release: '13',
          arch: 'amd64',
          suites: ['trixie', 'trixie-security'],
          packages: [{ name: 'bash', version: '5.1', source: 'bash', source_version: '5.1', all: 1 }],
        },
      ],
      software: ['pkg:generic/winscada@7.5'],
      coverage: [{ ecosystem: 'windows:10.0.17763', components: 41, devices: 2 }],
      missing_os: ['KB5031364'],
      advisories: ['DSA-9001-1'],
      controllers: [{ vendor: 'Siemens', model: 'S7-1515', order_no: '6ES7 515-2AM02-0AB0', firmware: '2.9.4' }],
      media: { kind: 'custom', volume_bytes: 4_000_000_000, free_bytes: 0 },
      receipts: [parseEnvelope(refused, 1 << 20)],
      site_card: sha256Hex(cards.first),
    };
    const envelope = signRequest(request, [site]);
    const bundle = await tarOf('bundle', {
      bundleId: '33'.repeat(16),
      site: fixtureSite,
      request: { requestId, digest: sha256Hex(envelope), nonce },
      seq: 2,
      prevBundle: '22'.repeat(16),
      include: [0, 2],
      reliesOn: [1],
      unfulfilled: [{ reason: 'NO_SOURCE', wants: [3, 5] }],
      receiptSeen: 1,
    });

    const step = (key: SigningKey, line: Omit<Parameters<typeof signCustody>[0], 'sha256' | 'medium'>): string =>
      Buffer.from(signCustody({ ...line, sha256: sha256Hex(bundle), medium: 'A-12' }, key)).toString();
    const begun = step(fulfil, { step: 'fulfil', person: 1, at: fixtureTime });
    const scanned = step(person, { step: 'scan', person: 3, at: fixtureTime, prev: sha256Hex(Buffer.from(begun)) });
    const carried = step(person, { step: 'hand-over', person: 3, at: later, prev: sha256Hex(Buffer.from(scanned)) });
    const ended = step(site, { step: 'import', person: 2, at: later, prev: sha256Hex(Buffer.from(carried)) });
    const custody = [begun, scanned, carried, ended];

    const imported = signReceipt({
      subjects: [{ name: 'bundle.dsse.json', digest: { sha256: sha256Hex(bundle) } }],
      predicate: {
        format: 'sallyport-receipt/1',
        site: fixtureSite,
        number: 2,
        prev: sha256Hex(encodeEnvelope(parseEnvelope(refused, 1 << 20))),
        request_id: requestId,
        bundle_id: '33'.repeat(16),
        seq: 2,
        result: 'imported',
        code: 'OK',
        detail: '',
        started_at: later,
        finished_at: later,
        floor: later,
        before: { tuf, seq: 0, inventory: sha256Hex(inventory) },
        after: { tuf, seq: 2, inventory: sha256Hex(inventory) },
        journal: { entries: 64, head: 'a3'.repeat(32) },
        counts: { new: 2, held: 1, removed: 0, unfulfilled: 1, bytes: deb.length + announcement.length },
        volumes: { seen: [1], missing: [] },
        scan: { engine: 'ClamAV', version: '1.4.3', definitions_at: fixtureTime, verdict: 'clean' },
        custody: [{ sha256: sha256Hex(bundle), lines: custody }],
        unknown_kinds: [{ kind: 'of-a-later-release', objects: 1, bytes: 20 }],
        warnings: ['STALE'],
        overrides: [{ code: 'STALE', reason: 'the ship was late', operator: 2 }],
        applied: [{ update: 'Debian:13/bash', done: 3, failed: 1, waiting: 2, reasons: ['no room on the disk'] }],
        devices: { ok: 3, warning: 1, critical: 0 },
        days_left: { root: 900, bundle: -1 },
      },
      key: site,
    });

    const sums = Buffer.from(`${sha256Hex(deb)}  sallyport_9.8.7_amd64.deb\n`);
    const ofRelease = { SHA256SUMS: sums, 'sallyport_9.8.7_amd64.deb': deb };
    for (const [name, bytes] of Object.entries(ofRelease)) writeFileSync(join(folder, name), bytes);
    const release = await writeReleaseFile({
      out: folder,
      folder,
      key: fixtureKeys.release,
      manifest: {
        format: 'sallyport-release/1',
        version: '9.8.7',
        released_at: fixtureTime,
        files: Object.entries(ofRelease).map(([name, bytes]) => ({
          name,
          size: bytes.length,
          sha256: sha256Hex(bytes),
        })),
      },
    });

    const evidence = signEvidence(
      { format: 'sallyport-evidence/1', site: fixtureSite, period: { from: '2026-04-01', to: '2026-04-30' }, rows: 0 },
      site,
    );
    const print = Buffer.from('%PDF-1.7 of the evidence');
    return new Map<string, Uint8Array>([
      ['tuf/1.root.json', trust.root],
      ['tuf/1.targets.json', trust.targets],
      ['tuf/1.snapshot.json', trust.snapshot],
      ['tuf/timestamp.json', trust.timestamp],
      ['policy.json', policy],
      ['inventory.jsonl', inventory],
      ['updates.jsonl', updates],
      ['announcement.json', announcement],
      [partPath(header), part],
      ['trust.tar', trustFile],
      ['site-card-1.dsse.json', cards.first],
      ['site-card-2.dsse.json', cards.second],
      ['request.dsse.json', envelope],
      ['request.spr', sealTo(envelope, [hostSeal.publicKey])],
      ['bundle.tar', bundle],
      ['custody.jsonl', joinChain(custody)],
      ['receipt-1.dsse.json', refused],
      ['receipt-2.dsse.json', imported],
      ['sallyport-9.8.7.release.tar', readFileSync(release)],
      ['evidence.dsse.json', evidence],
      ['evidence.pdf', print],
      ['evidence-print.dsse.json', signEvidencePrint({ site: fixtureSite, evidence, print }, site)],
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Files whose bytes chance or the packer decides: these are opened, not compared. */
export const isVarying = (name: string): boolean => name.endsWith('.spr') || name.endsWith('.gz');

if (process.argv[1] === import.meta.filename) {
  for (const [name, bytes] of await makeDocumentFixtures()) {
    mkdirSync(dirname(join(fixtureFolder, name)), { recursive: true });
    writeFileSync(join(fixtureFolder, name), bytes);
  }
}
