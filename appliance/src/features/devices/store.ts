import type { Changed } from '../../engine/changes/types.ts';
import type { InventorySource } from '../../engine/inventory/types.ts';
import type { Database } from '../../platform/database.ts';
import { devicesIn, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';
import { swappedUuid } from './identity.ts';
import type { Device, DeviceKind, DevicePage, DeviceQuery, DeviceState, HeldReason, Identity, Seen } from './types.ts';

type Row = Omit<Device, 'reenrolling' | 'macs'> & { reenrolling: number; macs: string };

export type Claim = Identity & {
  hostname: string;
  os: string;
  arch: string;
  agentVersion: string;
  kind: DeviceKind;
  from: string | null;
};

type NewDevice = Claim & {
  publicId: string;
  state: 'discovered' | 'pending' | 'held';
  token: string | null;
  group: string | null;
  heldReason: HeldReason | null;
  resembles: number | null;
};

const toDevice = (row: Row): Device => ({
  ...row,
  reenrolling: row.reenrolling === 1,
  macs: JSON.parse(row.macs) as string[],
});

const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

/** SQL over the device tables. */
export const deviceStore = (db: Database, changed: Changed) => {
  const sql = statements(db);
  const columns = `id, public_id as publicId, state, kind, uuid, serial, macs, hostname, os, arch, agent_version as agentVersion,
    device_group as "group", held_reason as heldReason, resembles, from_address as "from", created_at as createdAt,
    approved_at as approvedAt, enrolled_at as enrolledAt, revoked_at as revokedAt, last_seen_at as lastSeenAt,
    state = 'managed' and exists (select 1 from device_source x where x.device = device.id and x.state = 'pending') as reenrolling`;
  const device = (where: string) => db.prepare<[string | number], Row>(`select ${columns} from device where ${where}`);
  const byId = device('id = ?');
  const byPublicId = device('public_id = ?');
  // By hardware, never by state or source: those indexes would walk a large part of the site.
  const alike = (states: string) =>
    db.prepare<[string | null, string | null, string | null, string], Row>(
      `select ${columns} from device where ${states} and (uuid in (?, ?) or serial = ? or id in
         (select device from device_mac where mac in (select value from json_each(?)))) order by id limit 100`,
    );
  const resembling = alike(`state <> 'revoked'`);
  const revokedLike = alike(`+state = 'revoked'`);
  const findAlike = (statement: typeof resembling, { uuid, serial, macs }: Identity): Device[] =>
    statement.all(uuid, uuid === null ? null : swappedUuid(uuid), serial, JSON.stringify(macs)).map(toDevice);
  const insert = sql.insert(
    `insert into device (public_id, state, kind, uuid, serial, macs, hostname, os, arch, agent_version, token,
       device_group, held_reason, resembles, from_address, created_at)
     values (@publicId, @state, @kind, @uuid, @serial, @macs, @hostname, @os, @arch, @agentVersion, @token,
       @group, @heldReason, @resembles, @from, @now)`,
  );
  const addMac = sql.run<[string, number]>('insert into device_mac (mac, device) values (?, ?) on conflict do nothing');
  const dropMacs = sql.run<[number]>('delete from device_mac where device = ?');
  const addFacts = sql.run(
    `update device set uuid = coalesce(uuid, @uuid), serial = coalesce(serial, @serial), kind = @kind,
       hostname = iif(hostname = '', @hostname, hostname), os = iif(@os = '', os, @os), arch = iif(@arch = '', arch, @arch)
     where id = @id`,
  );
  const macsOf = sql.run<[number, number]>(
    `update device set macs = (select json_group_array(mac) from
       (select mac from device_mac where device = ? order by mac limit 256)) where id = ?`,
  );
  const withSource = sql.values<[string, string], number>(
    `select distinct device from device_source where device in (select value from json_each(?)) and +source = ?
       and state <> 'revoked'`,
  );
  const setClaim = sql.run(
    `update device set uuid = coalesce(@uuid, uuid), serial = coalesce(@serial, serial),
       macs = iif(@macs = '[]', macs, @macs), hostname = iif(@hostname = '', hostname, @hostname),
       os = iif(@os = '', os, @os), arch = iif(@arch = '', arch, @arch),
       agent_version = iif(@agentVersion = '', agent_version, @agentVersion), from_address = coalesce(@from, from_address)
     where id = @id`,
  );
  // Who was only seen comes in; the record keeps its number, its decisions and its history.
  const adopt = sql.run(
    `update device set state = 'pending', kind = @kind, token = @token, device_group = coalesce(@group, device_group),
       resembles = @resembles where id = @id`,
  );
  const approve = sql.run<[number, number]>(
    `update device set state = 'managed', held_reason = null, resembles = null, approved_at = ? where id = ?`,
  );
  const forgetHardware = sql.run<[number]>(`update device set uuid = null, serial = null, macs = '[]' where id = ?`);
  const setHardware = sql.run(
    `update device set uuid = coalesce(@uuid, uuid), serial = coalesce(@serial, serial),
       macs = iif(@macs = '[]', macs, @macs) where id = @id`,
  );
  const hold = sql.run<[HeldReason, number]>(`update device set state = 'held', held_reason = ? where id = ?`);
  const revoke = sql.run<[number, number]>(`update device set state = 'revoked', revoked_at = ? where id = ?`);
  const setEnrolled = sql.did<[number, number]>(
    'update device set enrolled_at = ? where id = ? and enrolled_at is null',
  );
  const setBootIds = sql.run<[string, number]>('update device set boot_ids = ? where id = ?');
  // One that is held meanwhile begins anew.
  const noteBootIds = sql.run<[string, number]>(`update device set boot_ids = ? where id = ? and state <> 'held'`);
  const seen = sql.run<[number, number, string, number]>(
    'update device set last_seen_at = ?, seq = ?, agent_version = ? where id = ?',
  );
  const setWaiting = sql.did<[number]>("update device set state = 'pending' where id = ? and state = 'discovered'");
  // A client that is not approved must not make the device that it claims to be look alive.
  const seenAt = sql.did(
    `update device set last_seen_at = @at where id = @id and coalesce(last_seen_at, 0) < @at and
       (@sourceId is null or state <> 'managed' or exists (select 1 from device_source x where x.id = @sourceId and x.state = 'approved'))`,
  );
  const count = sql.all<[], { state: DeviceState; count: number }>(
    "select state, count(*) as count from device indexed by device_state_kind where kind <> 'directory' group by state",
  );

  const addEvent = sql.did<[number, Buffer, number]>(
    'insert into agent_event (device, id, received_at) values (?, ?, ?) on conflict do nothing',
  );

  const setMacs = (id: number, macs: readonly string[]): void => {
    if (macs.length === 0) return;
    dropMacs(id);
    for (const mac of macs) addMac(mac, id);
  };

  return {
    byId: (id: number): Device | undefined => map(byId.get(id)),
    byPublicId: (publicId: string): Device | undefined => map(byPublicId.get(publicId)),
    resembling: (identity: Identity): Device[] => findAlike(resembling, identity),
    insert: (device: NewDevice, now: number): number => {
      const id = insert({ ...device, macs: JSON.stringify(device.macs), now });
      setMacs(id, device.macs);
      changed('device', [id]);
      return id;
    },
    setClaim: (id: number, claim: Claim): void => {
      setClaim({ ...claim, macs: JSON.stringify(claim.macs), id });
      setMacs(id, claim.macs);
      changed('device', [id]);
    },
    /** A discovered record becomes the newcomer's. */
    adopt: (id: number, device: NewDevice): void => {
      adopt({
        id,
        kind: device.kind,
        token: device.token,
        group: device.group,
        resembles: device.resembles,
      });
      setClaim({ ...device, macs: JSON.stringify(device.macs), id });
      setMacs(id, device.macs);
      changed('device', [id]);
    },
    approve: (id: number, now: number): void => {
      approve(now, id);
      changed('device', [id]);
    },
    /** What hardware it is has to be learnt anew. */
    forgetHardware: (id: number): void => {
      forgetHardware(id);
      dropMacs(id);
      changed('client', [id]);
    },
    /** What the newest report says about the hardware; what it leaves out stays. */
    setHardware: (id: number, { uuid, serial, macs }: Identity): void => {
      setHardware({ id, uuid, serial, macs: JSON.stringify(macs) });
      setMacs(id, macs);
      changed('client', [id]);
    },
    hold: (id: number, reason: HeldReason): void => {
      hold(reason, id);
      changed('device', [id]);
    },
    revoke: (id: number, now: number): void => {
      revoke(now, id);
      changed('device', [id]);
    },
    setEnrolled: (id: number, now: number): boolean => {
      const isFirst = setEnrolled(now, id);
      if (isFirst) changed('client', [id]);
      return isFirst;
    },
    /** JSON. */
    noteBootIds: (id: number, bootIds: string): void => {
      noteBootIds(bootIds, id);
    },
    setBootIds: (id: number, bootIds: string): void => {
      setBootIds(bootIds, id);
      changed('client', [id]);
    },
    seen: (rows: Iterable<Seen>): void => {
      const heard: number[] = [];
      for (const row of rows) {
        seen(row.at, row.seq, row.agentVersion, row.id);
        heard.push(row.id);
      }
      changed('heard', heard);
    },
    /** What others found out about a device that never spoke; nothing known is forgotten. */
    addFacts: (id: number, claim: Claim): void => {
      addFacts({ ...claim, id });
      for (const mac of claim.macs) addMac(mac, id);
      macsOf(id, id);
      changed('device', [id]);
    },
    /** Which of these have a client of this source. */
    withSource: (ids: readonly number[], source: InventorySource): Set<number> =>
      new Set(ids.length === 0 ? [] : withSource(JSON.stringify(ids), source)),
    /** What was only seen so far waits for approval. */
    setWaiting: (id: number): void => {
      if (setWaiting(id)) changed('device', [id]);
    },
    /** `sourceId`: the client that says so. */
    seenAt: (id: number, at: number, sourceId: number | null = null): void => {
      if (seenAt({ id, at, sourceId })) changed('heard', [id]);
    },
    revokedLike: (identity: Identity): Device[] => findAlike(revokedLike, identity),
    list: (query: DeviceQuery): DevicePage => {
      const where = ['1 = 1'];
      const params: (string | number)[] = [];
      if (query.state !== undefined) {
        where.push('state in (select value from json_each(?))');
        params.push(JSON.stringify(query.state));
      }
      if (query.kind !== undefined) {
        where.push('kind in (select value from json_each(?))');
        params.push(JSON.stringify(query.kind));
      }
      if (query.search) {
        where.push(`(hostname like ? escape '\\' or public_id like ? escape '\\')`);
        const part = `%${escapeLike(query.search)}%`;
        params.push(part, part);
      }
      const total = db
        .prepare<unknown[], { total: number }>(`select count(*) as total from device where ${where.join(' and ')}`)
        .get(...params);
      const rows = db
        .prepare<unknown[], Row>(
          `select ${columns} from device where ${where.join(' and ')} and id > ? order by id limit ?`,
        )
        .all(...params, query.after ?? 0, query.limit + 1)
        .map(toDevice);
      const page = rows.slice(0, query.limit);
      const last = page.at(-1);
      return {
        rows: page,
        total: total?.total ?? 0,
        ...(rows.length > query.limit && last ? { next: last.id } : {}),
      };
    },
    /** Possible copies in reach that wait for a person, by number. */
    held: (scope: Scope, limit: number): Device[] => {
      const { sql, params } = devicesIn(scope, 'id');
      return db
        .prepare<unknown[], Row>(`select ${columns} from device where state = 'held' and ${sql} order by id limit ?`)
        .all(...params, limit)
        .map(toDevice);
    },
    counts: (): Record<DeviceState, number> => ({
      discovered: 0,
      pending: 0,
      managed: 0,
      held: 0,
      revoked: 0,
      ...Object.fromEntries(count().map((row) => [row.state, row.count])),
    }),
    hasManaged: (scope: Scope): boolean => {
      const { sql, params } = devicesIn(scope, 'id');
      return (
        db
          .prepare(`select 1 from device where state = 'managed' and kind <> 'directory' and ${sql} limit 1`)
          .get(...params) !== undefined
      );
    },
    heardSince: (ms: number, scope: Scope): { heard: number; managed: number } => {
      const { sql, params } = devicesIn(scope, 'id');
      return (
        db
          .prepare<unknown[], { heard: number; managed: number }>(
            `select count(*) as managed, count(*) filter (where last_seen_at >= ?) as heard from device
             where state = 'managed' and kind <> 'directory' and ${sql}`,
          )
          .get(ms, ...params) ?? { heard: 0, managed: 0 }
      );
    },
    waiting: sql.count<[]>(
      `select (select count(*) from device where state in ('pending', 'held')) +
       (select count(distinct x.device) from device_source x indexed by device_source_pending cross join device d
         on d.id = x.device where x.state = 'pending' and d.state = 'managed') as count`,
    ),
    tokenUses: sql.count<[token: string]>('select used from token_use where token = ?'),
    useToken: sql.run<[token: string]>(
      'insert into token_use (token, used) values (?, 1) on conflict (token) do update set used = used + 1',
    ),
    /** False for an id that is known already. */
    addEvent: (id: number, eventId: string, now: number): boolean => addEvent(id, Buffer.from(eventId, 'hex'), now),
    dropEvents: sql.changes<[before: number]>('delete from agent_event where received_at < ?'),
  };
};

const map = (row: Row | undefined): Device | undefined => (row === undefined ? undefined : toDevice(row));

export type DeviceStore = ReturnType<typeof deviceStore>;
