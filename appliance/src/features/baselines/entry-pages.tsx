import { BaselineEntries, type EntryList } from '@sallyport/ui/baselines/baseline-entries.tsx';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { type Collection, readRight } from '../../engine/inventory/types.ts';
import { hasRight } from '../../engine/objects/types.ts';
import type { FieldErrors } from '../../platform/errors.ts';
import { goWith } from '../../server/console/cookies.ts';
import { faultsOf } from '../../server/console/form.ts';
import { actorFor, scopeFor } from '../../server/console/guard.ts';
import { param } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { DeviceModel } from '../devices/view.ts';
import type { EntryPage } from './types.ts';

const shownEntries = 500;
const shownValues = 6;

/** What a baseline expects, entry by entry. */
export const baselineEntryPages = (deps: ConsoleDeps, model: DeviceModel): Pages => {
  const { baselines, inventory } = deps;

  /** The values beside the title, without times, which say little of what is expected. */
  const toList = (collection: Collection, page: EntryPage): EntryList => ({
    total: page.total,
    rows: page.rows.map(({ key, title, values }) => ({
      key,
      title,
      values: Object.entries(values)
        .filter(
          ([name, value]) =>
            name !== collection.title && value !== null && value !== '' && collection.fields[name]?.type !== 'time',
        )
        .slice(0, shownValues)
        .map(([, value]) => String(value))
        .join(', '),
    })),
  });

  const show = (
    c: Context<ConsoleEnv>,
    asked: { collection: string; q: string; device: string; comment: string },
    errors?: FieldErrors,
  ): Response | Promise<Response> => {
    const actor = actorFor(c, 'devices:write');
    const { id, name, collections: held } = baselines.get(param(c, 'id'), scopeFor(c, 'devices:write'));
    const readable = inventory.collections().filter((one) => hasRight(actor, readRight(one)));
    const collection =
      readable.find((one) => one.name === (asked.collection || (held[0] ?? 'software'))) ??
      inventory.collection(held[0] ?? 'software');
    actorFor(c, readRight(collection));
    const scope = scopeFor(c, 'devices:write');
    const query = { search: asked.q, limit: shownEntries };
    const faults: FieldErrors = { ...errors };
    const device = asked.device === '' ? undefined : model.named(asked.device, scope);
    if (asked.device !== '' && device === undefined) faults['device'] = { key: 'validation.device' };
    const more =
      device === undefined
        ? undefined
        : toList(collection, baselines.offered(id, collection.name, { ...query, device: device.publicId }));
    return c.html(
      <BaselineEntries
        ctx={viewContext(deps, c)}
        baseline={{ id, name }}
        collections={readable.map((one) => one.name)}
        collection={collection.name}
        q={asked.q}
        device={device !== undefined && model.named(device.name, scope)?.id === device.id ? device.name : asked.device}
        deviceId={device?.publicId}
        expected={toList(collection, baselines.entries(id, collection.name, query))}
        offered={more}
        comment={asked.comment}
        errors={Object.keys(faults).length === 0 ? undefined : faults}
      />,
      Object.keys(faults).length === 0 ? 200 : 422,
    );
  };

  const edit = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = actorFor(c, 'devices:write');
    const form = c.get('form');
    const id = param(c, 'id');
    const device = form.text('device').trim();
    const collection = inventory.collection(form.text('collection'));
    actorFor(c, readRight(collection));
    const add = form.texts('add');
    const isShared = collection.mode === 'shared';
    try {
      if (device !== '') model.get(device, scopeFor(c, 'devices:write'));
      baselines.edit(actor, id, {
        collection: collection.name,
        remove: form.texts('remove'),
        addItems: isShared ? add.map((key) => Number(key.replace(/^#/, ''))) : [],
        addRows: isShared ? [] : add.map((key) => ({ device, key })),
        comment: form.text('comment'),
      });
      return goWith(c, paths.baseline(id), { message: { key: 'baselines.toast' } });
    } catch (error) {
      return show(c, { collection: collection.name, q: '', device, comment: form.text('comment') }, faultsOf(error));
    }
  };

  return new Hono<ConsoleEnv>()
    .get(paths.baselineEntries.pattern, (c) =>
      show(c, {
        collection: c.req.query('collection') ?? '',
        q: (c.req.query('q') ?? '').slice(0, 200),
        device: (c.req.query('device') ?? '').trim().slice(0, 64),
        comment: '',
      }),
    )
    .post(paths.baselineEntries.pattern, edit);
};
