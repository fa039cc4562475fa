import { defined } from '@sallyport/bundle-tools/platform/defined';
import { filterValues } from '@sallyport/ui/list';
import { paths } from '@sallyport/ui/paths';
import type { Scope } from '../../platform/scope.ts';
import type { Selection } from '../../platform/selection.ts';
import { rowsOf } from '../../server/console/bulk.tsx';
import { termsOf } from '../../server/console/lists.ts';
import type { ConsoleDeps } from '../../server/console/types.ts';
import type { DeviceModel } from '../devices/view.ts';

export type DeviceSelection = Pick<Selection, 'list' | 'ids' | 'except'>;

/** The public ids of the devices in reach that a selection names now: of the list of devices, or of a deployment's orders in some state. */
export const selectedDevices = (
  { deviceFilters, deviceQueries, deployments }: Pick<ConsoleDeps, 'deviceFilters' | 'deviceQueries' | 'deployments'>,
  model: Pick<DeviceModel, 'ids' | 'idsOf'>,
) => {
  const lists = (path: string, scope: Scope) => {
    const rows = { path, scope, some: (ids: readonly string[]) => model.idsOf(ids, scope), idOf: (id: number) => id };
    const deployment = /^\/deployments\/([^/]+)$/.exec(path)?.[1];
    if (deployment === undefined)
      return {
        ...rows,
        path: paths.devices(),
        parameters: deviceFilters.parameters,
        all: (list: Parameters<typeof termsOf>[0]) => {
          const filter = deviceFilters.within(scope).read(termsOf(list));
          return model.ids({ scope, filter, sort: 'name', descending: false });
        },
      };
    return {
      ...rows,
      parameters: ['state'],
      all: (list: Parameters<typeof filterValues>[0]) => {
        const states = filterValues(list, 'state');
        const tasks = deployments.tasks(deployment, scope).filter(({ state }) => states.includes(state));
        return [...new Set(tasks.map(({ device }) => device))];
      },
    };
  };
  return (scope: Scope, { list, ids = [], except }: DeviceSelection): string[] => {
    const how = { ...(list === undefined ? { ids } : { list }), ...defined({ except }) };
    const { pathname } = new URL(list ?? paths.devices(), 'https://console.invalid');
    return deviceQueries.publicIds(rowsOf(how, lists(pathname, scope)));
  };
};
