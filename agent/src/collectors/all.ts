import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { once } from '@sallyport/bundle-tools/platform/once';
import { sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { looksBeside } from '../packages/beside.ts';
import { collector as accounts } from './accounts.ts';
import { collector as activity } from './activity.ts';
import type { CollectContext, Collector, Item } from './collector.ts';
import { collector as encryption } from './encryption.ts';
import { collector as executable } from './executable.ts';
import { collector as externalDevice } from './external-device.ts';
import { collector as hardware } from './hardware.ts';
import { collector as identity } from './identity.ts';
import { backupFiles, quarantineFiles } from './kept-files.ts';
import { collector as neighbour } from './neighbour.ts';
import { collector as osUpdate } from './os-update.ts';
import { collector as platform } from './platform.ts';
import { collector as protection } from './protection.ts';
import { collector as sessions } from './sessions.ts';
import { collector as software } from './software.ts';

/** In the order in which they are sent: what an appliance needs to make sense of the rest comes first. */
export const collectors: readonly Collector[] = [
  identity,
  platform,
  software,
  activity,
  hardware,
  accounts,
  sessions,
  osUpdate,
  protection,
  encryption,
  externalDevice,
  executable,
  neighbour,
  backupFiles,
  quarantineFiles,
];

export type Section = { collection: string; hash: string; collectedAt: string; items: Item[] };

type CollectOptions = {
  chosen?: readonly Collector[];
  /** Told of a collector that failed: the others go on, and its last section stays. Without it the error is thrown. */
  onFault?: (collection: string, error: unknown) => void;
};

/** Runs collectors one after the other; a collection about which nothing can be known has no section. */
export const collectSections = async (context: CollectContext, options: CollectOptions = {}): Promise<Section[]> => {
  const sections: Section[] = [];
  const { onFault } = options;
  const beside = once(() => looksBeside(context.files, context.clock));
  for (const { collection, collect } of options.chosen ?? collectors) {
    const onPart = onFault === undefined ? undefined : (error: unknown) => onFault(collection, error);
    try {
      const items = await collect({ ...context, beside, onPart });
      if (items === undefined) continue;
      sections.push({ collection, hash: sectionHash(items), collectedAt: toTime(context.clock()), items });
    } catch (error) {
      if (onFault === undefined) throw error;
      onFault(collection, error);
    }
  }
  return sections;
};
