import type { Door } from '../../engine/inventory/types.ts';
import type { Database } from '../../platform/database.ts';
import type { DeviceDoor, DeviceState, DoorCaller, DoorState } from './types.ts';

type Row = {
  id: number;
  device: number;
  door: Door;
  client_id: string;
  token: string | null;
  state: DoorState;
  agent: string;
  first_seen_at: number;
  last_seen_at: number | null;
  from_address: string | null;
};

/** A row of the hot look-ups: what decides whether a client may speak, and nothing else. */
type CallerRow = {
  id: number;
  publicId: string;
  deviceState: DeviceState;
  doorId: number;
  doorState: DoorState;
  fullAt: number | null;
};

type NewDoor = {
  device: number;
  door: Door;
  clientId: string;
  keyDigest: string | null;
  token: string | null;
  state: DoorState;
  agent: string;
  from: string;
};

export type DoorSeen = { doorId: number; device: number; at: number; agent: string; from: string };

const toDoor = (row: Row): DeviceDoor => ({
  id: row.id,
  device: row.device,
  door: row.door,
  clientId: row.client_id,
  state: row.state,
  token: row.token,
  agent: row.agent,
  firstSeenAt: row.first_seen_at,
  lastSeenAt: row.last_seen_at,
  from: row.from_address,
});

/** What a client may do: the device's state rules over its door's. */
const standing = (device: DeviceState, door: DoorState): DoorCaller['state'] => {
  if (device === 'revoked' || door === 'revoked') return 'revoked';
  if (device === 'held' || door === 'held') return 'held';
  return device === 'managed' && door === 'approved' ? 'managed' : 'pending';
};

/** Of one device and door; enough to know a client that was replaced when it speaks again. */
const keptReplaced = 8;

