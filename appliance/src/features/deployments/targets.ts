import { readListState } from '@sallyport/ui/list';
import { paths } from '@sallyport/ui/paths';
import type { Actor } from '../../engine/objects/types.ts';
import { invalid } from '../../platform/errors.ts';
import type { Term } from '../../platform/filter/parameters.ts';
import type { Scope } from '../../platform/scope.ts';
import { termsOf } from '../../server/console/lists.ts';
import type { DeviceFilters, DeviceList, DeviceQueries } from '../devices/types.ts';
import type { ListViewService } from '../list-views/service.ts';

/** The devices in reach that a filter, or a saved view, finds now; INVALID where it finds none: no device is not every device. */
export const deploymentTargets = (parts: {
  deviceFilters: Pick<DeviceFilters, 'within' | 'parameters'>;
  deviceList: Pick<DeviceList, 'all'>;
  deviceQueries: Pick<DeviceQueries, 'publicIds'>;
  listViews: Pick<ListViewService, 'of'>;
}) => {
  const { deviceFilters, deviceList, deviceQueries, listViews } = parts;
  const matching = (terms: readonly Term[], field: 'where' | 'view', scope: Scope): string[] => {
    const filter = deviceFilters.within(scope).read(terms);
    const found = deviceList.all({ scope, filter, sort: 'name', descending: false });
    if (found.length === 0) throw invalid({ [field]: { key: 'validation.nothingToDeploy' } });
    return deviceQueries.publicIds(found);
  };
  return {
    matching,
    /** By the view's number or name. */
    inView: (actor: Actor, text: string, scope: Scope): string[] => {
      const views = listViews.of(actor, paths.devices());
      const view = views.find(({ id }) => String(id) === text) ?? views.find(({ name }) => name === text);
      if (view === undefined) throw invalid({ view: { key: 'validation.reference' } });
      const url = new URL(`${paths.devices()}?${view.query}`, 'https://console.invalid');
      return matching(termsOf(readListState(url, deviceFilters.parameters)), 'view', scope);
    },
  };
};
