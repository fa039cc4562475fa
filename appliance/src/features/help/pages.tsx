import { HelpChapter, HelpContents } from '@sallyport/ui/help/help.tsx';
import { paths } from '@sallyport/ui/paths';
import { Hono } from 'hono';
import { AppError } from '../../platform/errors.ts';
import { signedIn } from '../../server/console/guard.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { HelpService } from './service.ts';

/** The help: its contents, and a chapter a page. */
export const helpPages = (deps: ConsoleDeps, help: HelpService): Pages =>
  new Hono<ConsoleEnv>().get(paths.help.pattern, (c) => {
    signedIn(c);
    const ctx = viewContext(deps, c);
    const chapters = help.chapters(ctx.lang);
    const name = c.req.param('chapter');
    if (name === undefined) return c.html(<HelpContents ctx={ctx} chapters={chapters} />);
    const at = chapters.findIndex((one) => one.name === name);
    const chapter = chapters[at];
    if (chapter === undefined) throw new AppError('NOT_FOUND', 'the help has no such chapter');
    return c.html(<HelpChapter ctx={ctx} chapter={chapter} before={chapters[at - 1]} after={chapters[at + 1]} />);
  });