/** SQL over the doors of devices. */
export const doorStore = (db: Database) => {
  const columns = `x.id, x.device, x.door, x.client_id, x.token, x.state, x.agent, x.first_seen_at, x.last_seen_at,
    x.from_address`;
  const caller = `select d.id as id, d.public_id as publicId, d.state as deviceState, x.id as doorId, x.state as doorState,
    x.full_at as fullAt
    from device_door x join device d on d.id = x.device`;
  const byId = db.prepare<[number], Row>(`select ${columns} from device_door x where id = ?`);
  // A key that is in use comes before one that was; of those the newest.
  const byKey = db.prepare<[string, string], Row>(
    `select ${columns} from device_door x where door = +? and key_digest = +?
     order by state in ('revoked', 'replaced'), id desc limit 1`,
  );
  const byClient = db.prepare<[string, string], Row>(
    `select ${columns} from device_door x where door = +? and client_id = +?
     order by state in ('revoked', 'replaced'), id desc limit 50`,
  );
  const callerByKey = db.prepare<[string, string], CallerRow>(
    `${caller} where x.door = +? and x.key_digest = +? and x.state <> 'replaced' order by x.state = 'revoked', x.id desc limit 1`,
  );
  const callerByClient = db.prepare<[string, string, string], CallerRow>(
    `${caller} where x.door = +? and x.client_id = +? and x.token = +? and x.state <> 'replaced'
     order by x.state = 'revoked', x.state <> 'approved', x.id limit 1`,
  );
  const callerById = db.prepare<[number], CallerRow>(`${caller} where x.id = +?`);
  const ofDevice = db.prepare<[number], Row>(
    `select ${columns} from device_door x where device = ? order by state in ('revoked', 'replaced'), id`,
  );
  // Reads section, too: what a medium brought has no client.
  const sources = db.prepare<[], { device: number; doors: string }>(
    `select device, json_group_array(door) as doors from
       (select device, door from device_door where state in ('pending', 'approved', 'held')
        union select device, door from section where device > 0) group by device`,
  );
  const addresses = db.prepare<[number], string>(
    `select from_address from device_door where state = 'approved' and from_address is not null
     group by from_address order by max(last_seen_at) desc limit ?`,
  );
  const insert = db.prepare(
    `insert into device_door (device, door, client_id, key_digest, token, state, agent, first_seen_at, from_address)
     values (@device, @door, @clientId, @keyDigest, @token, @state, @agent, @now, @from)`,
  );
  const replace = db.prepare<[number, string, number]>(
    `update device_door set state = 'replaced' where device = ? and door = ? and id <> ? and state in ('approved', 'pending', 'held')`,
  );
  const replaceWaiting = db.prepare<[number, string, number]>(
    `update device_door set state = 'replaced' where device = ? and door = ? and id <> ? and state in ('pending', 'held')`,
  );
  const pendingOf = db.prepare<[number], { id: number; door: string }>(
    `select id, door from device_door where device = ? and state in ('pending', 'held') order by id`,
  );
  const dropReplaced = db.prepare<[number, string, number, string]>(
    `delete from device_door where device = ? and door = ? and state = 'replaced' and id not in
       (select id from device_door where device = ? and door = ? and state = 'replaced' order by id desc limit ${keptReplaced})`,
  );
  const setKey = db.prepare<[string, number]>('update device_door set key_digest = ? where id = ?');
  const setState = db.prepare<[DoorState, number]>('update device_door set state = ? where id = ?');
  const setToken = db.prepare<[string, number]>('update device_door set token = ? where id = ?');
  const revoke = db.prepare<[number]>(
    `update device_door set state = 'revoked' where device = ? and state <> 'replaced'`,
  );
  const lastSeen = db.prepare<[number, string], { at: number | null }>(
    `select max(last_seen_at) as at from device_door where device = ? and door = ? and state <> 'replaced'`,
  );
  const seen = db.prepare<[number, string, string, number]>(
    `update device_door set last_seen_at = ?, agent = coalesce(nullif(?, ''), agent), from_address = ? where id = ?`,
  );
  const setFull = db.prepare<[number | null, number]>('update device_door set full_at = ? where id = ?');
  const seenNative = db.prepare<[number, string, number]>(
    'update device_door set last_seen_at = ?, agent = ? where id = ?',
  );
  const toCaller = (door: Door, row: CallerRow | undefined): DoorCaller | undefined =>
    row && {
      id: row.id,
      publicId: row.publicId,
      door,
      state: standing(row.deviceState, row.doorState),
      doorId: row.doorId,
      hasFull: row.fullAt !== null,
    };

  return {
    byId: (id: number): DeviceDoor | undefined => map(byId.get(id)),
    byKey: (door: Door, keyDigest: string): DeviceDoor | undefined => map(byKey.get(door, keyDigest)),
    byClient: (door: Door, clientId: string): DeviceDoor[] => byClient.all(door, clientId).map(toDoor),
    callerByKey: (door: Door, keyDigest: string) => toCaller(door, callerByKey.get(door, keyDigest)),
    callerByClient: (door: Door, token: string, clientId: string) =>
      toCaller(door, callerByClient.get(door, clientId, token)),
    callerById: (door: Door, id: number) => toCaller(door, callerById.get(id)),
    ofDevice: (device: number): DeviceDoor[] => ofDevice.all(device).map(toDoor),
    sources: (): Map<number, Door[]> =>
      new Map(sources.all().map(({ device, doors }) => [device, (JSON.parse(doors) as Door[]).sort()])),
    /** From where those that were let in spoke last, the latest first. */
    addresses: (limit: number): string[] => addresses.pluck().all(limit),
    insert: (door: NewDoor, now: number): number => Number(insert.run({ ...door, now }).lastInsertRowid),
    /** The same client that waits, with a new key. */
    setKey: (id: number, keyDigest: string): void => void setKey.run(keyDigest, id),
    /** What waited is let in; what it stands in place of is replaced. False when nothing waited. */
    approveWaiting: (device: number): boolean => {
      const waiting = pendingOf.all(device);
      for (const { id, door } of waiting) {
        replace.run(device, door, id);
        setState.run('approved', id);
      }
      return waiting.length > 0;
    },
    /** This row speaks for the device through its door from now on. */
    takeOver: (row: { id: number; device: number; door: Door }): void => {
      replace.run(row.device, row.door, row.id);
      setState.run('approved', row.id);
      dropReplaced.run(row.device, row.door, row.device, row.door);
    },
    /** This row waits in place of those that waited. */
    waitInstead: (row: { id: number; device: number; door: Door }): void => {
      replaceWaiting.run(row.device, row.door, row.id);
      dropReplaced.run(row.device, row.door, row.device, row.door);
    },
    setState: (id: number, state: DoorState): void => void setState.run(state, id),
    setToken: (id: number, token: string): void => void setToken.run(token, id),
    revoke: (device: number): void => void revoke.run(device),
    lastSeenAt: (device: number, door: Door): number | null => lastSeen.get(device, door)?.at ?? null,
    seen: (row: DoorSeen): void => void seen.run(row.at, row.agent, row.from, row.doorId),
    /** When this client's last full report was kept; null when one was dropped. */
    setFull: (id: number, at: number | null): void => void setFull.run(at, id),
    seenNative: (doorId: number, at: number, agent: string): void => void seenNative.run(at, agent, doorId),
  };
};

const map = (row: Row | undefined): DeviceDoor | undefined => row && toDoor(row);

export type DoorStore = ReturnType<typeof doorStore>;
