import { ExchangeStory } from '@sallyport/ui/exchange/exchange-story.tsx';
import { introductionSteps } from '@sallyport/ui/exchange/introduction.tsx';
import { Confirm } from '@sallyport/ui/frame/confirm.tsx';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { enteredLine } from '../../platform/entered-line.ts';
import { AppError } from '../../platform/errors.ts';
import { goWith } from '../../server/console/cookies.ts';
import { actorFor, deciderFor } from '../../server/console/guard.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { introductionDone, introductionNext } from './introduction.ts';
import { exchangeStory, waitingRows } from './story.ts';

/** The story of the exchange, and the two decisions that it asks for. */
export const storyPages = (deps: ConsoleDeps): Pages => {
  const { exchange } = deps;

  const show = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const reader = actorFor(c, 'exchange:read');
    const ctx = viewContext(deps, c);
    const done = introductionDone(deps, false);
    return c.html(
      <ExchangeStory
        ctx={ctx}
        receiptCount={exchange.receipts({ limit: 1 }).total}
        introduction={
          introductionNext(done) === undefined
            ? undefined
            : { done: Object.keys(done).length, of: introductionSteps.length }
        }
        {...exchangeStory(ctx, deps, reader)}
      />,
    );
  };

  const forget = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = actorFor(c, 'exchange:write');
    const form = c.get('form');
    const row = waitingRows(deps).find(({ bundleId }) => bundleId === form.text('bundle'));
    if (row === undefined) throw new AppError('NOT_FOUND', 'no such bundle waits for volumes');
    if (form.text('confirmed') === '1') {
      exchange.forgetWaiting(actor, row.bundleId);
      return goWith(c, paths.exchange(), { message: { key: 'toast.forgotten', params: { number: row.seq } } });
    }
    return c.html(
      <Confirm
        ctx={viewContext(deps, c)}
        question={{ key: 'confirm.waiting.forget.question', params: { number: row.seq } }}
        consequences={[{ key: 'confirm.waiting.forget.consequence' }]}
        items={[]}
        count={0}
        action={paths.waitingForget()}
        fields={[
          ['bundle', row.bundleId],
          ['confirmed', '1'],
        ]}
        button={{ key: 'confirm.waiting.forget.button' }}
        danger
        cancel={paths.exchange()}
      />,
    );
  };

  const agree = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = { ...actorFor(c, 'exchange:write'), from: c.get('from') };
    const form = c.get('form');
    const source = form.text('source') === 'bundle' ? 'bundle' : 'clock';
    const reason = enteredLine(form.text('reason'));
    const ctx = viewContext(deps, c, form.text('confirmed') === '1' ? 'part' : 'page');
    if (form.text('confirmed') === '1') {
      const { to } = exchange.agreeClock(actor, reason, source);
      return goWith(c, paths.exchange(), {
        message: { key: 'toast.clockAgreed', params: { at: ctx.fmt.dateTime(to) } },
      });
    }
    const { to, daysAhead } = exchange.previewClock(source);
    return c.html(
      <Confirm
        ctx={ctx}
        question={{ key: 'confirm.clock.agree.question', params: { at: ctx.fmt.dateTime(to) } }}
        consequences={[{ key: 'confirm.clock.agree.consequence', params: { days: daysAhead } }]}
        items={[{ id: source, name: reason }]}
        count={1}
        action={paths.clockAgree()}
        fields={[
          ['source', source],
          ['reason', reason],
          ['confirmed', '1'],
        ]}
        button={{ key: 'confirm.clock.agree.button' }}
        danger
        cancel={paths.exchange()}
      />,
    );
  };

  const askBack = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = { ...actorFor(c, 'exchange:write'), from: c.get('from') };
    exchange.askClockBack(actor, enteredLine(c.get('form').text('reason')));
    return goWith(c, paths.exchange(), { message: { key: 'toast.clockBackAsked' } });
  };

  const decideBack = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const action = c.get('form').text('action');
    if (action !== 'approve' && action !== 'refuse') throw new AppError('MALFORMED', 'there is no such action');
    const actor = { ...deciderFor(c, 'exchange:write'), from: c.get('from') };
    const done = exchange.decideClockBack(actor, action === 'approve');
    return goWith(c, paths.exchange(), {
      message: { key: done === undefined ? 'toast.clockBackRefused' : 'toast.clockBackDone' },
    });
  };

  return new Hono<ConsoleEnv>()
    .get(paths.exchange.pattern, show)
    .post(paths.waitingForget.pattern, forget)
    .post(paths.clockAgree.pattern, agree)
    .post(paths.clockBack.pattern, askBack)
    .post(paths.clockBackDecide.pattern, decideBack);
};
