import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CheckedCustodyLine,
  type CustodyKeys,
  chainFileName,
  checkChain,
  joinChain,
} from '../documents/custody-chain.ts';
import type { OpenedReceipt } from '../documents/receipt.ts';
import { readChain } from '../importer/custody-beside.ts';
import { defined } from '../platform/defined.ts';
import { ensureDir, writeFileDurable } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import type { SigningKey } from '../trust/keys.ts';
import { addCustodyLine } from './custody-add.ts';
import type { Site, SiteRecord } from './sites.ts';

// sites/<site>/custody/<SHA-256 of a volume>.jsonl: the chain as this host began it. What was added on the way comes back
// in the site's receipts.

const folderOf = (site: Site): string => join(site.folder, 'custody');

/** Begins the chain of a volume that was written to a medium: here, and beside it on the medium. */
export const recordCustody = (options: {
  readonly site: Site;
  readonly person: number;
  /** The medium's folder; its last name is the label. */
  readonly media: string;
  readonly sha256: string;
  readonly at: string;
  readonly key: SigningKey;
  /** The antivirus of this host has looked at everything in it and found nothing. */
  readonly wasScanned?: boolean;
}): void => {
  const { site, media, sha256 } = options;
  ensureDir(folderOf(site));
  const held = readChain(folderOf(site), sha256);
  // The same volume again, rebuilt bit by bit for another medium: its chain began long ago.
  const begin = (): string[] => {
    const line = { ...options, folder: folderOf(site), medium: media };
    const chain = addCustodyLine({ ...line, step: 'fulfil' });
    return options.wasScanned === true ? addCustodyLine({ ...line, step: 'scan' }) : chain;
  };
  const chain = held.length > 0 ? held : begin();
  const beside = join(media, 'custody');
  ensureDir(beside);
  writeFileDurable(join(beside, chainFileName(sha256)), joinChain(chain));
};

/** Something in a site's custody that a person has to look at. CHAIN: it is broken. */
type CustodyProblem = {
  readonly code: 'CHAIN' | 'TIME' | 'GAP';
  readonly bundle?: string;
  readonly sha256?: string;
  readonly detail: string;
};

/** The way of one file, as far as it is known here. */
type CustodyWay = {
  readonly sha256: string;
  readonly bundle: string | undefined;
  readonly seq: number | undefined;
  /** The receipt that brought the chain back; undefined while it is on the way. */
  readonly receipt: number | undefined;
  readonly result: string | undefined;
  readonly lines: ReadonlyArray<CheckedCustodyLine>;
};

type SiteCustody = {
  readonly ways: ReadonlyArray<CustodyWay>;
  readonly problems: ReadonlyArray<CustodyProblem>;
};

type Sent = {
  readonly bundle: string;
  readonly seq: number;
  readonly sha256: string;
  /** The whole bundle is this file, so it went to a medium when it was made. */
  readonly isOnly: boolean;
};

/** Every file that this host made for a site, as far as its record goes back. */
const sentFiles = (record: SiteRecord): ReadonlyArray<Sent> =>
  record.bundles.flatMap(({ bundle_id: bundle, seq, sha256, volumes }) =>
    (volumes ?? [{ sha256 }]).map((volume) => ({ bundle, seq, sha256: volume.sha256, isOnly: volumes === undefined })),
  );

const stepsOf = (lines: ReadonlyArray<CheckedCustodyLine>): ReadonlySet<string> =>
  new Set(lines.map(({ step }) => step));

const look = (
  way: Omit<CustodyWay, 'lines'>,
  texts: ReadonlyArray<string>,
  keys: CustodyKeys,
  problems: CustodyProblem[],
): CustodyWay => {
  const { lines, findings } = checkChain(texts, way.sha256, keys);
  const named = { ...defined({ bundle: way.bundle }), sha256: way.sha256 };
  for (const { code, line, detail } of findings) problems.push({ code, ...named, detail: `line ${line}: ${detail}` });
  if (way.receipt !== undefined) {
    const steps = stepsOf(lines);
    for (const step of ['hand-over', 'scan'])
      if (!steps.has(step)) problems.push({ code: 'GAP', ...named, detail: `a signed ${step} is missing` });
  }
  return { ...way, lines };
};

