import { paths } from '@sallyport/ui/paths';
import type { WorkKind } from '../worklist/types.ts';
import type { PatchService } from './service.ts';

/** Named in an item; its page has them all. */
const mostNamed = 3;

/** Windows, times without work and measures that name zones or controllers which are not there: they protect nothing there. */
export const placeWork = (parts: { patches: Pick<PatchService, 'placesGone'> }): WorkKind[] => [
  {
    name: 'place-gone',
    sees: 'controllers:read',
    does: 'controllers:write',
    find: () =>
      parts.patches.placesGone().map(({ kind, id, name, names }) => ({
        key: `${kind}.${id}`,
        params: {
          name,
          missing: [...names.slice(0, mostNamed), ...(names.length > mostNamed ? ['…'] : [])].join(', '),
        },
        words: { kind: `kind.${kind}.one` },
        level: 'warning',
        targets: 1,
        path: paths.object(kind, id),
      })),
  },
];
