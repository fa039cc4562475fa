import { pairsAnchor } from '@sallyport/ui/anchors';
import { paths } from '@sallyport/ui/paths';
import { type Actor, scopeOf } from '../../engine/objects/types.ts';
import { levels } from '../rules/types.ts';
import { askAgain, type Look, type WorkKind } from '../worklist/types.ts';
import type { DeviceService } from './service.ts';
import type { DeviceList } from './types.ts';

/** So many silent devices are no matter of one of them. */
const manySilent = 10;
/** From here on much of the site is silent, whatever its size. */
const mostSilent = 100;
/** Of a group with fewer devices half is one or two. */
const smallestGroup = 4;

/** What security products say, that a person has to see to. */
const protectionWork = [
  ['threat-not-cured', 'threatNotCured'],
  ['protection-off', 'protectionOff'],
  ['product-says', 'productSays'],
] as const;

/** Devices that wait for a person, and those that are silent. */
export const deviceWork = (parts: {
  devices: Pick<DeviceService, 'duplicates'>;
  deviceList: Pick<
    DeviceList,
    | 'counts'
    | 'coverageCounts'
    | 'isHalfOfAGroup'
    | 'certificateEnded'
    | 'askingAgain'
    | 'listsUnread'
    | 'besides'
    | 'reasonCounts'
  >;
}): WorkKind[] => {
  const counted = (
    reader: Actor,
    look: Look,
    is: (row: { state: string; level: string | undefined }) => boolean,
  ): number =>
    look(parts.deviceList.counts, scopeOf(reader, 'devices:read'))
      .filter(({ state, level }) => is({ state, level: levels[level] }))
      .reduce((sum, row) => sum + row.devices, 0);
  const some = (targets: number) => (targets === 0 ? [] : [{ key: 'all', params: { n: targets }, targets }]);
  return [
    {
      name: 'device-join',
      sees: 'devices:read',
      does: 'devices:write',
      scoped: true,
      find: (reader, look) =>
        some(counted(reader, look, ({ state }) => state === 'pending')).map((item) => ({
          ...item,
          level: 'waiting',
          path: paths.devices({ state: 'pending' }),
        })),
    },
    {
      name: 'device-held',
      sees: 'devices:read',
      does: 'devices:write',
      scoped: true,
      find: (reader, look) =>
        some(counted(reader, look, ({ state }) => state === 'held')).map((item) => ({
          ...item,
          level: 'warning',
          path: paths.devices({ state: 'held' }),
        })),
    },
    {
      name: 'device-pairs',
      sees: 'devices:read',
      does: 'devices:write',
      scoped: true,
      find: (reader) =>
        some(parts.devices.duplicates(scopeOf(reader, 'devices:read')).length).map((item) => ({
          ...item,
          level: 'info',
          path: `${paths.deviceDuplicates()}#${pairsAnchor}`,
        })),
    },
    {
      name: 'device-again',
      sees: 'devices:read',
      does: 'devices:write',
      scoped: true,
      find: (reader) =>
        some(parts.deviceList.askingAgain(scopeOf(reader, 'devices:read'))).map((item) => ({
          ...item,
          level: 'waiting',
          path: paths.devices({ reenrolling: 'yes' }),
        })),
    },
    {
      name: 'device-certificate-ended',
      sees: 'devices:read',
      does: 'devices:write',
      scoped: true,
      find: (reader) =>
        some(parts.deviceList.certificateEnded(scopeOf(reader, 'devices:read'))).map((item) => ({
          ...item,
          level: 'warning',
          path: paths.devices({ certificateEnded: 'yes' }),
        })),
    },
    {
      name: 'device-silent',
      sees: 'devices:read',
      does: 'devices:write',
      scoped: true,
      find: (reader, look) =>
        some(counted(reader, look, ({ level }) => level === 'not-visible')).map((item) => ({
          ...item,
          level: 'warning',
          moreHarm: item.targets >= manySilent ? 10 : 0,
          isUrgent:
            item.targets > mostSilent ||
            parts.deviceList.isHalfOfAGroup(
              levels.indexOf('not-visible'),
              smallestGroup,
              scopeOf(reader, 'devices:read'),
            ),
          path: paths.devices({ status: 'not-visible' }),
        })),
    },
    ...protectionWork.map(
      ([name, reason]): WorkKind => ({
        name,
        sees: 'devices:read',
        does: 'devices:write',
        scoped: true,
        find: (reader, look) =>
          some(look(parts.deviceList.reasonCounts, scopeOf(reader, 'devices:read'))[reason]).map((item) => ({
            ...item,
            level: reason === 'productSays' ? 'warning' : 'critical',
            path: paths.devices({ reason }),
          })),
      }),
    ),
    {
      name: 'device-lists',
      sees: 'devices:read',
      does: 'devices:write',
      scoped: true,
      find: (reader) =>
        some(parts.deviceList.listsUnread(scopeOf(reader, 'devices:read'))).map((item) => ({
          ...item,
          level: 'warning',
          path: paths.devices({ listsUnread: 'yes' }),
        })),
    },
    {
      name: 'device-beside',
      sees: 'devices:read',
      does: 'devices:write',
      scoped: true,
      find: (reader) =>
        parts.deviceList.besides(scopeOf(reader, 'devices:read')).flatMap(({ kind, devices }) =>
          some(devices).map((item) => ({
            ...item,
            key: kind,
            words: { what: `work.beside.${kind}` },
            level: 'info',
            path: paths.devices({ beside: kind }),
          })),
        ),
    },
    {
      name: 'device-unjudged',
      sees: 'devices:read',
      does: 'exchange:write',
      scoped: true,
      find: (reader, look) => {
        const scope = scopeOf(reader, 'devices:read');
        const { deviceList } = parts;
        return some(look(deviceList.coverageCounts, scope)['not-judged']).map((item) => ({
          ...item,
          level: 'warning',
          path: paths.devices({ coverage: 'not-judged' }),
        }));
      },
      act: askAgain,
    },
  ];
};
