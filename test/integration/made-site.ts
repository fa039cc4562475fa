import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packDigests } from '@sallyport/bundle-tools/documents/digests';
import { type Envelope, parseEnvelope } from '@sallyport/bundle-tools/documents/envelope';
import type { Manifest } from '@sallyport/bundle-tools/documents/manifest';
import { parsePolicy } from '@sallyport/bundle-tools/documents/policy';
import { signReceipt } from '@sallyport/bundle-tools/documents/receipt';
import { type SiteRequest, signRequest, stateDigest } from '@sallyport/bundle-tools/documents/request';
import { sealTo } from '@sallyport/bundle-tools/documents/sealed';
import { type SiteCard, signSiteCard } from '@sallyport/bundle-tools/documents/site-card';
import { readTrustExport } from '@sallyport/bundle-tools/host/trust-export';
import type { ImportContext } from '@sallyport/bundle-tools/importer/context';
import type { ImportVerdict } from '@sallyport/bundle-tools/importer/verdict';
import { verifyBundle } from '@sallyport/bundle-tools/importer/verify-bundle';
import { nowMs, randomBytes, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { ensureDir } from '@sallyport/bundle-tools/platform/files';
import { generateSealKey, generateSigningKey, type SigningKey } from '@sallyport/bundle-tools/trust/keys';
import { requestSample } from '../../bundle-tools/test/samples.ts';

// A site that keeps in memory what an appliance keeps: enough to ask, to import with the real importer, and to ask again.

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export type Platform = SiteRequest['platforms'][number];

export type MadeSite = {
  readonly name: string;
  readonly key: SigningKey;
  /** Writes the card and returns its fingerprint. */
  writeCard(path: string): string;
  /** Pins the root and imports the broadcast of a trust export. */
  importTrust(path: string): Promise<void>;
  /** Writes a sealed request to a medium. */
  writeRequest(media: string, content: Partial<SiteRequest>): string;
  /** Imports an answer, keeps its objects, and writes a receipt for the next request. */
  importBundle(path: string): Promise<ImportVerdict>;
  receipts(): Envelope[];
  object(sha256: string): Uint8Array;
  has(sha256: string): boolean;
};

const expectations = { graceDays: 180, dryRun: false, reserveBytes: 0, imported: [] } as const;

/** A new site. `folder` is its own. */
export const makeSite = (name: string, folder: string): MadeSite => {
  ensureDir(folder);
  const key = generateSigningKey();
  const seal = generateSealKey();
  const objects = new Map<string, Uint8Array>();
  const receipts: Envelope[] = [];
  let trust: ImportContext['trust'] | undefined;
  let tuf: Manifest['tuf'] = { root: 0, timestamp: 0, snapshot: 0, targets: 0 };
  let hostSeal: Uint8Array[] = [];
  let inventory: string | undefined;
  let lastBundle: string | undefined;
  let lastReceipt: string | undefined;
  let seq = 0;
  let seqBroadcast = 0;
  let number = 0;
  let card = '';
  let open: ImportContext['openRequests'] = [];
  let cursor = 0;
  const staging = (): string => {
    cursor += 1;
    const dir = join(folder, `staging-${cursor}`);
    ensureDir(dir);
    return dir;
  };

  const context = (): ImportContext => {
    const held = join(folder, 'held');
    writeFileSync(held, packDigests(objects.keys()));
    if (trust === undefined) throw new Error('the site holds no root');
    return {
      ...expectations,
      imported: [],
      site: name,
      trust,
      openRequests: open,
      seq,
      seqBroadcast,
      broadcastAllowed: true,
      floor: toTime(nowMs() - 1000),
      systemNow: toTime(nowMs()),
      held,
    };
  };

  const take = async (path: string): Promise<ImportVerdict> => {
    const stagingDir = staging();
    const verdict = await verifyBundle({ path, context: context(), stagingDir });
    trust = verdict.trust;
    tuf = verdict.tuf;
    inventory = verdict.inventory.sha256;
    lastBundle = verdict.bundleId;
    hostSeal = parsePolicy(readFileSync(verdict.policyPath)).seal_keys.map((text) => Buffer.from(text, 'base64'));
    for (const object of verdict.objects) objects.set(object.sha256, readFileSync(object.path));
    return verdict;
  };

  const receiptFor = (verdict: ImportVerdict, before: { tuf: Manifest['tuf']; seq: number }): void => {
    const bytes = signReceipt({
      subjects: [{ name: 'bundle.dsse.json', digest: { sha256: verdict.manifestSha256 } }],
      predicate: {
        format: 'sallyport-receipt/1',
        site: name,
        number: receipts.length + 1,
        ...(lastReceipt === undefined ? {} : { prev: lastReceipt }),
        bundle_id: verdict.bundleId,
        seq,
        result: 'imported',
        code: '',
        detail: '',
        started_at: toTime(nowMs()),
        finished_at: toTime(nowMs()),
        floor: toTime(nowMs()),
        before,
        after: { tuf, seq },
        journal: { entries: number, head: '0'.repeat(64) },
        counts: verdict.counts,
        volumes: { seen: [1], missing: [] },
        warnings: [],
        overrides: [],
        applied: [],
        devices: { ok: 1, warning: 0, critical: 0 },
        days_left: {},
      },
      key,
    });
    lastReceipt = sha256(bytes);
    receipts.push(parseEnvelope(bytes, 1 << 20));
  };

  return {
    name,
    key,
    writeCard: (path) => {
      const content: SiteCard = {
        format: 'sallyport-site-card/1',
        site: name,
        name: 'A made site',
        number: 1,
        created_at: toTime(nowMs()),
        sign_keys: [base64(key.publicKey)],
        sign_threshold: 1,
        seal_key: base64(seal.publicKey),
        device_ca: [],
        root: { version: tuf.root, sha256: '0'.repeat(64) },
      };
      const bytes = signSiteCard(content, [key]);
      writeFileSync(path, bytes);
      card = sha256(bytes);
      return card;
    },
    importTrust: async (path) => {
      const exported = await readTrustExport(path, folder);
      trust = { root: base64(exported.root.bytes) };
      const verdict = await take(path);
      seqBroadcast = verdict.seq;
    },
    writeRequest: (media, content) => {
      number += 1;
      const state = {
        seq,
        seq_broadcast: seqBroadcast,
        ...(lastBundle === undefined ? {} : { last_bundle: lastBundle }),
        ...(inventory === undefined ? {} : { inventory }),
      };
      const request = requestSample({
        site: name,
        request_id: Buffer.from(randomBytes(16)).toString('hex'),
        number,
        nonce: base64(randomBytes(32)),
        created_at: toTime(nowMs()),
        floor: toTime(nowMs()),
        to: hostSeal.map(sha256),
        seal_to: base64(seal.publicKey),
        tuf,
        state: { ...state, digest: stateDigest(tuf, state) },
        journal: { entries: number, head: '0'.repeat(64), before: [] },
        have: base64(packDigests(objects.keys())),
        wants: [],
        media: { kind: 'folder', volume_bytes: 0, free_bytes: 0 },
        receipts: [...receipts],
        site_card: card,
        ...content,
      });
      const envelope = signRequest(request, [key]);
      const path = join(media, `${Buffer.from(randomBytes(4)).toString('hex')}.spr`);
      writeFileSync(path, sealTo(envelope, hostSeal));
      open = [
        ...open,
        {
          requestId: request.request_id,
          number,
          nonce: request.nonce,
          digest: sha256(envelope),
          floor: request.floor,
        },
      ].slice(-8);
      return path;
    },
    importBundle: async (path) => {
      const before = { tuf, seq };
      const verdict = await take(path);
      seq = verdict.seq;
      open = open.filter((request) => request.requestId !== verdict.requestId);
      receiptFor(verdict, before);
      return verdict;
    },
    receipts: () => [...receipts],
    object: (digest) => {
      const bytes = objects.get(digest);
      if (bytes === undefined) throw new Error(`the site does not hold ${digest}`);
      return bytes;
    },
    has: (digest) => objects.has(digest),
  };
};
