import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileFolder } from '../../test/support/test-folder.ts';
import { readPart } from '../src/advisories/part.ts';
import { announcementSchema, parseAnnouncement } from '../src/documents/announcement.ts';
import { checkChain, custodyKey, splitChain } from '../src/documents/custody-chain.ts';
import { checkEvidencePrint, openEvidence } from '../src/documents/evidence.ts';
import { parseInventory } from '../src/documents/inventory.ts';
import { parsePolicy } from '../src/documents/policy.ts';
import { openReceipt, openReceiptEnvelope, receiptPredicateSchema } from '../src/documents/receipt.ts';
import { openRequest, requestSchema } from '../src/documents/request.ts';
import { openSealed } from '../src/documents/sealed.ts';
import { openSiteCard } from '../src/documents/site-card.ts';
import { readTrustExport } from '../src/host/trust-export.ts';
import type { ImportContext } from '../src/importer/context.ts';
import { verifyBundle } from '../src/importer/verify-bundle.ts';
import { readReleaseFile } from '../src/release/release-file.ts';
import { sha256Hex } from '../src/trust/hash.ts';
import { parseUpdates } from '../src/updates/update.ts';
import {
  fixtureFolder,
  fixtureKeys,
  fixtureSite,
  fixtureTime,
  isVarying,
  makeDocumentFixtures,
} from './document-fixtures.ts';

// The signed documents that lie in fixtures/documents: each opens with the product's own reader, and is made again to the byte.

const file = (name: string): Uint8Array => new Uint8Array(readFileSync(join(fixtureFolder, name)));
const names = readdirSync(fixtureFolder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !['README.md', 'SHA256SUMS'].includes(entry.name))
  .map((entry) => join(entry.parentPath, entry.name).slice(fixtureFolder.length + 1))
  .sort();
const siteKeys = [fixtureKeys.site.publicKey];

const work = fileFolder('fixtures-test');

