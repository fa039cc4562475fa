import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { AgentPush, type AgentPushProps } from '@sallyport/ui/agent-push/agent-push.tsx';
import type { FieldErrors } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { AppError, toFailure } from '../../platform/errors.ts';
import { goWith } from '../../server/console/cookies.ts';
import { faultsOf } from '../../server/console/form.ts';
import { actorFor } from '../../server/console/guard.ts';
import { param, references } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { pushWishesSchema } from './types.ts';

const shownRuns = 20;

/** What a computer at the address answers is what was asked about, not a fault of the page. */
const isAnswer = (code: string): boolean =>
  ['NOT_NAMED', 'FORBIDDEN_ADDRESS', 'UNREACHABLE', 'NOT_READY'].includes(code);

/** The agent onto a computer over SSH: its key is looked at, compared, and only then one logs in. */
export const agentPushPages = (deps: ConsoleDeps): Pages => {
  const { agentPush, addDevice, objects } = deps;

  const valuesOf = (c: Context<ConsoleEnv>): AgentPushProps['values'] => {
    const form = c.get('form');
    return {
      address: form.text('address').trim(),
      user: form.text('user').trim() || 'root',
      server: form.text('server'),
      group: form.text('group'),
      approve: form.text('approve') === 'auto' ? 'auto' : 'manual',
    };
  };

  const show = (
    c: Context<ConsoleEnv>,
    more: { keys?: AgentPushProps['keys']; errors?: FieldErrors; fault?: string } = {},
  ): Response | Promise<Response> => {
    actorFor(c, 'accounts:write');
    return c.html(
      <AgentPush
        ctx={viewContext(deps, c)}
        values={valuesOf(c)}
        ranges={objects.setting('devices.push-ranges')}
        port={objects.setting('devices.push-port')}
        servers={addDevice.servers()}
        groups={references(objects, 'group')}
        packages={agentPush.packages.list()}
        runs={agentPush.runs().slice(0, shownRuns)}
        {...defined(more)}
      />,
      more.errors === undefined && more.fault === undefined ? 200 : 422,
    );
  };

  const look = async (c: Context<ConsoleEnv>): Promise<Response> => {
    const actor = actorFor(c, 'accounts:write');
    const { address } = valuesOf(c);
    try {
      const keys = await agentPush.look(actor, address);
      return await show(c, { keys });
    } catch (error) {
      const { code, details } = toFailure(error);
      if (code === 'INVALID' && details.fields !== undefined) return show(c, { errors: details.fields });
      if (!isAnswer(code)) throw error;
      return show(c, { fault: code });
    }
  };

  const start = async (c: Context<ConsoleEnv>): Promise<Response> => {
    const actor = { ...actorFor(c, 'accounts:write'), from: c.get('from') };
    const form = c.get('form');
    const given = (name: string): string | undefined => form.text(name) || undefined;
    const wishes = pushWishesSchema.safeParse({
      ...valuesOf(c),
      group: given('group'),
      server: given('server'),
      hostKey: form.text('hostKey'),
      password: given('password'),
      key: given('key'),
    });
    const keys = (): AgentPushProps['keys'] => [{ type: '', fingerprint: form.text('hostKey') }];
    if (!wishes.success) {
      const [issue] = wishes.error.issues;
      return show(c, { keys: keys(), errors: { [String(issue?.path[0] ?? 'user')]: { key: 'validation.choice' } } });
    }
    try {
      const { ended } = agentPush.start(actor, wishes.data);
      // How it went stands in the run.
      void ended;
      return goWith(c, paths.agentPush(), {
        message: { key: 'agentPush.started', params: { address: wishes.data.address } },
      });
    } catch (error) {
      return show(c, { keys: keys(), errors: faultsOf(error) });
    }
  };

  const handOut = (c: Context<ConsoleEnv>): Response => {
    actorFor(c, 'devices:read');
    const name = param(c, 'name');
    const path = agentPush.packages.path(name);
    if (path === undefined) throw new AppError('NOT_FOUND', 'no such package lies here');
    return c.body(Readable.toWeb(createReadStream(path)) as ReadableStream, 200, {
      'Content-Type': 'application/octet-stream',
      'Content-Length': String(statSync(path).size),
      'Content-Disposition': `attachment; filename="${name}"`,
    });
  };

  return new Hono<ConsoleEnv>()
    .get(paths.agentPush.pattern, (c) => show(c))
    .post(paths.agentPush.pattern, (c) => (c.get('form').text('action') === 'start' ? start(c) : look(c)))
    .get(paths.agentPackage.pattern, handOut);
};
