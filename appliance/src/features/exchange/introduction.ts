import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import {
  type IntroductionProps,
  type IntroductionStep,
  introductionSteps,
} from '@sallyport/ui/exchange/introduction.tsx';
import type { StoredEvent } from '../../engine/events/types.ts';
import { wholeSite } from '../../platform/scope.ts';
import { actorNames } from '../../server/console/records.ts';
import type { ConsoleDeps } from '../../server/console/types.ts';

// How far two sides have introduced themselves is read from what happened, so it can be gone on with by anybody, from any
// computer, and what was done on the command line counts.

type Done = IntroductionProps['done'];
type Deps = Pick<ConsoleDeps, 'exchange' | 'queries' | 'events' | 'objects'>;

const stagedPattern = /^trust-([0-9a-f]{24})$/;
const keepMs = 7 * 86_400_000;

/** The trust file that was read last and not accepted yet. */
export const stagedUpload = (stagingDir: string, nowMs: number): string | undefined =>
  (isThere(stagingDir) ? readdirSync(stagingDir) : [])
    .flatMap((name) => {
      const upload = stagedPattern.exec(name)?.[1];
      const at = upload === undefined ? 0 : (statSync(join(stagingDir, name), { throwIfNoEntry: false })?.mtimeMs ?? 0);
      return upload === undefined || nowMs - at > keepMs ? [] : [{ upload, at }];
    })
    .sort((a, b) => b.at - a.at)[0]?.upload;

/** What has been done, by whom and when; a later step proves the ones before it. */
export const introductionDone = ({ exchange, queries, events, objects }: Deps, hasStaged: boolean): Done => {
  const nameOf = actorNames(objects);
  const newest = (type: string): StoredEvent | undefined =>
    events.list({ scope: wholeSite('job'), type: [type], limit: 1 }).rows[0];
  const by = (event: StoredEvent | undefined) =>
    event && { at: event.at, who: event.actor === null ? undefined : nameOf(event.actor) };
  const { trust } = exchange.state();
  const root = by(newest('trust-imported')) ?? (trust === null ? undefined : {});
  const first = queries.firstRequest();
  const request = first && { at: first.createdAt, who: nameOf(first.writtenBy) };
  // The trust file is a bundle as well, a broadcast: only an answer shows that requests arrive.
  const answer = exchange
    .imports({ limit: 200 })
    .findLast(({ state, summary }) => state === 'done' && summary?.requestNumber !== undefined);
  const bundle = answer && { at: answer.finishedAt ?? answer.startedAt, who: nameOf(answer.startedBy) };
  const card = by(newest('site-card-exported'));
  // A host that answers a request has accepted the card.
  const compare = by(newest('site-card-compared')) ?? (bundle === undefined ? undefined : {});
  const found: Record<IntroductionStep, Done[IntroductionStep] | undefined> = {
    trust: root ?? (hasStaged ? {} : undefined),
    root,
    card: card ?? compare,
    compare,
    request,
    bundle,
  };
  return defined(found);
};

/** The first step that is not done; undefined when all are. */
export const introductionNext = (done: Done): IntroductionStep | undefined =>
  introductionSteps.find((step) => done[step] === undefined);
