import { type ListState, readListState } from '@sallyport/ui/list';
import { paths } from '@sallyport/ui/paths';
import type { ShownWork } from '@sallyport/ui/worklist/work-item.tsx';
import { type Actor, holdsAnywhere, type Right, scopeOf } from '../../engine/objects/types.ts';
import type { FilterLanguage } from '../../platform/filter/language.ts';
import type { Filter } from '../../platform/filter/types.ts';
import type { Scope } from '../../platform/scope.ts';
import { termsOf } from '../../server/console/lists.ts';
import type { ConsoleDeps } from '../../server/console/types.ts';
import type { DeviceModel } from '../devices/view.ts';

type Named = ShownWork['named'];

/** Named in a panel; the rest stands in the list that the item leads to. */
const mostNamed = 12;

type NamedList = {
  readonly path: string;
  readonly right: Right;
  readonly language: (scope: Scope) => FilterLanguage;
  readonly rows: (scope: Scope, filter: Filter | undefined) => Named;
};

/** The things that an item is about, by name: the first rows of the list that it leads to. Nothing for pages of another form. */
export function namedTargets(deps: ConsoleDeps, model: DeviceModel): (reader: Actor, path: string) => Named {
  const { vulnerabilities, controllerFindings, updates, deviceFilters } = deps;
  const limit = mostNamed;
  const lists: readonly NamedList[] = [
    {
      path: paths.devices(),
      right: 'devices:read',
      language: (scope) => deviceFilters.within(scope),
      rows: (scope, filter) =>
        model
          .toRows(model.page({ scope, filter, sort: 'name', descending: false, limit }).rows)
          .map(({ id, name, reasons }) => ({ id, name, href: paths.device(id), why: reasons[0] })),
    },
    {
      path: paths.vulnerabilities(),
      right: 'vulnerabilities:read',
      language: () => vulnerabilities.language,
      rows: (scope, filter) =>
        vulnerabilities.list({ scope, filter, limit }).rows.map((row) => ({
          id: row.id,
          name: `${row.advisory}, ${row.package} ${row.version}`,
          href: paths.finding(row.id),
          why: { key: 'work.onDevices', params: { n: row.devices } },
        })),
    },
    {
      path: paths.controllerFindings(),
      right: 'vulnerabilities:read',
      language: (scope) => controllerFindings.language(scope),
      rows: (scope, filter) =>
        controllerFindings.list({ scope, filter, limit }).rows.map((row) => ({
          id: row.id,
          name: `${row.vulnerability}, ${row.product}`,
          href: paths.controllerFinding(row.id),
          why: { key: 'work.onControllers', params: { n: row.controllers } },
        })),
    },
    {
      path: paths.updates(),
      right: 'updates:read',
      language: () => updates.language,
      rows: (scope, filter) =>
        updates.list({ scope, filter, limit }).rows.map((row) => ({
          id: row.id,
          name: `${row.name} ${row.version}`,
          href: paths.update(row.id),
          why: { key: 'work.onDevices', params: { n: row.devices } },
        })),
    },
  ];
  return (reader, path) => {
    const url = new URL(path, 'https://console.invalid');
    const found = lists.find((list) => list.path === url.pathname);
    if (found === undefined || !holdsAnywhere(reader, found.right)) return [];
    const scope = scopeOf(reader, found.right);
    const language = found.language(scope);
    const list: ListState = readListState(url, language.parameters);
    return found.rows(scope, language.read(termsOf(list)));
  };
}
