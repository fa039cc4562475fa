import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { FurtherRule, ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import type { Body, WriteGuard } from '../../engine/objects/types.ts';
import type { Database } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { namedAmong, resolveFields } from '../../platform/named-things.ts';
import { isText, type MakeAgreements } from '../accounts/types.ts';
import type { NamedDevices } from '../devices/types.ts';
import { redundancyStore } from './store.ts';
import { EXCUSED_FIELDS, type Excuse, type PairHold, type RedundancyGroup } from './types.ts';

// The rule of redundant computers (shared design, control §4): of a group at most one member at a time, from its permit until it
// was healthy for its soak; and only while, not counting it, enough members are healthy, whatever made the others unhealthy. It is the
// permit's rule, so it holds whatever made the order. Only two persons take a member out, by an excuse.

const KIND = 'redundancy-group';
const EXCUSE = 'redundancy-excuse';
const stuckMs = 86_400_000;
const mostExcuses = 10_000;

type RedundancyParts = {
  db: Database;
  objects: ObjectService;
  agreements: MakeAgreements;
  devices: NamedDevices;
  clock: () => number;
};

export type RedundancyService = ReturnType<typeof redundancyService>;

/** Why no work may begin on a member of a group; undefined where it may. Pure. */
export function pairHold({ id, minAvailable, order, members }: RedundancyGroup, device: number): PairHold | undefined {
  const others = members.filter((member) => member.device !== device);
  const counted = others.filter(({ isExcused }) => !isExcused);
  const busy = counted.find(({ isBusy }) => isBusy);
  if (busy !== undefined) return { code: 'PAIR_BUSY', group: id, other: busy.name };
  const placeOf = (publicId: string | undefined): number => {
    const place = publicId === undefined ? -1 : order.indexOf(publicId);
    return place === -1 ? order.length : place;
  };
  const own = placeOf(members.find((member) => member.device === device)?.publicId);
  const first = counted.find(({ publicId, isWaiting }) => isWaiting && placeOf(publicId) < own);
  if (first !== undefined) return { code: 'PAIR_ORDER', group: id, other: first.name };
  const down = counted.filter(({ isHeard }) => !isHeard);
  const needed = Math.max(0, minAvailable - (others.length - counted.length));
  if (counted.length - down.length >= needed) return undefined;
  return { code: 'PAIR_DOWN', group: id, other: down.map(({ name }) => name).join(', ') };
}

const number = (body: Body, name: string, fallback: number): number => Number(body[name] ?? fallback);
const listed = (body: Body, field: 'devices' | 'order'): readonly string[] => {
  const list = body[field];
  return Array.isArray(list) ? list.map(String) : [];
};
const devicesOf = (body: Body): readonly string[] => listed(body, 'devices');

/** A change of a member: whether it is the upgrade of its agent, and what the agent says when it asks for an order. */
type PairChange = { readonly isAgent: boolean; readonly asksPermit?: boolean };

/** Our agent asks before it changes a computer since 0.3. */
const doesAsk = (agent: string | null): boolean => {
  const [, major = 0, minor = 0] = (/^(\d+)\.(\d+)\./.exec(agent ?? '') ?? []).map(Number);
  return major > 0 || minor >= 3;
};

/** Members that a write protects less than before. */
const loosened = (before: Body, after: Body | undefined): readonly string[] => {
  if (after === undefined) return devicesOf(before);
  const isLess = (name: string, fallback: number): boolean =>
    number(after, name, fallback) < number(before, name, fallback);
  if (isLess('minAvailable', 1) || isLess('soakHours', 24)) return devicesOf(before);
  const left = new Set(devicesOf(after));
  return devicesOf(before).filter((device) => !left.has(device));
};

/** Redundancy groups and excuses of their members. */
export const redundancyService = (parts: RedundancyParts) => {
  const { db, objects, agreements, clock } = parts;
  const store = redundancyStore(db);
  const excuses = agreements({
    kind: EXCUSE,
    act: 'redundancy-excuse',
    fields: EXCUSED_FIELDS,
    write: 'deployments:write',
  });

  const toExcuse = ({ id, body, updatedAt }: ObjectOf<typeof EXCUSE>): Excuse => ({
    id,
    name: String(body['name'] ?? ''),
    group: String(body['group'] ?? ''),
    device: String(body['device'] ?? ''),
    until: String(body['until'] ?? ''),
    reason: String(body['reason'] ?? ''),
    by: objects.revisions(EXCUSE, id)[0]?.actor ?? '',
    at: toTime(updatedAt),
    agreedBy: isText(body['agreedBy']) ? body['agreedBy'] : null,
  });

  /** A device by its id or a name that it alone has. */
  const member = namedAmong('Device', parts.devices.idsAmong, parts.devices.called);
  const bodyBefore = (kind: typeof KIND | typeof EXCUSE, id: string): Body =>
    objects.ofAnyKind.find(kind, id, { deleted: true })?.body ?? {};

  /** A group gets looser only for members whom two persons have excused. */
  const guard: WriteGuard = (_actor, id, before, after) => {
    if (before === undefined) return;
    const members = new Map(store.one(id, clock())?.members.map((member) => [member.publicId, member]));
    // A device that is not there any more protects nothing.
    const kept = loosened(before, after).filter((device) => members.get(device)?.isExcused === false);
    if (kept.length === 0) return;
    const names = kept.map((device) => members.get(device)?.name ?? device).join(', ');
    throw new AppError(
      'IN_USE',
      `${names}: a redundancy group gets looser only for members that two persons excused; excuse them first`,
    );
  };

  /** Why work may not begin on a device now. */
  const hold = (device: number): PairHold | undefined => {
    for (const group of store.of(device, clock())) {
      const held = pairHold(group, device);
      if (held !== undefined) return held;
    }
    return undefined;
  };

  return {
    guards: { [KIND]: guard, [EXCUSE]: excuses.guard },
    bodyRules: {
      [KIND]: (id, body) => {
        const resolved = resolveFields(bodyBefore(KIND, id), body, { devices: member, order: member });
        const members = new Set(listed(resolved.body, 'devices'));
        if (listed(resolved.body, 'order').every((device) => members.has(device))) return resolved;
        return { ...resolved, faults: { order: { key: 'validation.onlyMembers' }, ...resolved.faults } };
      },
      [EXCUSE]: (id, body) => resolveFields(bodyBefore(EXCUSE, id), body, { device: member }),
    } satisfies Record<string, FurtherRule>,
    hold,
    /** One look for any number of devices: most are in no group, and cost nothing. */
    look: (): ((device: number, change: PairChange) => PairHold['code'] | 'BY_HAND' | undefined) => {
      const agents = new Map(store.members().map(({ device, agent }) => [device, agent]));
      return (device, { isAgent, asksPermit }) => {
        const agent = agents.get(device);
        if (agent === undefined) return undefined;
        // Without a permit nothing stops what was handed out: it may begin while another member is worked on.
        if (!isAgent && !(asksPermit ?? doesAsk(agent))) return 'BY_HAND';
        return hold(device)?.code;
      };
    },
    /** Groups of which an order waits for a day while the rule holds it: none of them is silent. */
    stuck: (): { group: RedundancyGroup; hold: PairHold; waiting: number }[] => {
      const atMs = clock();
      return store.all(atMs).flatMap((group) => {
        const held = group.members.flatMap(({ device }) => {
          const hold = store.waitsSince(device, atMs - stuckMs) ? pairHold(group, device) : undefined;
          return hold === undefined ? [] : [hold];
        });
        const [hold] = held;
        return hold === undefined ? [] : [{ group, hold, waiting: held.length }];
      });
    },
    groups: (): RedundancyGroup[] => store.all(clock()),
    excuses: {
      ...excuses,
      list: (): Excuse[] => objects.list({ kind: EXCUSE, limit: mostExcuses }).rows.map(toExcuse),
      get: (id: string): Excuse => toExcuse(objects.get(EXCUSE, id)),
    },
  };
};