describe('the signed documents', () => {
  it('are those of release 0.2.0, which never change', () => {
    const sums = names.map((name) => `${sha256Hex(file(name))}  ${name}`);
    expect(sums).toEqual(Buffer.from(file('SHA256SUMS')).toString().trimEnd().split('\n'));
  });

  it('are made again to the byte', async () => {
    const made = await makeDocumentFixtures();
    expect([...made.keys()].sort()).toEqual(names);
    const changed = [...made].filter(([name, bytes]) => !isVarying(name) && Buffer.compare(bytes, file(name)) !== 0);
    expect(changed.map(([name]) => name)).toEqual([]);
  });

  it('site cards open, the second by the keys of the first', () => {
    const first = openSiteCard(file('site-card-1.dsse.json'));
    const second = openSiteCard(file('site-card-2.dsse.json'), { previous: first });
    expect(second.card).toMatchObject({ number: 2, prev: first.digest });
    expect(first.card.root.sha256).toBe(sha256Hex(file('tuf/1.root.json')));
  });

  it('the request opens sealed and unsealed, with every field of its format', () => {
    const { card } = openSiteCard(file('site-card-1.dsse.json'));
    const { request } = openRequest(file('request.dsse.json'), card);
    expect(Object.keys(request).sort()).toEqual(Object.keys(requestSchema.shape).sort());
    expect(Buffer.from(openSealed(file('request.spr'), [fixtureKeys.hostSeal]))).toEqual(
      Buffer.from(file('request.dsse.json')),
    );
    const [carried] = request.receipts;
    if (carried === undefined) throw new Error('the request carries no receipt');
    expect(openReceiptEnvelope(carried, siteKeys).digest).toBe(sha256Hex(file('receipt-1.dsse.json')));
  });

  it('the receipts open and chain, the second with every field of its format', () => {
    const first = openReceipt(file('receipt-1.dsse.json'), siteKeys);
    const second = openReceipt(file('receipt-2.dsse.json'), siteKeys);
    expect(second.predicate.prev).toBe(first.digest);
    expect(Object.keys(second.predicate).sort()).toEqual(Object.keys(receiptPredicateSchema.shape).sort());
  });

  it('the trust export brings the root, the bundle answers the request', async () => {
    const trust = await readTrustExport(join(fixtureFolder, 'trust.tar'), work);
    expect(Buffer.from(trust.root.bytes)).toEqual(Buffer.from(file('tuf/1.root.json')));
    const { request, digest } = openRequest(
      file('request.dsse.json'),
      openSiteCard(file('site-card-1.dsse.json')).card,
    );
    const base64 = (name: string): string => Buffer.from(file(name)).toString('base64');
    const context: ImportContext = {
      site: fixtureSite,
      trust: {
        root: base64('tuf/1.root.json'),
        timestamp: base64('tuf/timestamp.json'),
        snapshot: base64('tuf/1.snapshot.json'),
        targets: base64('tuf/1.targets.json'),
      },
      openRequests: [
        { requestId: request.request_id, number: request.number, nonce: request.nonce, digest, floor: request.floor },
      ],
      seq: request.state.seq,
      seqBroadcast: request.state.seq_broadcast,
      imported: [],
      broadcastAllowed: false,
      graceDays: 180,
      floor: request.floor,
      systemNow: fixtureTime,
      held: join(work, 'held'),
      dryRun: false,
      reserveBytes: 0,
    };
    writeFileSync(join(work, 'held'), Buffer.from(request.have, 'base64'));
    const stagingDir = join(work, 'staging');
    mkdirSync(stagingDir);
    const verdict = await verifyBundle({ path: join(fixtureFolder, 'bundle.tar'), context, stagingDir });
    expect(verdict).toMatchObject({ requestId: request.request_id, counts: { new: 2 }, missingVolumes: [] });
  });

  it('the file of a release is read by its key', async () => {
    const path = join(fixtureFolder, 'sallyport-9.8.7.release.tar');
    const { manifest } = await readReleaseFile(path, [fixtureKeys.release.publicKey]);
    expect(manifest).toMatchObject({ version: '9.8.7', files: [{ name: 'SHA256SUMS' }, {}] });
  });

  it('the announcement is read', () => {
    const { texts, ...rest } = parseAnnouncement(file('announcement.json'));
    expect(Object.keys({ texts, ...rest }).sort()).toEqual(Object.keys(announcementSchema.shape).sort());
    expect(texts.map(({ language }) => language)).toEqual(['kk', 'ru', 'en']);
  });

  it('the catalogue and its policy are read', async () => {
    expect(parsePolicy(file('policy.json')).grace_days).toBe(180);
    expect(parseInventory(file('inventory.jsonl')).map(({ sha256 }) => sha256)).toContain(
      sha256Hex(file('updates.jsonl')),
    );
    expect(parseUpdates(file('updates.jsonl')).map(({ name }) => name)).toEqual(['bash']);
    const part = names.find((name) => name.startsWith('advisories/')) ?? '';
    const ids: string[] = [];
    const packed = async function* () {
      yield file(part);
    };
    for await (const item of readPart(packed())) if ('advisory' in item) ids.push(item.advisory.id);
    expect(ids).toEqual(['DSA-9001-1']);
  });

  it('the custody of the bundle holds', () => {
    const keys = new Map([
      custodyKey(fixtureKeys.fulfil.publicKey, { kind: 'host' }),
      custodyKey(fixtureKeys.person.publicKey, { kind: 'person', person: 3 }),
      custodyKey(fixtureKeys.site.publicKey, { kind: 'site', site: fixtureSite }),
    ]);
    const { lines, findings } = checkChain(splitChain(file('custody.jsonl')), sha256Hex(file('bundle.tar')), keys);
    expect(findings).toEqual([]);
    expect(lines.map(({ step }) => step)).toEqual(['fulfil', 'scan', 'hand-over', 'import']);
  });

  it('the evidence and its print belong together', () => {
    expect(openEvidence(file('evidence.dsse.json'), siteKeys).head.site).toBe(fixtureSite);
    const print = { evidence: file('evidence.dsse.json'), print: file('evidence.pdf') };
    const signature = file('evidence-print.dsse.json');
    expect(checkEvidencePrint({ ...print, signature }, siteKeys).site).toBe(fixtureSite);
  });
});