/** What a receipt must fit: the file, the bundle, the time. */
const checkAgainstReceipt = (
  way: CustodyWay,
  { predicate, subjects }: OpenedReceipt,
  own: ReadonlyArray<string>,
  texts: ReadonlyArray<string>,
  sent: Sent | undefined,
  site: string,
  problems: CustodyProblem[],
): void => {
  const named = { ...defined({ bundle: way.bundle }), sha256: way.sha256 };
  const broken = (detail: string): void => {
    problems.push({ code: 'CHAIN', ...named, detail: `receipt ${predicate.number}: ${detail}` });
  };
  if (sent === undefined) broken('this host wrote no such file for the site');
  else if (sent.bundle !== predicate.bundle_id) broken(`the file belongs to bundle ${sent.bundle}`);
  if (!subjects.some(({ digest }) => digest.sha256 === way.sha256)) broken('the receipt is not about this file');
  if (own.some((text, at) => texts[at] !== text)) broken('the chain does not begin as this host wrote it');
  const last = way.lines.at(-1);
  if (last?.step !== 'import') broken('the chain does not end with an import');
  else {
    if (last.signer?.kind === 'site' && last.signer.site !== site)
      broken(`the import is signed by site ${last.signer.site}`);
    if (last.at !== predicate.finished_at)
      broken(`the import is of ${last.at}, the receipt of ${predicate.finished_at}`);
  }
};

/**
 * Checks every chain of a site: those that receipts brought back against the files, receipts and beginnings that this
 * host knows, and those that are still on the way.
 */
export const verifyCustody = (site: Site, keys: CustodyKeys, receipts: ReadonlyArray<OpenedReceipt>): SiteCustody => {
  const problems: CustodyProblem[] = [];
  const ways: CustodyWay[] = [];
  const sent = new Map(sentFiles(site.record).map((file) => [file.sha256, file]));
  const returned = new Set<string>();
  for (const receipt of receipts) {
    const { predicate } = receipt;
    for (const { sha256, lines: texts } of predicate.custody ?? []) {
      returned.add(sha256);
      const head = {
        sha256,
        bundle: predicate.bundle_id,
        seq: predicate.seq,
        receipt: predicate.number,
        result: predicate.result,
      };
      const way = look(head, texts, keys, problems);
      const own = readChain(folderOf(site), sha256);
      checkAgainstReceipt(way, receipt, own, texts, sent.get(sha256), site.record.site, problems);
      ways.push(way);
    }
  }
  const imported = new Set(
    receipts.flatMap(({ predicate }) => (predicate.result === 'imported' ? (predicate.bundle_id ?? []) : [])),
  );
  for (const { sha256, bundle, seq, isOnly } of sent.values()) {
    const texts = readChain(folderOf(site), sha256);
    if (texts.length === 0) {
      const detail = isOnly
        ? 'the line that this host signed is missing'
        : 'this volume was not written to a medium yet';
      problems.push({ code: isOnly ? 'CHAIN' : 'GAP', bundle, sha256, detail });
    }
    if (returned.has(sha256)) continue;
    if (imported.has(bundle))
      problems.push({ code: 'GAP', bundle, sha256, detail: 'the bundle was imported, no chain came back' });
    ways.push(look({ sha256, bundle, seq, receipt: undefined, result: undefined }, texts, keys, problems));
  }
  const known = new Set(sent.keys());
  const folder = folderOf(site);
  for (const name of isThere(folder) ? readdirSync(folder) : []) {
    const sha256 = /^([0-9a-f]{64})\.jsonl$/.exec(name)?.[1];
    if (sha256 === undefined || known.has(sha256) || returned.has(sha256)) continue;
    // Older than the record goes back: still a chain that must hold.
    ways.push(
      look(
        { sha256, bundle: undefined, seq: undefined, receipt: undefined, result: undefined },
        readChain(folder, sha256),
        keys,
        problems,
      ),
    );
  }
  return { ways, problems };
};
