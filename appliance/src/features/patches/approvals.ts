import { createHash } from 'node:crypto';
import type { EventService } from '../../engine/events/service.ts';
import { type Actor, actorRef, byWhom, requireRight } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { cleanLine } from '../../platform/text.ts';
import { stateOfVerdict } from './approval-presets.ts';
import { readApprovals } from './approval-rows.ts';
import type { ApprovalStore, ImportRow } from './approval-store.ts';
import { opensVendorGate } from './gates.ts';
import { withVerdict } from './machine.ts';
import type { MoveStore } from './move-store.ts';
import { type PatchStore, patchKey } from './patch-store.ts';
import { type PatchProcess, WRITE } from './process.ts';
import type {
  ApprovalPreset,
  ApprovalResult,
  AskedVerdict,
  GatedPatch,
  Move,
  Patch,
  PatchState,
  RowFault,
  RowOutcome,
  VerdictRow,
} from './types.ts';

// The vendor's word about patches, from lists and from bundles. What came in a signed bundle counts by itself; a list that a
// person brought proposes where it would open the gate of the vendor, and two roles decide. An older word never replaces a newer one, the same word
// again changes nothing, and what a list did can be taken back as a whole, as far as the patch was not moved on from it.

type UndoResult = { readonly restored: number; readonly removed: number; readonly kept: readonly number[] };

/** What an inventory line of a bundle says (BUNDLES 3). */
type BundleApproval = {
  readonly path: string;
  readonly sha256: string;
  readonly approval: readonly {
    readonly vendor: string;
    readonly product: string;
    readonly verdict: 'tested' | 'failed' | 'conditional';
    readonly date: string;
  }[];
};

type ApprovalParts = {
  db: Database;
  site: string;
  events: Pick<EventService, 'record'>;
  patches: PatchStore;
  moves: MoveStore;
  imports: ApprovalStore;
  process: PatchProcess;
  clock: () => number;
  vendorFirst: () => boolean;
};

