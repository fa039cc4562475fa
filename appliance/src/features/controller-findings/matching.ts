import { createHash } from 'node:crypto';
import type { Synonym } from '@sallyport/bundle-tools/controllers/match-types';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Database, immediate } from '../../platform/database.ts';
import type {
  ControllerDocument,
  ControllerDocuments,
  ControllerKnowledge,
  KnownThreat,
} from '../vulnerabilities/types.ts';
import { readAnswers, readSynonyms } from './answers.ts';
import { concernedBy, handleWriter } from './concerned.ts';
import { writeCoverage } from './coverage.ts';
import { type DocumentStore, type HeldDocument, NAMES_CHANGED } from './document-store.ts';
import { evaluate, type Loaded, loadDocuments, threatReader } from './evaluate.ts';
import type { HeldIdentity, IdentityStore } from './identity-store.ts';
import type { MatchChange, MatchStore, MatchWriting } from './match-store.ts';
import { rankIn } from './priority.ts';
import type { ThreatStore } from './threat-store.ts';
import type { ControllerRematch, IndexBuilder } from './types.ts';

type MatchingParts = {
  readonly db: Database;
  readonly knowledge: Pick<ControllerKnowledge, 'open'>;
  /** The number of the snapshot in force. */
  readonly current: () => number;
  readonly objects: Pick<ObjectService, 'list'>;
  readonly identities: IdentityStore;
  readonly matches: MatchStore;
  readonly documents: DocumentStore;
  readonly build: IndexBuilder;
  /** The version of the maps of vendors and families, and of the grammar. */
  readonly maps: string;
  readonly threats: ThreatStore;
  /** What catalogues of exploitation in a snapshot say. */
  readonly known: (snapshot: number) => readonly KnownThreat[];
  readonly clock: () => number;
  /** In the transaction, with what was written. */
  readonly note: (changes: readonly MatchChange[], about: { isFirst: boolean }) => void;
};

const digestOf = (synonyms: readonly Synonym[]): string =>
  synonyms.length === 0 ? '' : createHash('sha256').update(JSON.stringify(synonyms)).digest('hex').slice(0, 32);

type Difference = { readonly changed: readonly ControllerDocument[]; readonly gone: readonly HeldDocument[] };

const compare = (held: readonly HeldDocument[], now: readonly ControllerDocument[]): Difference => {
  const before = new Map(held.map((document) => [document.key, document]));
  const changed = now.filter((document) => {
    const old = before.get(document.key);
    before.delete(document.key);
    return old === undefined || old.digest !== document.digest || old.adv !== document.adv;
  });
  return { changed, gone: [...before.values()] };
};

/** Where a small index no longer pays: everything is matched anew. */
const maxDeltaShare = 0.25;
const maxJudged = 400;
/** Up to so many identities are looked up one by one. */
const fewIdentities = 500;
/** How long an unused index is kept. */
const keepMs = 120_000;

const sum = (changes: readonly MatchChange[], identities: number): ControllerRematch => ({
  opened: changes.reduce((all, { opened }) => all + opened.length, 0),
  closed: changes.reduce((all, { closed }) => all + closed.length, 0),
  changed: changes.reduce((all, { changed }) => all + changed, 0),
  identities,
});

