import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
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
  const sql = statements(db);
  const insert = sql.insert(
    `insert into ot_patch_move (patch, at, type, from_state, to_state, actor, signed, reason, evidence, import, urgency)
     values (@patch, @at, @type, @from, @to, @actor, @signed, @reason, @evidence, @import, @urgency)`,
  );
  const ask = sql.insert(
    `insert into ot_patch_request (patch, type, from_state, target, asked_at, asked_by, person, reason, evidence, verdict)
     values (@patch, @type, @from, @target, @at, @actor, @person, @reason, @evidence, @verdict)`,
  );
  const request = sql.get<[number], RequestRow>(`select ${requestColumns} from ot_patch_request where id = ?`);
  const openOf = sql.all<[number], RequestRow>(
    `select ${requestColumns} from ot_patch_request where patch = ? and state = 'open' order by id`,
  );
  const waiting = sql.all<[], { patch: number; n: number }>(
    "select patch, count(*) as n from ot_patch_request where state = 'open' group by patch",
  );
  const signatures = sql.all<[number], SignatureRow>(
    'select person, actor, at, agrees, comment, roles from ot_patch_signature where request = ? order by at, person',
  );
  const sign = sql.run(
    `insert into ot_patch_signature (request, person, actor, at, agrees, comment, roles)
     values (@request, @person, @actor, @at, @agrees, @comment, @roles)`,
  );

  const toRequest = (row: RequestRow): StoredRequest => ({
    ...row,
    evidence: JSON.parse(row.evidence) as MoveEvidence,
    verdict: row.verdict === null ? null : (JSON.parse(row.verdict) as AskedVerdict),
    signatures: signatures(row.id).map(
      (one): Signature => ({
        ...one,
        agrees: one.agrees === 1,
        roles: JSON.parse(one.roles) as PatchRole[],
      }),
    ),
  });

  return {
    insert: (move: Omit<Move, 'id'>): number =>
      insert({
        ...move,
        signed: JSON.stringify(move.signed),
        evidence: JSON.stringify(move.evidence),
        urgency: move.urgency === null ? null : JSON.stringify(move.urgency),
      }),
    ofPatch: sql.all<[patch: number, most: number], MoveRow, Move>(
      `select ${moveColumns} from ot_patch_move where patch = ? order by id desc limit ?`,
      toMove,
    ),
    newest: sql.count<[patch: number]>('select max(id) as id from ot_patch_move where patch = ?'),
    between: sql.all<[from: number, to: number, most: number], MoveRow, Move>(
      `select ${moveColumns} from ot_patch_move where at >= ? and at < ? order by id limit ?`,
      toMove,
    ),
    ask: (given: NewRequest): number =>
      ask({
        ...given,
        evidence: JSON.stringify(given.evidence),
        verdict: given.verdict && JSON.stringify(given.verdict),
      }),
    request: (id: number): StoredRequest | undefined => {
      const row = request(id);
      return row && toRequest(row);
    },
    openOf: (patch: number): StoredRequest[] => openOf(patch).map(toRequest),
    waiting: (): ReadonlyMap<number, number> => new Map(waiting().map(({ patch, n }) => [patch, n])),
    close: sql.run<[id: number, state: 'done' | 'declined' | 'void', at: number]>(
      "update ot_patch_request set state = ?2, closed_at = ?3 where id = ?1 and state = 'open'",
    ),
    /** What a list proposed that is taken back. */
    voidOfImport: sql.run<[id: number, at: number]>(
      `update ot_patch_request set state = 'void', closed_at = ?2
     where state = 'open' and type = 'verdict' and json_extract(verdict, '$.import') = ?1`,
    ),
    sign: (request: number, signature: Signature): void =>
      sign({
        request,
        ...signature,
        agrees: signature.agrees ? 1 : 0,
        roles: JSON.stringify(signature.roles),
      }),
  };
};

export type MoveStore = ReturnType<typeof moveStore>;
