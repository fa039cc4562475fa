import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { schemeOf } from '@sallyport/bundle-tools/versions/scheme';
import type { InventoryService } from '../../engine/inventory/service.ts';
import { familyOf, type Platform, systemEcosystem } from './component.ts';
import { UNREAD } from './coverage.ts';
import type { Coverage } from './types.ts';

// What coverage is worth where lists of packages were not read: the newest report says nothing of them, so what is judged is what an
// older one said, or, where the packages of the system itself were never read, some of the device alone.

/** A list that was not read, and a source whose lists a device is known by. */
export type UnreadList = ReturnType<InventoryService['keptLists']>[number];
export type ListSource = ReturnType<InventoryService['listSources']>[number];

const SYSTEM_SCHEMES: ReadonlySet<string> = new Set(['dpkg', 'rpm', 'apk']);

/** Whether an ecosystem is that of a system's own packages. */
export const isOfSystem = (ecosystem: string): boolean => SYSTEM_SCHEMES.has(schemeOf(ecosystem) ?? '');

type Reasons = Coverage['reasons'];

const dayOf = (ms: number): string => toTime(ms).slice(0, 10);

const unreadReasons = (platform: Platform | undefined, lists: readonly UnreadList[]): Reasons =>
  lists.flatMap(({ list, since, items, from }) =>
    from !== undefined
      ? []
      : [
          {
            code: 'list-not-read' as const,
            ecosystem: systemEcosystem(list, platform) ?? '',
            components: items,
            list,
            since: dayOf(since),
          },
        ],
  );

/** A system has packages of its own: where none are known, their list was never read. */
const neverRead = (platform: Platform | undefined, ecosystems: readonly string[]): Reasons => {
  const vendor = platform?.vendor.toLowerCase() ?? '';
  if (ecosystems.length === 0 || ecosystems.some(isOfSystem) || UNREAD.has(vendor)) return [];
  const named = [vendor, platform?.release ?? ''].filter((word) => word !== '').join(':');
  return [{ code: 'list-never-read', ecosystem: named, components: 0 }];
};

const dayMs = 86_400_000;
const goneReasons = (sources: readonly ListSource[], nowMs: number): Reasons =>
  sources.flatMap(({ source, lists, items, heardAt, goneFrom, goneUntil }) =>
    nowMs < goneFrom || nowMs >= goneUntil
      ? []
      : [
          {
            code: 'list-source-gone' as const,
            ecosystem: '',
            components: items,
            source,
            since: dayOf(heardAt),
            ...(lists.length === 0 ? {} : { list: lists.join(', ') }),
          },
        ],
  );

/** When a source will be gone; of one that is, when to look whether it came back. */
const turn = (sources: readonly ListSource[], nowMs: number): number | undefined => {
  const turns = sources.map(({ goneFrom }) => (goneFrom > nowMs ? goneFrom : nowMs + dayMs));
  return turns.length === 0 ? undefined : Math.min(...turns);
};

/**
 * Coverage with the lists that were not read, or whose source is gone: at most partly. `system` holds only where the packages of the system
 * were read.
 */
export function withUnreadLists(
  coverage: Coverage,
  facts: {
    readonly platform: Platform | undefined;
    /** Of the device's components. */
    readonly ecosystems: readonly string[];
    readonly lists: readonly UnreadList[];
    readonly sources: readonly ListSource[];
    readonly nowMs: number;
  },
): Coverage {
  const { sources, nowMs } = facts;
  const unread = unreadReasons(facts.platform, facts.lists);
  const lacking = [...unread, ...neverRead(facts.platform, facts.ecosystems)];
  const gone = goneReasons(sources, nowMs);
  const turnsAt = turn(sources, nowMs);
  const turning = turnsAt === undefined ? coverage : { ...coverage, turnsAt };
  if (lacking.length + gone.length === 0) return turning;
  // Lists beside the system's say nothing of those of the system itself.
  const isOld = [...lacking, ...gone].some(
    ({ list }) => list === undefined || list.split(', ').some((one) => familyOf(one) !== undefined),
  );
  return {
    ...turning,
    state: coverage.state === 'not-judged' ? 'not-judged' : 'partly',
    reasons: [...lacking, ...gone, ...coverage.reasons],
    system: coverage.system && !isOld,
  };
}
