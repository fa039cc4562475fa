import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { AppError } from '../../platform/errors.ts';
import { setToast } from '../../server/console/cookies.ts';
import { signedIn } from '../../server/console/guard.ts';
import { numberText } from '../../server/console/lists.ts';
import { isLocalPath } from '../../server/console/local-path.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { type ListView, viewQuery } from './types.ts';

const toasts: Readonly<Record<string, string>> = {
  save: 'toast.listView.save',
  rename: 'toast.listView.rename',
  remove: 'toast.listView.remove',
};

/** What a person keeps of lists; the forms stand above each of them. */
export const listViewPages = ({ listViews }: ConsoleDeps): Pages => {
  const toList = (c: Context<ConsoleEnv>, list: string, query: string): Response => {
    const back = query === '' ? list : `${list}?${query}`;
    return c.redirect(isLocalPath(back) ? back : paths.me(), 303);
  };

  const change = (c: Context<ConsoleEnv>): Response => {
    const { actor } = signedIn(c);
    const form = c.get('form');
    const act = (): ListView => {
      switch (form.text('do')) {
        case 'save':
          return listViews.save(actor, { list: form.text('list'), name: form.text('name'), query: form.text('query') });
        case 'rename':
          return listViews.rename(actor, numberText(form.text('id')), form.text('name'));
        case 'remove':
          return listViews.remove(actor, numberText(form.text('id')));
        default:
          throw new AppError('MALFORMED', 'there is no such action');
      }
    };
    const view = act();
    setToast(c, { message: { key: toasts[form.text('do')] ?? '', params: { name: view.name } } });
    return toList(c, view.list, form.text('do') === 'remove' ? '' : view.query);
  };

  const setColumns = (c: Context<ConsoleEnv>): Response => {
    const form = c.get('form');
    const list = form.text('list');
    const query = new URLSearchParams(viewQuery(form.text('query')));
    query.delete('col');
    listViews.setColumns(signedIn(c).actor, list, form.has('usual') ? [] : form.texts('col'));
    return toList(c, list, query.toString());
  };

  return new Hono<ConsoleEnv>().post(paths.meViews.pattern, change).post(paths.meColumns.pattern, setColumns);
};
