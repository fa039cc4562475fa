import type { Changed } from '../../engine/changes/types.ts';
import type { InventorySource } from '../../engine/inventory/types.ts';
import type { Database } from '../../platform/database.ts';
import type { DeviceSource, DeviceState, SourceCaller, SourceState } from './types.ts';

/** A row of the hot look-ups: what decides whether a client may speak, and nothing else. */
type CallerRow = {
  id: number;
  publicId: string;
  deviceState: DeviceState;
  sourceId: number;
  sourceState: SourceState;
  fullAt: number | null;
};

type NewSource = {
  device: number;
  source: InventorySource;
  clientId: string;
  keyDigest: string | null;
  token: string | null;
  state: SourceState;
  agent: string;
  from: string;
};

export type SourceSeen = { sourceId: number; device: number; at: number; agent: string; from: string };

/** What a client may do: the device's state rules over its source's. */
const standing = (device: DeviceState, source: SourceState): SourceCaller['state'] => {
  if (device === 'revoked' || source === 'revoked') return 'revoked';
  if (device === 'held' || source === 'held') return 'held';
  return device === 'managed' && source === 'approved' ? 'managed' : 'pending';
};

/** Of one device and source; enough to know a client that was replaced when it speaks again. */
const keptReplaced = 8;

/** SQL over the sources of devices. */
export const sourceStore = (db: Database, changed: Changed) => {
  const columns = `x.id, x.device, x.source, x.client_id as clientId, x.token, x.state, x.agent,
    x.first_seen_at as firstSeenAt, x.last_seen_at as lastSeenAt, x.from_address as "from"`;
  const caller = `select d.id as id, d.public_id as publicId, d.state as deviceState, x.id as sourceId, x.state as sourceState,
    x.full_at as fullAt
    from device_source x join device d on d.id = x.device`;
  const byId = db.prepare<[number], DeviceSource>(`select ${columns} from device_source x where id = ?`);
  // A key that is in use comes before one that was; of those the newest.
  const byKey = db.prepare<[string, string], DeviceSource>(
    `select ${columns} from device_source x where source = +? and key_digest = +?
     order by state in ('revoked', 'replaced'), id desc limit 1`,
  );
  const byClient = db.prepare<[string, string], DeviceSource>(
    `select ${columns} from device_source x where source = +? and client_id = +?
     order by state in ('revoked', 'replaced'), id desc limit 50`,
  );
  const callerByKey = db.prepare<[string, string], CallerRow>(
    `${caller} where x.source = +? and x.key_digest = +? and x.state <> 'replaced' order by x.state = 'revoked', x.id desc limit 1`,
  );
  const callerByClient = db.prepare<[string, string, string], CallerRow>(
    `${caller} where x.source = +? and x.client_id = +? and x.token = +? and x.state <> 'replaced'
     order by x.state = 'revoked', x.state <> 'approved', x.id limit 1`,
  );
  const callerById = db.prepare<[number], CallerRow>(`${caller} where x.id = +?`);
  const ofDevice = db.prepare<[number], DeviceSource>(
    `select ${columns} from device_source x where device = ? order by state in ('revoked', 'replaced'), id`,
  );
  // Reads section, too: what a medium brought has no client.
  const sources = db.prepare<[], { device: number; sources: string }>(
    `select device, json_group_array(source) as sources from
       (select device, source from device_source where state in ('pending', 'approved', 'held')
        union select device, source from section where device > 0) group by device`,
  );
  const addresses = db.prepare<[number], string>(
    `select from_address from device_source where state = 'approved' and from_address is not null
     group by from_address order by max(last_seen_at) desc limit ?`,
  );
  const insert = db.prepare(
    `insert into device_source (device, source, client_id, key_digest, token, state, agent, first_seen_at, from_address)
     values (@device, @source, @clientId, @keyDigest, @token, @state, @agent, @now, @from)`,
  );
  const replace = db.prepare<[number, string, number]>(
    `update device_source set state = 'replaced' where device = ? and source = ? and id <> ? and state in ('approved', 'pending', 'held')`,
  );
  const replaceWaiting = db.prepare<[number, string, number]>(
    `update device_source set state = 'replaced' where device = ? and source = ? and id <> ? and state in ('pending', 'held')`,
  );
  const pendingOf = db.prepare<[number], { id: number; source: string }>(
    `select id, source from device_source where device = ? and state in ('pending', 'held') order by id`,
  );
  const dropReplaced = db.prepare<[number, string, number, string]>(
    `delete from device_source where device = ? and source = ? and state = 'replaced' and id not in
       (select id from device_source where device = ? and source = ? and state = 'replaced' order by id desc limit ${keptReplaced})`,
  );
  const setKey = db.prepare<[string, number]>('update device_source set key_digest = ? where id = ?');
  const setState = db
    .prepare<[SourceState, number], number>('update device_source set state = ? where id = ? returning device')
    .pluck();
  const setToken = db.prepare<[string, number]>('update device_source set token = ? where id = ?');
  const revoke = db.prepare<[number]>(
    `update device_source set state = 'revoked' where device = ? and state <> 'replaced'`,
  );
  const lastSeen = db.prepare<[number, string], { at: number | null }>(
    `select max(last_seen_at) as at from device_source where device = ? and source = ? and state <> 'replaced'`,
  );
  const seen = db.prepare<[number, string, string, number]>(
    `update device_source set last_seen_at = ?, agent = coalesce(nullif(?, ''), agent), from_address = ? where id = ?`,
  );
  const setFull = db.prepare<[number | null, number]>('update device_source set full_at = ? where id = ?');
  const seenNative = db.prepare<[number, string, number]>(
    'update device_source set last_seen_at = ?, agent = ? where id = ?',
  );
  const toCaller = (source: InventorySource, row: CallerRow | undefined): SourceCaller | undefined =>
    row && {
      id: row.id,
      publicId: row.publicId,
      source,
      state: standing(row.deviceState, row.sourceState),
      sourceId: row.sourceId,
      hasFull: row.fullAt !== null,
    };

  return {
    byId: (id: number): DeviceSource | undefined => byId.get(id),
    byKey: (source: InventorySource, keyDigest: string): DeviceSource | undefined => byKey.get(source, keyDigest),
    byClient: (source: InventorySource, clientId: string): DeviceSource[] => byClient.all(source, clientId),
    callerByKey: (source: InventorySource, keyDigest: string) => toCaller(source, callerByKey.get(source, keyDigest)),
    callerByClient: (source: InventorySource, token: string, clientId: string) =>
      toCaller(source, callerByClient.get(source, clientId, token)),
    callerById: (source: InventorySource, id: number) => toCaller(source, callerById.get(id)),
    ofDevice: (device: number): DeviceSource[] => ofDevice.all(device),
    sources: (): Map<number, InventorySource[]> =>
      new Map(sources.all().map(({ device, sources }) => [device, (JSON.parse(sources) as InventorySource[]).sort()])),
    /** The last addresses of approved ones, the latest first. */
    addresses: (limit: number): string[] => addresses.pluck().all(limit),
    insert: (source: NewSource, now: number): number => {
      const id = Number(insert.run({ ...source, now }).lastInsertRowid);
      changed('client', [source.device]);
      return id;
    },
    /** The same client that waits, with a new key. */
    setKey: (id: number, keyDigest: string): void => void setKey.run(keyDigest, id),
    /** What waited is approved; what it stands in place of is replaced. False when nothing waited. */
    approveWaiting: (device: number): boolean => {
      const waiting = pendingOf.all(device);
      for (const { id, source } of waiting) {
        replace.run(device, source, id);
        setState.all('approved', id);
      }
      if (waiting.length > 0) changed('client', [device]);
      return waiting.length > 0;
    },
    /** This row waits in place of those that waited. */
    waitInstead: (row: { id: number; device: number; source: InventorySource }): void => {
      replaceWaiting.run(row.device, row.source, row.id);
      dropReplaced.run(row.device, row.source, row.device, row.source);
      changed('client', [row.device]);
    },
    setState: (id: number, state: SourceState): void => changed('client', setState.all(state, id)),
    setToken: (id: number, token: string): void => void setToken.run(token, id),
    revoke: (device: number): void => {
      revoke.run(device);
      changed('client', [device]);
    },
    lastSeenAt: (device: number, source: InventorySource): number | null => lastSeen.get(device, source)?.at ?? null,
    seen: (row: SourceSeen): void => void seen.run(row.at, row.agent, row.from, row.sourceId),
    /** When this client's last full report was kept; null when one was dropped. */
    setFull: (id: number, at: number | null): void => void setFull.run(at, id),
    seenNative: (sourceId: number, at: number, agent: string): void => void seenNative.run(at, agent, sourceId),
  };
};

export type SourceStore = ReturnType<typeof sourceStore>;
