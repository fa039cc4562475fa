import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { collector as accounts } from './accounts.ts';
import { collector as activity } from './activity.ts';
import type { CollectContext, Collector, Item } from './collector.ts';
import { collector as hardware } from './hardware.ts';
import { collector as identity } from './identity.ts';
import { collector as platform } from './platform.ts';
import { collector as sessions } from './sessions.ts';
import { collector as software } from './software.ts';

/** In the order in which they are sent: what an appliance needs to make sense of the rest comes first. */
export const collectors: readonly Collector[] = [identity, platform, software, activity, hardware, accounts, sessions];

export type Section = { collection: string; hash: string; collectedAt: string; items: Item[] };

/** Runs collectors one after the other. */
export const collectSections = async (
  context: CollectContext,
  now: () => number,
  chosen: readonly Collector[] = collectors,
): Promise<Section[]> => {
  const sections: Section[] = [];
  for (const { collection, collect } of chosen) {
    const items = await collect(context);
    sections.push({ collection, hash: sectionHash(items), collectedAt: toTime(now()), items });
  }
  return sections;
};
