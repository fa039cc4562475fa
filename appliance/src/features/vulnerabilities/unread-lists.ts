import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { schemeOf } from '@sallyport/bundle-tools/versions/scheme';
import type { UnreadList } from '../../engine/inventory/types.ts';
import { type Platform, systemEcosystem } from './component.ts';
import { UNREAD } from './coverage.ts';
import type { Coverage } from './types.ts';

// What coverage is worth where lists of packages were not read: the newest report says nothing of them, so what is judged is what an
// older one said, or, where the packages of the system itself were never read, some of the device alone.

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

/** Coverage with the lists that were not read: at most partly, and the system is not judged. */
export function withUnreadLists(
  coverage: Coverage,
  facts: {
    readonly platform: Platform | undefined;
    /** Of the device's components. */
    readonly ecosystems: readonly string[];
    readonly lists: readonly UnreadList[];
  },
): Coverage {
  const unread = unreadReasons(facts.platform, facts.lists);
  const reasons = unread.length > 0 ? unread : neverRead(facts.platform, facts.ecosystems);
  if (reasons.length === 0) return coverage;
  return {
    ...coverage,
    state: coverage.state === 'not-judged' ? 'not-judged' : 'partly',
    reasons: [...reasons, ...coverage.reasons],
    system: false,
  };
}
