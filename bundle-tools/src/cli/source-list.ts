import { diskUse } from '../host/disk-use.ts';
import { findFeed } from '../host/feeds.ts';
import { isAdvisorySource, readSources, type Source, shownSource } from '../host/sources.ts';
import { defined } from '../platform/defined.ts';
import type { Command } from './command.ts';
import { stateOf, stateOption } from './state-option.ts';

const inUnits = (bytes: number): string => {
  const at = ['B', 'KiB', 'MiB', 'GiB', 'TiB'].findLast((_unit, index) => bytes >= 1024 ** index) ?? 'B';
  const value = bytes / 1024 ** ['B', 'KiB', 'MiB', 'GiB', 'TiB'].indexOf(at);
  return `${value < 10 && at !== 'B' ? value.toFixed(1) : Math.round(value)} ${at}`;
};

const placeOf = (source: Source): string => {
  if (isAdvisorySource(source)) return source.location;
  if (source.kind === 'files' || source.kind === 'firmware') return source.folder;
  return `${source.uri} ${source.suites.join(' ')} (${source.components.join(' ')})`;
};

export const sourceList: Command = {
  usage: 'source list --state DIR',
  example: 'source list --state /var/lib/sallyport-bundle',
  options: { state: stateOption },
  run: async (input) => {
    const state = stateOf(input);
    const sources = readSources(state).map((source) => {
      const feed = isAdvisorySource(source) ? findFeed(state, source.name) : undefined;
      return {
        ...shownSource(source),
        disk: diskUse(state, source),
        ...defined({ advisories: feed?.advisories, newest: feed?.newest, syncedAt: feed?.synced_at }),
      };
    });
    return {
      json: { sources },
      text: sources.map(
        (source) =>
          `${source.name.padEnd(20)} ${source.kind.padEnd(8)} ${inUnits(source.disk.bytes)} of ${inUnits(source.disk.limitBytes)}  ${placeOf(source)}${
            'advisories' in source ? `  ${source.advisories} advisories, newest ${source.newest || 'unknown'}` : ''
          }`,
      ),
    };
  },
};
