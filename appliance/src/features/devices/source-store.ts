import type { Changed } from '../../engine/changes/types.ts';
import type { InventorySource } from '../../engine/inventory/types.ts';
import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { DeviceSource, DeviceState, SourceCaller, SourceSeen, SourceState } from './types.ts';

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
  /** Null where it has said nothing of itself. */
  claim: string | null;
};

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
  const sql = statements(db);
  const columns = `x.id, x.device, x.source, x.client_id as clientId, x.token, x.state, x.agent,
    x.first_seen_at as firstSeenAt, x.last_seen_at as lastSeenAt, x.from_address as "from", x.claim`;
  const caller = `select d.id as id, d.public_id as publicId, d.state as deviceState, x.id as sourceId, x.state as sourceState,
    x.full_at as fullAt
    from device_source x join device d on d.id = x.device`;
  const callerByKey = sql.get<[string, string], CallerRow>(
    `${caller} where x.source = +? and x.key_digest = +? and x.state <> 'replaced' order by x.state = 'revoked', x.id desc limit 1`,
  );
  const callerByClient = sql.get<[string, string, string], CallerRow>(
    `${caller} where x.source = +? and x.client_id = +? and x.token = +? and x.state <> 'replaced'
     order by x.state = 'revoked', x.state <> 'approved', x.id limit 1`,
  );
  const callerById = sql.get<[number], CallerRow>(`${caller} where x.id = +?`);
  // Reads section, too: what a medium brought has no client.
  const sources = sql.all<[], { device: number; sources: string }>(
    `select device, json_group_array(source) as sources from
       (select device, source from device_source where state in ('pending', 'approved', 'held')
        union select device, source from section where device > 0) group by device`,
  );
  const addresses = db.prepare<[number], string>(
    `select from_address from device_source where state = 'approved' and from_address is not null
     group by from_address order by max(last_seen_at) desc limit ?`,
  );
  const insert = sql.insert(
    `insert into device_source (device, source, client_id, key_digest, token, state, agent, first_seen_at, from_address, claim)
     values (@device, @source, @clientId, @keyDigest, @token, @state, @agent, @now, @from, @claim)`,
  );
  const replace = sql.run<[number, string, number]>(
    `update device_source set state = 'replaced', claim = null where device = ? and source = ? and id <> ? and state in ('approved', 'pending', 'held')`,
  );
  // A request with the certificate of the device has a place of its own: one without never takes it.
  const replaceWaiting = sql.run<[device: number, source: string, id: number]>(
    `update device_source set state = 'replaced', claim = null where device = ?1 and source = ?2 and id <> ?3 and state in ('pending', 'held')
       and (token is null) = (select token is null from device_source where id = ?3)`,
  );
  const waitingOf = sql.all<[number], DeviceSource>(
    `select ${columns} from device_source x where device = ? and state in ('pending', 'held') order by token is not null, id`,
  );
  const dropReplaced = sql.run<[number, string, number, string]>(
    `delete from device_source where device = ? and source = ? and state = 'replaced' and id not in
       (select id from device_source where device = ? and source = ? and state = 'replaced' order by id desc limit ${keptReplaced})`,
  );
  const setState = sql.values<[SourceState, number], number>(
    `update device_source set state = ?1, claim = iif(?1 in ('pending', 'held'), claim, null) where id = ?2 returning device`,
  );
  const revoke = sql.run<[number]>(
    `update device_source set state = 'revoked', claim = null where device = ? and state <> 'replaced'`,
  );
  const lastSeen = sql.value<[number, string], number | null>(
    `select max(last_seen_at) as at from device_source where device = ? and source = ? and state <> 'replaced'`,
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
    byId: sql.get<[id: number], DeviceSource>(`select ${columns} from device_source x where id = ?`),
    // A key that is in use comes before one that was; of those the newest.
    byKey: sql.get<[source: InventorySource, keyDigest: string], DeviceSource>(
      `select ${columns} from device_source x where source = +? and key_digest = +?
     order by state in ('revoked', 'replaced'), id desc limit 1`,
    ),
    byClient: sql.all<[source: InventorySource, clientId: string], DeviceSource>(
      `select ${columns} from device_source x where source = +? and client_id = +?
     order by state in ('revoked', 'replaced'), id desc limit 50`,
    ),
    callerByKey: (source: InventorySource, keyDigest: string) => toCaller(source, callerByKey(source, keyDigest)),
    callerByClient: (source: InventorySource, token: string, clientId: string) =>
      toCaller(source, callerByClient(source, clientId, token)),
    callerById: (source: InventorySource, id: number) => toCaller(source, callerById(id)),
    ofDevice: sql.all<[device: number], DeviceSource>(
      `select ${columns} from device_source x where device = ? order by state in ('revoked', 'replaced'), id`,
    ),
    sources: (): Map<number, InventorySource[]> =>
      new Map(sources().map(({ device, sources }) => [device, (JSON.parse(sources) as InventorySource[]).sort()])),
    /** The last addresses of approved ones, the latest first. */
    addresses: (limit: number): string[] => addresses.pluck().all(limit),
    insert: (source: NewSource, now: number): number => {
      const id = insert({ ...source, now });
      changed('client', [source.device]);
      return id;
    },
    /** The same client that waits says this of itself now. */
    setClaim: sql.run<[id: number, claim: string]>(
      'update device_source set claim = ?2 where id = ?1 and claim is not ?2',
    ),
    /** The same client that waits, with a new key. */
    setKey: sql.run<[id: number, keyDigest: string]>('update device_source set key_digest = ?2 where id = ?1'),
    /** Clients of a device that wait for a person; first who proved the key of its certificate. */
    waitingOf,
    /** What waited is approved; what it stands in place of is replaced. */
    approve: (device: number, waiting: readonly Pick<DeviceSource, 'id' | 'source'>[]): void => {
      for (const { id, source } of waiting) {
        replace(device, source, id);
        setState('approved', id);
      }
      if (waiting.length > 0) changed('client', [device]);
    },
    /** This row waits in place of those that waited and were proved as it is. */
    waitInstead: (row: { id: number; device: number; source: InventorySource }): void => {
      replaceWaiting(row.device, row.source, row.id);
      dropReplaced(row.device, row.source, row.device, row.source);
      changed('client', [row.device]);
    },
    setState: (id: number, state: SourceState): void => changed('client', setState(state, id)),
    setToken: sql.run<[id: number, token: string]>('update device_source set token = ?2 where id = ?1'),
    revoke: (device: number): void => {
      revoke(device);
      changed('client', [device]);
    },
    lastSeenAt: (device: number, source: InventorySource): number | null => lastSeen(device, source) ?? null,
    seen: sql.run<[row: SourceSeen]>(
      `update device_source set last_seen_at = :at, agent = coalesce(nullif(:agent, ''), agent), from_address = :from where id = :sourceId`,
    ),
    /** When this client's last full report was kept; null when one was dropped. */
    setFull: sql.run<[id: number, at: number | null]>('update device_source set full_at = ?2 where id = ?1'),
    seenNative: sql.run<[sourceId: number, at: number, agent: string]>(
      'update device_source set last_seen_at = ?2, agent = ?3 where id = ?1',
    ),
  };
};

export type SourceStore = ReturnType<typeof sourceStore>;
