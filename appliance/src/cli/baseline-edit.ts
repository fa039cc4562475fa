import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

const maxListed = 10_000;

const entryText = (values: Readonly<Record<string, unknown>>): string =>
  Object.entries(values)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');

export const command: Command = {
  summary: 'shows what a baseline expects of a collection, and adds or removes entries, as a new revision',
  positionals: 'BASELINE',
  options: {
    collection: { type: 'string', value: 'NAME', required: true, help: 'software, accounts, …' },
    from: {
      type: 'string',
      value: 'ID',
      help: 'a device: show what it reports beyond the baseline; entries to add come from it',
    },
    search: { type: 'string', value: 'TEXT', help: 'only entries with this in their title' },
    add: { type: 'string', value: 'KEY', multiple: true, help: 'an entry, as the list has it; may be repeated' },
    remove: { type: 'string', value: 'KEY', multiple: true, help: 'an entry of the baseline; may be repeated' },
    comment: { type: 'string', value: 'TEXT', help: 'why; needed to add or remove' },
  },
  example:
    'sallyport baseline edit group:0123456789abcdef0123456789abcdef --collection software --remove "#17" --comment "tool retired"',
  run: async ({ open, out, positionals, text, texts, cliActor }) => {
    const [id, ...more] = positionals;
    if (id === undefined || more.length > 0)
      throw new AppError('USAGE', 'which baseline? See: sallyport baseline list');
    const { baselines, inventory } = await open();
    const { name: collection, mode } = inventory.collection(text('collection') ?? '');
    const device = text('from');
    const [add, remove] = [texts('add'), texts('remove')];
    if (add.length + remove.length === 0) {
      const asked = { search: text('search') ?? '', limit: maxListed };
      const page =
        device === undefined
          ? baselines.entries(id, collection, asked)
          : baselines.offered(id, collection, { ...asked, device });
      out.table(
        ['KEY', 'TITLE', 'VALUES'],
        page.rows.map(({ key, title, values }) => [key, title, entryText(values)]),
      );
      out.result(page);
      return 0;
    }
    if (mode !== 'shared' && add.length > 0 && device === undefined)
      throw new AppError('USAGE', '--from names the device whose rows are added');
    const baseline = baselines.edit(cliActor(), id, {
      collection,
      remove,
      addItems: mode === 'shared' ? add.map((key) => Number(key.replace(/^#/, ''))) : [],
      addRows: mode === 'shared' ? [] : add.map((key) => ({ device: device ?? '', key })),
      comment: text('comment') ?? '',
    });
    baselines.settle();
    const { counts, deviations } = baselines.get(baseline.id);
    out.line(`${baseline.id}, revision ${baseline.revision}, ${deviations} deviations`);
    out.result({ id: baseline.id, revision: baseline.revision, contentHash: baseline.contentHash, counts, deviations });
    return 0;
  },
};
