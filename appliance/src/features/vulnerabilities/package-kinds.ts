import type { Platform } from './component.ts';
import { UNREAD } from './coverage.ts';
import type { Coverage } from './types.ts';

// Packages beside those of the system (snap, flatpak, pip, npm, images of containers): whether anybody looks for them on a device. An agent
// that does says so, each with `not read` where something lies there that it could not read, with `not listed` where no file names it. What no agent looks for is no fault of the
// device: it is told, and the state stays as it is.

/** By the type of the packages: the ecosystem that they have as components. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ['container', 'container'],
  ['flatpak', 'flatpak'],
  ['npm', 'npm'],
  ['python', 'PyPI'],
  ['snap', 'snap'],
]);

const unreadPattern = /^([a-z]+): not (?:read|listed)$/;

/** Coverage with the kinds that were not read whole, which make it partly at most, and with those that nothing looks for. */
export function withKinds(
  coverage: Coverage,
  facts: {
    readonly platform: Platform | undefined;
    /** Of the device's components. */
    readonly ecosystems: readonly string[];
    /** What its agents say that they look for, as each says it. */
    readonly kinds: readonly string[];
  },
): Coverage {
  const { platform, ecosystems, kinds } = facts;
  // Of other systems their own packages are not read either.
  if (platform === undefined || UNREAD.has(platform.vendor.toLowerCase()) || ecosystems.length === 0) return coverage;
  const halves = new Set(kinds.flatMap((text) => unreadPattern.exec(text)?.[1] ?? []));
  const unread = [...KINDS.keys()].filter((kind) => !kinds.includes(kind) && halves.has(kind));
  const looked = new Set([...halves, ...kinds]);
  const unseen = [...KINDS].flatMap(([kind, ecosystem]) =>
    looked.has(kind) || ecosystems.includes(ecosystem) ? [] : [kind],
  );
  const reason = (code: 'list-not-whole' | 'not-looked-at', named: readonly string[]): Coverage['reasons'] =>
    named.length === 0 ? [] : [{ code, ecosystem: '', components: 0, list: named.join(', ') }];
  return {
    ...coverage,
    state: coverage.state === 'judged' && unread.length > 0 ? 'partly' : coverage.state,
    reasons: [...coverage.reasons, ...reason('list-not-whole', unread), ...reason('not-looked-at', unseen)],
  };
}
