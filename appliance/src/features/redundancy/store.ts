import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { Member, RedundancyGroup } from './types.ts';

const hourMs = 3_600_000;
/** How long after its end a member that was not heard since counts as busy, without a soak too. */
const unheardMs = 24 * hourMs;

type GroupRow = {
  id: string;
  name: string;
  devices: string;
  order: string | null;
  minAvailable: number;
  soakHours: number;
};
type MemberRow = Omit<Member, 'isHeard' | 'isBusy' | 'isExcused' | 'isWaiting'> & {
  isHeard: number;
  isBusy: number;
  isExcused: number;
  isWaiting: number;
};

/** An order that its ring lets out (features/deployments): one in a ring that is not open would hold up the ring before it. */
const inOpenRing = `(t.ring = 0 OR (
  EXISTS (SELECT 1 FROM deployment_ring r WHERE r.deployment = t.deployment AND r.ring = t.ring AND r.state IN ('open', 'soaking', 'passed'))
  AND NOT EXISTS (SELECT 1 FROM deployment_ring r WHERE r.deployment = t.deployment AND r.state IN ('failed', 'held'))))`;

const group = `SELECT id, body ->> '$.name' AS name, body -> '$.devices' AS devices, body -> '$.order' AS "order",
  coalesce(body ->> '$.minAvailable', 1) AS minAvailable, coalesce(body ->> '$.soakHours', 24) AS soakHours
  FROM object WHERE kind = 'redundancy-group' AND deleted_at IS NULL`;

/** Redundancy groups with what their members do now. */
export const redundancyStore = (db: Database) => {
  const sql = statements(db);
  const groups = sql.all<[], GroupRow>(`${group} ORDER BY id`);
  const one = sql.all<[id: string], GroupRow>(`${group} AND id = ?`);
  const groupsOf = sql.all<[device: number], GroupRow>(
    `${group} AND EXISTS (SELECT 1 FROM json_each(body, '$.devices')
       WHERE value = (SELECT public_id FROM device WHERE id = ?)) ORDER BY id`,
  );
  const members = sql.all<
    [{ group: string; devices: string; now: string; soakSince: string; unheardSince: string }],
    MemberRow
  >(
    `SELECT d.id AS device, d.public_id AS publicId, coalesce(d.hostname, d.public_id) AS name,
       d.state = 'managed' AND coalesce(s.visible, 0) = 1 AS isHeard,
       EXISTS (SELECT 1 FROM object e WHERE e.kind = 'redundancy-excuse' AND e.deleted_at IS NULL
         AND e.body ->> '$.group' = :group AND e.body ->> '$.device' = d.public_id
         AND coalesce(e.body ->> '$.agreedBy', '') <> '' AND e.body ->> '$.until' > :now) AS isExcused,
       EXISTS (SELECT 1 FROM task t WHERE t.device = d.id AND t.acting_at IS NOT NULL AND (
         t.state IN ('queued', 'running', 'installed') OR t.finished_at > :soakSince
         OR (t.finished_at > :unheardSince AND coalesce(d.last_seen_at, 0) <= unixepoch(t.finished_at) * 1000))) AS isBusy,
       EXISTS (SELECT 1 FROM task t WHERE t.device = d.id AND t.state = 'queued' AND t.acting_at IS NULL AND ${inOpenRing}) AS isWaiting
     FROM json_each(:devices) named JOIN device d ON d.public_id = named.value LEFT JOIN device_status s ON s.device = d.id
     ORDER BY named.key`,
  );
  const waiting = sql.values<[device: number, before: string], number>(
    `SELECT 1 FROM task WHERE device = ? AND state = 'queued' AND queued_at < ? LIMIT 1`,
  );
  const withMembers = (rows: readonly GroupRow[], atMs: number): RedundancyGroup[] =>
    rows.map(({ id, name, devices, order, minAvailable, soakHours }) => ({
      id,
      name,
      minAvailable,
      order: order === null ? [] : (JSON.parse(order) as string[]),
      members: members({
        group: id,
        devices,
        now: toTime(atMs),
        soakSince: toTime(atMs - soakHours * hourMs),
        unheardSince: toTime(atMs - unheardMs),
      }).map(({ isHeard, isBusy, isExcused, isWaiting, ...member }) => ({
        ...member,
        isHeard: isHeard === 1,
        isBusy: isBusy === 1,
        isExcused: isExcused === 1,
        isWaiting: isWaiting === 1,
      })),
    }));
  return {
    all: (atMs: number): RedundancyGroup[] => withMembers(groups(), atMs),
    one: (id: string, atMs: number): RedundancyGroup | undefined => withMembers(one(id), atMs)[0],
    /** Those that a device is a member of. */
    of: (device: number, atMs: number): RedundancyGroup[] => withMembers(groupsOf(device), atMs),
    /** Every device of a group, and the version of our agent there; null: it has none. */
    members: sql.all<[], { device: number; agent: string | null }>(
      `SELECT d.id AS device, (SELECT max(c.agent) FROM device_source c
           WHERE c.device = d.id AND c.source = 'native' AND c.state <> 'replaced') AS agent
       FROM object o, json_each(o.body, '$.devices') named JOIN device d ON d.public_id = named.value
       WHERE o.kind = 'redundancy-group' AND o.deleted_at IS NULL`,
    ),
    /** Whether an order to a device waits since before a moment. */
    waitsSince: (device: number, atMs: number): boolean => waiting(device, toTime(atMs)).length > 0,
  };
};