/** Makes the stored matches what documents, parts and answers say; incremental and whole give the same. */
export const controllerMatching = (parts: MatchingParts) => {
  const { db, identities, matches, documents, clock } = parts;
  let held: { snapshot: number; synonyms: string; loaded: Loaded; usedAt: number } | undefined;
  let timer: NodeJS.Timeout | undefined;

  const drop = (): void => {
    held = undefined;
    clearTimeout(timer);
    timer = undefined;
  };
  const keep = (): void => {
    clearTimeout(timer);
    timer = setTimeout(drop, keepMs);
    timer.unref();
  };

  /** `isWhole`: of every identity, so that what is needed of all is read at once. */
  const writing = (at: number, isWhole: boolean): MatchWriting => {
    const contexts = isWhole ? identities.allContexts() : new Map<number, number[]>();
    const ids = new Map<string, number>();
    return {
      documentId: (key) => {
        const id = ids.get(key) ?? documents.idOf(key);
        ids.set(key, id);
        return id;
      },
      at,
      rankOf: (identity, threat) => {
        const held = contexts.get(identity) ?? identities.contexts(identity);
        contexts.set(identity, held);
        return rankIn(threat, held);
      },
    };
  };

  const withDocuments = <T>(work: (source: ControllerDocuments) => T): T | undefined => {
    const source = parts.knowledge.open(parts.current());
    if (source === null) return undefined;
    try {
      return work(source);
    } finally {
      source.close();
    }
  };

  /** The index over every document: loaded when it is needed, dropped when it was not for a while. */
  const wholeIndex = (synonyms: readonly Synonym[]): Loaded | undefined => {
    const snapshot = parts.current();
    const named = digestOf(synonyms);
    if (held === undefined || held.snapshot !== snapshot || held.synonyms !== named) {
      drop();
      const loaded = withDocuments((source) => loadDocuments(source, source.documents(), synonyms, parts.build));
      if (loaded === undefined) return undefined;
      held = { snapshot, synonyms: named, loaded, usedAt: clock() };
    }
    keep();
    return held.loaded;
  };

  /** Everything that holds of these identities. */
  const writeWhole = (
    loaded: Loaded,
    which: readonly HeldIdentity[],
    synonyms: readonly Synonym[],
    at: number,
  ): MatchChange[] => {
    const answers = readAnswers(parts.objects);
    const threatFor = threatReader(parts.threats.lookUp());
    const handlesOf = handleWriter(synonyms);
    const write = writing(at, which.length > fewIdentities);
    const changes: MatchChange[] = [];
    for (const identity of which) {
      const handles = handlesOf(identity.identity);
      if (handles !== identity.handles) identities.setHandles(identity.id, handles);
      const found = evaluate(loaded, identity, answers, threatFor);
      const digest = matches.digestOf(found);
      if (digest === identity.digest && !identity.isWaiting) continue;
      changes.push(matches.replace(identity.id, found, write));
      identities.setMatched(identity.id, at, digest);
    }
    return changes;
  };

  /** What holds of these identities and the vulnerabilities of `scope`, by documents that speak of them. */
  const writeScope = (
    loaded: Loaded,
    which: readonly HeldIdentity[],
    scope: ReadonlySet<string>,
    at: number,
  ): MatchChange[] => {
    const answers = readAnswers(parts.objects);
    const threatFor = threatReader(parts.threats.lookUp());
    const write = writing(at, false);
    const changes: MatchChange[] = [];
    for (const identity of which) {
      // What was never matched waits for all of its documents.
      if (identity.isWaiting) continue;
      const change = matches.replace(identity.id, evaluate(loaded, identity, answers, threatFor, scope), write, scope);
      if (change.opened.length + change.closed.length + change.changed === 0) continue;
      changes.push(change);
      // The digest was that of the whole.
      identities.setMatched(identity.id, at, '');
    }
    return changes;
  };

  /** What the loaded documents name is kept for those that are not loaded the next time. */
  const keepSpokenOf = ({ index }: Loaded): void => {
    for (const [place, { key }] of index.documents.entries()) documents.setSpokenOf(key, index.spokenOf(place));
  };

  const takeDocuments = (source: ControllerDocuments, { changed, gone }: Difference, at: number): void => {
    for (const document of changed) documents.put(document, source.vulnerabilitiesOf(document.adv));
    for (const { key } of gone) documents.setGone(key, at);
  };

  const matchWhole = (difference: Difference, synonyms: readonly Synonym[], at: number): ControllerRematch => {
    const loaded = wholeIndex(synonyms);
    const which = identities.inUse();
    if (loaded === undefined) return sum([], 0);
    const changes = withDocuments((source) => {
      takeDocuments(source, difference, at);
      keepSpokenOf(loaded);
      return writeWhole(loaded, which, synonyms, at);
    });
    parts.note(changes ?? [], { isFirst: false });
    return sum(changes ?? [], which.length);
  };

  /**
   * Only what the documents speak of, or spoke of before: every part of which something of that is known, and every part that
   * the changed ones may speak of now.
   */
  const matchDelta = (
    difference: Difference,
    judged: readonly string[],
    synonyms: readonly Synonym[],
    at: number,
  ): ControllerRematch => {
    const result = withDocuments((source) => {
      const keys = [...difference.changed, ...difference.gone].map(({ key }) => key);
      const scope = new Set([...documents.about(keys), ...judged]);
      takeDocuments(source, difference, at);
      for (const vulnerability of documents.about(keys)) scope.add(vulnerability);
      const concerned = concernedBy(
        identities,
        difference.changed.map(({ adv }) => source.body(adv)),
      );
      for (const id of matches.withOpen([...scope])) concerned.add(id);
      const loaded = loadDocuments(source, source.about([...scope]), synonyms, parts.build);
      keepSpokenOf(loaded);
      const which = identities.used(concerned);
      return { changes: writeScope(loaded, which, scope, at), looked: which.length };
    });
    const changes = result?.changes ?? [];
    parts.note(changes, { isFirst: false });
    return sum(changes, result?.looked ?? 0);
  };

  /** Other documents, other maps, or other words about names than the matches were made with. */
  const isRematchDue = (): boolean => {
    const state = documents.state();
    const snapshot = parts.current();
    return (
      snapshot !== 0 && (state.snapshot !== snapshot || state.maps !== parts.maps || state.synonyms === NAMES_CHANGED)
    );
  };

  return {
    isRematchDue,
    /** Whether something is to be matched that was not. */
    isDue: (): boolean =>
      isRematchDue() || documents.state().answersPending || (parts.current() !== 0 && identities.isWaiting()),
    /** Brings the matches up to the snapshot in force. Nothing is written where nothing changed. */
    rematch: (): ControllerRematch => {
      const synonyms = readSynonyms(parts.objects);
      const at = clock();
      const snapshot = parts.current();
      if (snapshot === 0) return sum([], 0);
      const state = documents.state();
      const now = withDocuments((source) => source.documents());
      if (now === undefined) return sum([], 0);
      const before = documents.live();
      const difference = compare(before, now);
      const named = digestOf(synonyms);
      const threats = parts.threats.compare(parts.known(snapshot));
      const judged = documents.spokenOf([
        ...threats.changed.map(({ vulnerability }) => vulnerability),
        ...threats.gone,
      ]);
      const isWhole =
        state.maps !== parts.maps ||
        state.synonyms !== named ||
        judged.length > maxJudged ||
        difference.changed.length + difference.gone.length > Math.max(20, before.length * maxDeltaShare);
      const isSame = difference.changed.length + difference.gone.length + judged.length === 0 && !isWhole;
      return immediate(db, () => {
        // Another process may have gone ahead meanwhile: then its matches are the ones to keep.
        if (parts.current() !== snapshot) return sum([], 0);
        if (!isSame || state.snapshot !== snapshot) identities.forgetUnused();
        parts.threats.take(threats);
        const result = isSame
          ? sum([], 0)
          : isWhole
            ? matchWhole(difference, synonyms, at)
            : matchDelta(difference, judged, synonyms, at);
        if (!isSame) writeCoverage({ documents, identities, matches }, identities.inUse());
        if (!isSame || state.snapshot !== snapshot)
          documents.setState({ snapshot, maps: parts.maps, synonyms: named, at });
        return result;
      });
    },
    /** Matches what has never been matched. Not more than `limit` at once. */
    matchWaiting: (limit: number): { done: number; more: boolean } => {
      const waiting = identities.waiting();
      if (waiting.length === 0 || parts.current() === 0) return { done: 0, more: false };
      const synonyms = readSynonyms(parts.objects);
      const loaded = wholeIndex(synonyms);
      if (loaded === undefined) return { done: 0, more: false };
      const which = waiting.slice(0, limit);
      return immediate(db, () => {
        const changes = writeWhole(loaded, which, synonyms, clock());
        writeCoverage({ documents, identities, matches }, which);
        parts.note(changes, { isFirst: true });
        return { done: which.length, more: waiting.length > which.length };
      });
    },
    drop,
  };
};
