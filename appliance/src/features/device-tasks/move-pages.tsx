import { defined } from '@sallyport/bundle-tools/platform/defined';
import { AgentMoves } from '@sallyport/ui/device-tasks/agent-moves.tsx';
import type { FieldErrors } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { toFailure } from '../../platform/errors.ts';
import { goWith } from '../../server/console/cookies.ts';
import { faultsOf } from '../../server/console/form.ts';
import { actorFor, deciderFor, signedIn } from '../../server/console/guard.ts';
import { param, references } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorNames } from '../../server/console/records.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { devicesOfGroup, devicesOfSite } from './move-operations.ts';

const shownOrders = 10;
const shownDevices = 50;
/** Of the field `group`. */
const everyDevice = 'all';

/** Orders that take agents to another address, and what became of them. */
export const agentMovePages = (deps: ConsoleDeps): Pages => {
  const { deviceTasks, deviceQueries, gate, objects } = deps;

  const show = (c: Context<ConsoleEnv>, errors?: FieldErrors): Response | Promise<Response> => {
    actorFor(c, 'devices:read');
    const form = c.get('form');
    const nameOf = actorNames(objects);
    const { actor } = signedIn(c);
    // An old log-in is mended by giving the password again, which the page asks for by itself.
    const hindranceOf = (id: string): string | undefined => {
      const found = gate.hindrance(actor, deviceTasks.moves.approvable(id));
      return found === 'APPROVAL_FRESH' ? undefined : found;
    };
    const orders = deviceTasks.moves.list({ limit: shownOrders, open: shownDevices });
    const names = deviceQueries.names([
      ...new Set(
        orders.flatMap(({ open, first }) => [...open.map(({ device }) => device), ...(first === null ? [] : [first])]),
      ),
    ]);
    const named = (device: number) => names.get(device) ?? { id: String(device), name: `#${device}` };
    return c.html(
      <AgentMoves
        ctx={viewContext(deps, c)}
        orders={orders.map(({ open, askedBy, agreedBy, first, ...order }) => ({
          ...order,
          askedBy: nameOf(askedBy),
          ...(agreedBy === null ? {} : { agreedBy: nameOf(agreedBy) }),
          ...(first === null ? {} : { first: named(first) }),
          hindrance: order.states.asked === undefined ? undefined : hindranceOf(order.id),
          open: open.map(({ device, state, code, output }) => ({
            device: named(device),
            state,
            ...defined({ code: code ?? undefined, output: output ?? undefined }),
          })),
        }))}
        groups={references(objects, 'group')}
        values={{
          server: form.text('server'),
          group: form.text('group'),
          reason: form.text('reason'),
          although: form.text('although'),
        }}
        notProven={errors?.['although'] !== undefined || form.text('although') !== ''}
        {...defined({ errors })}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  const order = async (c: Context<ConsoleEnv>): Promise<Response> => {
    const actor = { ...actorFor(c, 'devices:write'), from: c.get('from') };
    const form = c.get('form');
    const group = form.text('group');
    if (group === '') return show(c, { group: { key: 'validation.choice' } });
    try {
      const devices = group === everyDevice ? devicesOfSite(deps) : devicesOfGroup(deps, group);
      const { ordered } = await deviceTasks.moves.order(actor, {
        server: form.text('server'),
        devices,
        reason: form.text('reason'),
        although: form.text('although'),
      });
      return goWith(c, paths.agentMoves(), { message: { key: 'agentMoves.toast', params: { n: ordered } } });
    } catch (error) {
      const { code } = toFailure(error);
      // What is wrong with the address is said at its field.
      if (code === 'FORBIDDEN_ADDRESS') return show(c, { server: { key: `error.${code}` } });
      return show(c, faultsOf(error));
    }
  };

  const decide = (c: Context<ConsoleEnv>): Response => {
    const actor = { ...deciderFor(c, 'devices:write'), from: c.get('from') };
    const id = param(c, 'order');
    const agrees = c.get('form').text('action') === 'agree';
    if (agrees) deviceTasks.moves.agree(actor, id);
    else deviceTasks.moves.refuse(actor, id);
    return goWith(c, paths.agentMoves(), { message: { key: agrees ? 'agentMoves.agreed' : 'agentMoves.refused' } });
  };

  return new Hono<ConsoleEnv>()
    .get(paths.agentMoves.pattern, (c) => show(c))
    .post(paths.agentMoves.pattern, order)
    .post(paths.agentMoveDecide.pattern, decide);
};
