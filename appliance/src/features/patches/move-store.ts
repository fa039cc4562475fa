import type { Database } from '../../platform/database.ts';
import type { AskedVerdict, Move, MoveEvidence, PatchRequest, PatchRole, PatchState, Signature } from './types.ts';

type MoveRow = Omit<Move, 'signed' | 'evidence' | 'urgency'> & {
  signed: string;
  evidence: string;
  urgency: string | null;
};
const moveColumns =
  'id, patch, at, type, from_state as "from", to_state as "to", actor, signed, reason, evidence, import, urgency';

type RequestRow = Omit<StoredRequest, 'evidence' | 'verdict' | 'signatures'> & {
  evidence: string;
  verdict: string | null;
};
const requestColumns = `id, patch, type, from_state as "from", target, asked_at as askedAt, asked_by as askedBy, person, reason,
  evidence, verdict, state`;

type SignatureRow = { person: string; actor: string; at: number; agrees: number; comment: string; roles: string };

const toMove = (row: MoveRow): Move => ({
  ...row,
  signed: JSON.parse(row.signed) as Move['signed'],
  evidence: JSON.parse(row.evidence) as MoveEvidence,
  urgency: row.urgency === null ? null : (JSON.parse(row.urgency) as Move['urgency']),
});

/** A request without what is still open, which depends on the patch. */
export type StoredRequest = Omit<PatchRequest, 'open'>;

export type NewRequest = {
  patch: number;
  type: PatchRequest['type'];
  from: PatchState;
  target: string;
  at: number;
  actor: string;
  person: string;
  reason: string;
  evidence: MoveEvidence;
  verdict: AskedVerdict | null;
};

/** SQL of what moved patches, of requests that wait, and of signatures. */
export const moveStore = (db: Database) => {
  const insert = db.prepare(
    `insert into ot_patch_move (patch, at, type, from_state, to_state, actor, signed, reason, evidence, import, urgency)
     values (@patch, @at, @type, @from, @to, @actor, @signed, @reason, @evidence, @import, @urgency)`,
  );
  const ofPatch = db.prepare<[number, number], MoveRow>(
    `select ${moveColumns} from ot_patch_move where patch = ? order by id desc limit ?`,
  );
  const newest = db.prepare<[number], { id: number | null }>('select max(id) as id from ot_patch_move where patch = ?');
  const between = db.prepare<[number, number, number], MoveRow>(
    `select ${moveColumns} from ot_patch_move where at >= ? and at < ? order by id limit ?`,
  );
  const ask = db.prepare(
    `insert into ot_patch_request (patch, type, from_state, target, asked_at, asked_by, person, reason, evidence, verdict)
     values (@patch, @type, @from, @target, @at, @actor, @person, @reason, @evidence, @verdict)`,
  );
  const request = db.prepare<[number], RequestRow>(`select ${requestColumns} from ot_patch_request where id = ?`);
  const openOf = db.prepare<[number], RequestRow>(
    `select ${requestColumns} from ot_patch_request where patch = ? and state = 'open' order by id`,
  );
  const waiting = db.prepare<[], { patch: number; n: number }>(
    "select patch, count(*) as n from ot_patch_request where state = 'open' group by patch",
  );
  const close = db.prepare<[string, number, number]>(
    "update ot_patch_request set state = ?, closed_at = ? where id = ? and state = 'open'",
  );
  const voidOfImport = db.prepare<[number, number]>(
    `update ot_patch_request set state = 'void', closed_at = ?
     where state = 'open' and type = 'verdict' and json_extract(verdict, '$.import') = ?`,
  );
  const signatures = db.prepare<[number], SignatureRow>(
    'select person, actor, at, agrees, comment, roles from ot_patch_signature where request = ? order by at, person',
  );
  const sign = db.prepare(
    `insert into ot_patch_signature (request, person, actor, at, agrees, comment, roles)
     values (@request, @person, @actor, @at, @agrees, @comment, @roles)`,
  );

  const toRequest = (row: RequestRow): StoredRequest => ({
    ...row,
    evidence: JSON.parse(row.evidence) as MoveEvidence,
    verdict: row.verdict === null ? null : (JSON.parse(row.verdict) as AskedVerdict),
    signatures: signatures.all(row.id).map(
      (one): Signature => ({
        ...one,
        agrees: one.agrees === 1,
        roles: JSON.parse(one.roles) as PatchRole[],
      }),
    ),
  });

  return {
    insert: (move: Omit<Move, 'id'>): number =>
      Number(
        insert.run({
          ...move,
          signed: JSON.stringify(move.signed),
          evidence: JSON.stringify(move.evidence),
          urgency: move.urgency === null ? null : JSON.stringify(move.urgency),
        }).lastInsertRowid,
      ),
    ofPatch: (patch: number, most: number): Move[] => ofPatch.all(patch, most).map(toMove),
    newest: (patch: number): number => newest.get(patch)?.id ?? 0,
    between: (from: number, to: number, most: number): Move[] => between.all(from, to, most).map(toMove),
    ask: (given: NewRequest): number =>
      Number(
        ask.run({
          ...given,
          evidence: JSON.stringify(given.evidence),
          verdict: given.verdict && JSON.stringify(given.verdict),
        }).lastInsertRowid,
      ),
    request: (id: number): StoredRequest | undefined => {
      const row = request.get(id);
      return row && toRequest(row);
    },
    openOf: (patch: number): StoredRequest[] => openOf.all(patch).map(toRequest),
    waiting: (): ReadonlyMap<number, number> => new Map(waiting.all().map(({ patch, n }) => [patch, n])),
    close: (id: number, state: 'done' | 'declined' | 'void', at: number): void => void close.run(state, at, id),
    /** What a list proposed that is taken back. */
    voidOfImport: (id: number, at: number): void => void voidOfImport.run(at, id),
    sign: (request: number, signature: Signature): void =>
      void sign.run({
        request,
        ...signature,
        agrees: signature.agrees ? 1 : 0,
        roles: JSON.stringify(signature.roles),
      }),
  };
};

export type MoveStore = ReturnType<typeof moveStore>;
