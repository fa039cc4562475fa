import type { EventService } from '../../engine/events/service.ts';
import type { IdentityStore, PartChange } from './identity-store.ts';
import type { MatchChange, MatchStore } from './match-store.ts';

type NoteParts = {
  readonly events: Pick<EventService, 'record'>;
  readonly identities: IdentityStore;
  readonly matches: MatchStore;
  /** What people call a controller. */
  readonly nameOf: (controller: number) => string;
};

/** Single findings in the journal, of one import or one change; the rest is in the lists. */
const maxNoted = 200;
/** Act and attend: what a person should hear of when advisories arrive. */
const urgent = 2;

/** Findings of controllers as events: opened and closed. */
export const findingNotes = ({ events, identities, matches, nameOf }: NoteParts) => {
  const note = (
    type: 'controller-finding-opened' | 'controller-finding-closed',
    params: { vulnerability: string; product: string; controller: string; controllers: number },
  ): void => {
    events.record(type, { params });
  };

  /** Advisories changed: what is new in which product, with one of the controllers that have it. */
  const ofImport = (changes: readonly MatchChange[]): void => {
    let left = maxNoted;
    for (const { identity, opened, closed } of changes) {
      if (left <= 0) return;
      const owners = identities.partsWith(identity);
      const [first] = owners;
      if (first === undefined || opened.length + closed.length === 0) continue;
      const [held] = identities.some([identity]);
      const params = {
        product: held?.label ?? '',
        controller: nameOf(first.controller),
        controllers: new Set(owners.map(({ controller }) => controller)).size,
      };
      for (const vulnerability of opened.filter((id) => matches.rankOf(identity, id) < urgent).slice(0, left)) {
        note('controller-finding-opened', { vulnerability, ...params });
        left -= 1;
      }
      for (const vulnerability of closed.slice(0, Math.max(0, left))) {
        note('controller-finding-closed', { vulnerability, ...params });
        left -= 1;
      }
    }
  };

  /** A part became another: what it has now and had not, and the reverse. */
  const ofParts = (changes: readonly PartChange[]): void => {
    let left = maxNoted;
    const labels = new Map<number, string>();
    const labelOf = (identity: number): string => {
      const label = labels.get(identity) ?? identities.some([identity])[0]?.label ?? '';
      labels.set(identity, label);
      return label;
    };
    for (const { controller, before, after } of changes) {
      // A controller that came has its findings in the list; one that changed has news.
      if (before === null || left <= 0) continue;
      const had = new Set(matches.affected(before));
      const has = after === null ? [] : matches.affected(after);
      for (const vulnerability of has) {
        if (had.delete(vulnerability) || left <= 0 || after === null) continue;
        note('controller-finding-opened', {
          vulnerability,
          product: labelOf(after),
          controller: nameOf(controller),
          controllers: 1,
        });
        left -= 1;
      }
      for (const vulnerability of had) {
        if (left <= 0) break;
        note('controller-finding-closed', {
          vulnerability,
          product: labelOf(before),
          controller: nameOf(controller),
          controllers: 1,
        });
        left -= 1;
      }
    }
  };

  return { ofImport, ofParts };
};