/** Imports of the vendor's words. */
export const approvalImports = (parts: ApprovalParts) => {
  const { db, site, events, patches, moves, imports, process, clock } = parts;

  /** A patch of which nothing is known but that it exists. */
  const unknown = (): GatedPatch => ({
    state: 'imported',
    verdict: 'imported',
    verdictAt: clock(),
    overriddenAt: null,
    testedOn: null,
  });

  const judged = (row: VerdictRow, isSigned: boolean): { held: Patch | undefined; outcome: RowOutcome } => {
    const held = patches.byKey(patchKey(site, row.patch));
    const request = (outcome: RowOutcome['outcome'], after: PatchState): RowOutcome => ({
      line: row.line,
      patchId: row.patch.patchId,
      product: row.patch.product,
      productVersion: row.patch.productVersion,
      vendor: row.patch.vendor,
      before: held?.state ?? null,
      verdict: row.verdict,
      outcome,
      after,
    });
    const known = held ?? unknown();
    const after = { ...known, verdict: row.verdict, verdictAt: clock() };
    const isProposed = !isSigned && opensVendorGate(known, after, parts.vendorFirst());
    if (held === undefined)
      return { held, outcome: isProposed ? request('proposed', 'imported') : request('new', row.verdict) };
    if (row.testedOn !== null && held.verdictOn !== null && row.testedOn < held.verdictOn)
      return { held, outcome: request('older', held.state) };
    const isSame =
      held.verdict === row.verdict &&
      (row.testedOn === null || held.verdictOn === row.testedOn) &&
      (row.patch.sha256 === undefined || row.patch.sha256 === held.sha256) &&
      (row.patch.supersedes === undefined || row.patch.supersedes === held.supersedes) &&
      (row.patch.remarks === undefined || row.patch.remarks === held.remarks);
    if (isSame) return { held, outcome: request('unchanged', held.state) };
    if (isProposed) {
      const isAsked = moves.openOf(held.id).some(({ type, target }) => type === 'verdict' && target === row.verdict);
      return { held, outcome: request(isAsked ? 'unchanged' : 'proposed', held.state) };
    }
    const { state } = withVerdict(held, row.verdict, clock());
    const isPulled = state !== held.state && process.isSiteState(held.state);
    return { held, outcome: request(isPulled ? 'pulls-back' : 'changed', state) };
  };

  const inserted = (actor: Actor, id: number, row: VerdictRow): Patch =>
    process.found(patches.insert(site, row.patch, { at: clock(), actor: actorRef(actor), import: id }));

  const apply = (
    actor: Actor,
    id: number,
    list: string,
    row: VerdictRow,
    held: Patch | undefined,
    signed: Move['signed'] = [],
  ): Patch => {
    const at = clock();
    const patch = held ?? inserted(actor, id, row);
    const request: Patch = {
      ...patch,
      ...(patch.verdict === row.verdict && held !== undefined
        ? {}
        : { ...withVerdict(patch, row.verdict, at), window: patch.window }),
      verdictOn: row.testedOn ?? patch.verdictOn,
      verdictImport: id,
      sha256: row.patch.sha256 ?? patch.sha256,
      supersedes: row.patch.supersedes ?? patch.supersedes,
      remarks: row.patch.remarks ?? patch.remarks,
      times: { ...patch.times, publishedAt: patch.times.publishedAt ?? row.testedOn },
    };
    const after = request.state === patch.state ? request : { ...request, window: null };
    const stored = process.commit(actor, patch, after, {
      type: 'verdict',
      reason: row.patch.remarks ?? list,
      evidence: { reference: `${list}, ${row.line}: ${row.verdict}`.slice(0, 500) },
      signed,
      import: id,
    });
    if (row.verdict === 'vendor_rejected' && process.isSiteState(patch.state))
      events.record('patch-vendor-refused', { params: { patch: patch.id, name: patch.patchId, state: patch.state } });
    imports.addRow(id, { patch: patch.id, line: row.line, before: held ?? null, afterMove: moves.newest(patch.id) });
    return stored;
  };

  /** A line that waits: an unknown patch is added, without a verdict. */
  const propose = (actor: Actor, id: number, list: string, row: VerdictRow, held: Patch | undefined): void => {
    const patch = held ?? inserted(actor, id, row);
    process.propose(actor, patch, { import: id, list, row });
  };

  const take = (
    actor: Actor,
    source: { name: string; sha256: string; preset: ApprovalPreset; dryRun: boolean },
    list: readonly VerdictRow[],
    faults: readonly RowFault[],
    isSigned: boolean,
  ): ApprovalResult =>
    immediate(db, () => {
      const { dryRun, ...named } = source;
      const all = list.map((row) => ({ row, ...judged(row, isSigned) }));
      const due = all.filter(({ outcome }) => !['unchanged', 'older'].includes(outcome.outcome));
      const waiting = due.filter(({ outcome }) => outcome.outcome === 'proposed');
      const changed = due.length - waiting.length;
      const rows = all.map(({ outcome }) => outcome);
      const result = { ...named, rows, faults, changed, proposed: waiting.length };
      if (dryRun || due.length === 0) return { ...result, import: null };
      const id = imports.insert({ at: clock(), actor: actorRef(actor), ...named, rows: list.length });
      for (const { row, held, outcome } of due)
        if (outcome.outcome === 'proposed') propose(actor, id, named.name, row, held);
        else apply(actor, id, named.name, row, held);
      imports.setChanged(id, changed);
      events.record('patch-approvals-imported', {
        ...byWhom(actor),
        params: { name: named.name, n: changed, sha256: named.sha256 },
      });
      return { ...result, import: id };
    });

  return {
    /** Reads and applies a list; with `dryRun` it says what it would do. MALFORMED, TOO_LARGE. */
    importList: (
      actor: Actor,
      bytes: Uint8Array,
      given: { name: string; preset: ApprovalPreset; dryRun: boolean },
    ): ApprovalResult => {
      requireRight(actor, WRITE);
      const { rows, faults } = readApprovals(bytes, given.preset);
      const name = cleanLine(given.name).trim().slice(0, 200) || 'list';
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return take(actor, { ...given, name, sha256 }, rows, faults, false);
    },
    /** What lines of a bundle's inventory say, within its import. */
    takeBundle: (
      actor: Actor,
      bundle: { name: string; sha256: string },
      lines: Iterable<BundleApproval>,
    ): ApprovalResult => {
      const rows: VerdictRow[] = [];
      for (const { path, sha256, approval } of lines) {
        for (const { vendor, product, verdict, date } of approval)
          rows.push({
            line: rows.length + 1,
            verdict: stateOfVerdict[verdict],
            testedOn: Date.parse(date),
            patch: { patchId: path.slice(-128), vendor, product, productVersion: '', sha256 },
          });
      }
      return take(actor, { ...bundle, preset: 'neutral', dryRun: false }, rows, [], true);
    },
    /** What two roles agreed to. */
    applyAsked: (actor: Actor, patch: Patch, { import: id, list, row }: AskedVerdict, signed: Move['signed']): Patch =>
      apply(actor, id, list, row, patch, signed),
    /**
     * Takes back what a list did, and what it proposes. Patches moved since stay as they are and are named; so
     * do those whose gate of the vendor that would open.
     */
    undo: (actor: Actor, id: number): UndoResult => {
      requireRight(actor, WRITE);
      return immediate(db, () => {
        const held = imports.byId(id);
        if (held === undefined) throw new AppError('NOT_FOUND', 'there is no such import');
        if (held.undoneAt !== null) throw new AppError('CONFLICT', 'this was taken back already');
        const counts = { restored: 0, removed: 0 };
        const kept: number[] = [];
        for (const row of imports.rows(id)) {
          const patch = patches.byId(row.patch);
          if (patch === undefined) continue;
          const wouldOpen = opensVendorGate(patch, row.before ?? unknown(), parts.vendorFirst());
          if (moves.newest(row.patch) !== row.afterMove || wouldOpen) {
            kept.push(row.patch);
            continue;
          }
          if (row.before === null) {
            patches.remove(row.patch);
            counts.removed += 1;
            continue;
          }
          process.commit(actor, patch, row.before, {
            type: 'undo',
            reason: held.name,
            evidence: {},
            signed: [],
            import: id,
          });
          counts.restored += 1;
        }
        moves.voidOfImport(id, clock());
        imports.undo(id, clock(), actorRef(actor));
        events.record('patch-approvals-undone', {
          ...byWhom(actor),
          params: { name: held.name, n: counts.restored + counts.removed },
        });
        return { ...counts, kept };
      });
    },
    list: (most: number): ImportRow[] => imports.list(most),
    between: (from: number, to: number, most: number): ImportRow[] => imports.between(from, to, most),
  };
};
