import { maxEvidenceBytes, signEvidence, signEvidencePrint } from '@sallyport/bundle-tools/documents/evidence';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { type Lang, langs } from '@sallyport/ui/i18n/types';
import type { EventService } from '../../engine/events/service.ts';
import { type Actor, actorRef, requireRight } from '../../engine/objects/types.ts';
import type { StoreService } from '../../engine/store/service.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import { type CollectParts, collectEvidence } from './evidence-collect.ts';
import type { EvidenceStore, PackRow } from './evidence-store.ts';
import { WRITE } from './process.ts';

// Evidence packs: asked for with a period, made by a job, kept in the store: the signed document, its print, and the
// signature over the print. What was asked for is fixed when it is asked for, so that a job that is run again makes the same.

type PackParts = CollectParts & {
  db: Database;
  events: Pick<EventService, 'record'>;
  store: Pick<StoreService, 'has' | 'put' | 'read'>;
  packs: EvidenceStore;
  clock: () => number;
};

type PackFile = 'json' | 'pdf' | 'signature';

const dayMs = 86_400_000;
const longestMs = 1_100 * dayMs;
const maxStored = maxEvidenceBytes * 2;

const isLang = (text: string): text is Lang => (langs as readonly string[]).includes(text);

/** Asking for packs and making them. */
export const evidencePacks = (parts: PackParts) => {
  const { db, events, store, packs, site, sources, clock } = parts;

  const found = (id: number): PackRow => {
    const pack = packs.byId(id);
    if (pack === undefined) throw new AppError('NOT_FOUND', 'there is no such evidence pack');
    return pack;
  };

  const nameOf = ({ from, to }: PackRow): string =>
    `evidence-${site}-${toTime(from).slice(0, 10)}-${toTime(to).slice(0, 10)}`;

  return {
    /** Notes what is wanted; `make` makes it. INVALID. */
    ask: (actor: Actor, given: { from: number; to: number; lang: string }): number => {
      requireRight(actor, WRITE);
      const { from, to, lang } = given;
      if (!Number.isInteger(from) || from < 0) throw invalid({ from: { key: 'validation.format' } });
      if (!Number.isInteger(to) || to <= from || to - from > longestMs)
        throw invalid({ to: { key: 'validation.period' } });
      if (!isLang(lang)) throw invalid({ lang: { key: 'validation.choice' } });
      return packs.insert({ from, to, lang, createdAt: clock(), actor: actorRef(actor) });
    },
    setJob: packs.setJob,
    /** Collects, signs, prints and keeps a pack. TOO_LARGE. */
    make: async (id: number): Promise<PackRow> => {
      const pack = found(id);
      if (pack.jsonSha256 !== null) return pack;
      const { from, to, createdAt: at, actor } = pack;
      const evidence = db.transaction(() => collectEvidence(parts, { from, to, at, actor }))();
      const key = sources.signingKey();
      const signed = signEvidence(evidence, key);
      if (signed.length > maxStored)
        throw new AppError('TOO_LARGE', `evidence has at most ${maxStored} bytes: take a shorter period`);
      // The words of three languages are loaded when something is printed.
      const { printEvidence } = await import('./evidence-print.ts');
      const print = await printEvidence(evidence, signed, isLang(pack.lang) ? pack.lang : 'en');
      const signature = signEvidencePrint({ site, evidence: signed, print }, key);
      const keep = async (bytes: Uint8Array): Promise<string> =>
        (await store.put(bytes, { maxBytes: maxStored })).sha256;
      const [jsonSha256, pdfSha256, signatureSha256] = [await keep(signed), await keep(print), await keep(signature)];
      immediate(db, () => {
        packs.finish({ id, jsonSha256, pdfSha256, signatureSha256, rows: evidence.rows });
        events.record('evidence-created', { actor, params: { pack: id, from, to, sha256: jsonSha256 } });
      });
      return found(id);
    },
    get: found,
    list: (most: number): PackRow[] => packs.list(most),
    /** A file of a pack with the name that it goes by; NOT_READY while it is made. */
    file: (id: number, which: PackFile): { name: string; bytes: Uint8Array } => {
      const pack = found(id);
      const named = {
        json: [pack.jsonSha256, '.dsse.json'],
        pdf: [pack.pdfSha256, '.pdf'],
        signature: [pack.signatureSha256, '.pdf.dsse.json'],
      } as const;
      const [sha256, end] = named[which];
      if (sha256 === null) throw new AppError('NOT_READY', 'the pack is still made');
      return { name: `${nameOf(pack)}${end}`, bytes: store.read(sha256, maxStored) };
    },
    objectsInUse: (): string[] => packs.inUse(),
  };
};
