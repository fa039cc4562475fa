import type { Database } from '../../platform/database.ts';
import type { Condition } from '../../platform/list/condition.ts';
import { controllersIn, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';
import { likePattern } from '../../platform/text.ts';
import type { Deadline, DeadlineTimes, NewPatch, Patch, PatchQuery, PatchState } from './types.ts';

type PatchRow = Omit<Patch, 'vulnerabilities' | 'vetoed' | 'window' | 'times'> &
  Omit<DeadlineTimes, 'extended'> & {
    vulnerabilities: string;
    vetoed: number;
    window: string | null;
    windowFrom: number | null;
    windowUntil: number | null;
    extended: string;
  };
const columns = `id, site, vendor, product, product_version as productVersion, patch_id as patchId, target_version as targetVersion,
  sha256, supersedes, vulnerabilities, state, verdict, verdict_on as verdictOn, verdict_at as verdictAt,
  verdict_import as verdictImport, remarks, overridden_at as overriddenAt, tested_on as testedOn, fallback, until, vetoed,
  window, window_from as windowFrom, window_until as windowUntil, published_at as publishedAt, received_at as receivedAt,
  evaluated_at as evaluatedAt, due_from as dueFrom, done_at as doneAt, extended, created_at as createdAt, created_by as createdBy`;

/** One spelling of what makes a patch the same one. */
export const patchKey = (
  site: string,
  patch: Pick<NewPatch, 'vendor' | 'product' | 'productVersion' | 'patchId'>,
): string =>
  [site, patch.vendor, patch.product, patch.productVersion, patch.patchId]
    .map((part) => part.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase())
    .join('\u001f');

const toPatch = (row: PatchRow): Patch => {
  const { publishedAt, receivedAt, evaluatedAt, dueFrom, doneAt, extended, windowFrom, windowUntil, ...patch } = row;
  return {
    ...patch,
    vulnerabilities: JSON.parse(patch.vulnerabilities) as string[],
    vetoed: patch.vetoed === 1,
    window: patch.window === null ? null : { id: patch.window, from: windowFrom ?? 0, until: windowUntil ?? 0 },
    times: {
      publishedAt,
      receivedAt,
      evaluatedAt,
      dueFrom,
      doneAt,
      extended: JSON.parse(extended) as DeadlineTimes['extended'],
    },
  };
};

const values = (patch: Patch) => ({
  id: patch.id,
  target_version: patch.targetVersion,
  sha256: patch.sha256,
  supersedes: patch.supersedes,
  vulnerabilities: JSON.stringify(patch.vulnerabilities),
  state: patch.state,
  verdict: patch.verdict,
  verdict_on: patch.verdictOn,
  verdict_at: patch.verdictAt,
  verdict_import: patch.verdictImport,
  remarks: patch.remarks,
  overridden_at: patch.overriddenAt,
  tested_on: patch.testedOn,
  fallback: patch.fallback,
  until: patch.until,
  vetoed: patch.vetoed ? 1 : 0,
  window: patch.window?.id ?? null,
  window_from: patch.window?.from ?? null,
  window_until: patch.window?.until ?? null,
  published_at: patch.times.publishedAt,
  received_at: patch.times.receivedAt,
  evaluated_at: patch.times.evaluatedAt,
  due_from: patch.times.dueFrom,
  done_at: patch.times.doneAt,
  extended: JSON.stringify(patch.times.extended),
});

/** SQL of patches themselves. */
export const patchStore = (db: Database) => {
  const sql = statements(db);
  const insert = sql.insert(
    `insert into ot_patch (key, site, vendor, product, product_version, patch_id, target_version, sha256, supersedes,
       vulnerabilities, state, verdict, verdict_at, remarks, published_at, received_at, created_at, created_by, import)
     values (@key, @site, @vendor, @product, @productVersion, @patchId, @targetVersion, @sha256, @supersedes,
       @vulnerabilities, 'imported', 'imported', @at, @remarks, @publishedAt, @at, @at, @actor, @import)`,
  );
  const update = sql.run(
    `update ot_patch set target_version = @target_version, sha256 = @sha256, supersedes = @supersedes,
       vulnerabilities = @vulnerabilities, state = @state, verdict = @verdict, verdict_on = @verdict_on,
       verdict_at = @verdict_at, verdict_import = @verdict_import, remarks = @remarks, overridden_at = @overridden_at,
       tested_on = @tested_on, fallback = @fallback, until = @until, vetoed = @vetoed, window = @window,
       window_from = @window_from, window_until = @window_until, published_at = @published_at,
       received_at = @received_at, evaluated_at = @evaluated_at, due_from = @due_from, done_at = @done_at,
       extended = @extended where id = @id`,
  );
  const reported = sql.value<[number], string>('select overdue_reported from ot_patch where id = ?');
  /** A patch is in reach that is for a controller in reach. */
  const reached = (scope: Scope): Condition => {
    if (scope.site) return { sql: 'true', params: [] };
    const { sql, params } = controllersIn(scope, 'controller', 'public_id');
    return { sql: `id in (select patch from ot_patch_target where ${sql})`, params };
  };
  const counts = (scope: Scope) => {
    const { sql, params } = reached(scope);
    return db
      .prepare<unknown[], { state: string; n: number }>(
        `select state, count(*) as n from ot_patch where ${sql} group by state order by state`,
      )
      .all(...params);
  };

  const between = sql.all<[{ from: number; to: number; most: number }], PatchRow>(
    `select ${columns} from ot_patch where created_at < @to and (created_at >= @from or done_at is null
       or id in (select patch from ot_patch_move where at >= @from and at < @to)) order by id limit @most`,
  );

  return {
    byId: sql.get<[id: number], PatchRow, Patch>(`select ${columns} from ot_patch where id = ?`, toPatch),
    byKey: sql.get<[key: string], PatchRow, Patch>(`select ${columns} from ot_patch where key = ?`, toPatch),
    insert: (site: string, patch: NewPatch, by: { at: number; actor: string; import: number | null }): number =>
      insert({
        key: patchKey(site, patch),
        site,
        vendor: patch.vendor,
        product: patch.product,
        productVersion: patch.productVersion,
        patchId: patch.patchId,
        targetVersion: patch.targetVersion ?? null,
        sha256: patch.sha256 ?? null,
        supersedes: patch.supersedes ?? null,
        vulnerabilities: JSON.stringify(patch.vulnerabilities ?? []),
        remarks: patch.remarks ?? null,
        publishedAt: patch.publishedAt ?? null,
        ...by,
      }),
    update: (patch: Patch): void => update(values(patch)),
    remove: sql.run<[id: number]>('delete from ot_patch where id = ?'),
    /** States that are over. */
    ended: sql.all<[now: number, most: number], PatchRow, Patch>(
      `select ${columns} from ot_patch where until is not null and until <= ? order by id limit ?`,
      toPatch,
    ),
    /** Patches with a running deadline, page by page. */
    running: sql.all<[after: number, most: number], PatchRow, Patch>(
      `select ${columns} from ot_patch where id > ? and (done_at is null or evaluated_at is null) order by id limit ?`,
      toPatch,
    ),
    overdueReported: (id: number): Deadline[] => JSON.parse(reported(id) ?? '[]') as Deadline[],
    setOverdueReported: sql.run<[id: number, deadlines: readonly Deadline[]]>(
      'update ot_patch set overdue_reported = ?2 where id = ?1',
    ),
    /** Those of some patches that are in reach. */
    reached: (ids: readonly number[], scope: Scope): number[] => {
      if (scope.site) return [...ids];
      const { sql, params } = reached(scope);
      return db
        .prepare<unknown[], number>(
          `select id from ot_patch where id in (select value from json_each(?)) and ${sql} order by id`,
        )
        .pluck()
        .all(JSON.stringify(ids), ...params);
    },
    counts: (scope: Scope): { state: PatchState; n: number }[] =>
      counts(scope).map(({ state, n }) => ({ state: state as PatchState, n })),
    page: (query: PatchQuery, scope: Scope, ids?: readonly number[]): { rows: Patch[]; total: number } => {
      const inReach = reached(scope);
      const parts = [inReach.sql];
      const params: unknown[] = [...inReach.params];
      if (query.state !== undefined && query.state.length > 0) {
        parts.push('state in (select value from json_each(?))');
        params.push(JSON.stringify(query.state));
      }
      if (ids !== undefined) {
        parts.push('id in (select value from json_each(?))');
        params.push(JSON.stringify(ids));
      }
      if (query.controller !== undefined) {
        const only = controllersIn(scope, 'controller', 'public_id');
        parts.push(`id in (select patch from ot_patch_target where controller = ? and ${only.sql})`);
        params.push(query.controller, ...only.params);
      }
      if (query.search !== undefined && query.search !== '') {
        const like = likePattern(query.search);
        parts.push("(patch_id like ? escape '\\' or vendor like ? escape '\\' or product like ? escape '\\')");
        params.push(like, like, like);
      }
      const where = parts.join(' and ');
      const total =
        db.prepare<unknown[], { n: number }>(`select count(*) as n from ot_patch where ${where}`).get(...params)?.n ??
        0;
      const rows = db
        .prepare<unknown[], PatchRow>(`select ${columns} from ot_patch where ${where} and id > ? order by id limit ?`)
        .all(...params, query.after ?? 0, query.limit);
      return { rows: rows.map(toPatch), total };
    },
    /** Patches of a period: made or moved in it, or open at its end. */
    between: (from: number, to: number, most: number): Patch[] => between({ from, to, most }).map(toPatch),
  };
};

export type PatchStore = ReturnType<typeof patchStore>;
