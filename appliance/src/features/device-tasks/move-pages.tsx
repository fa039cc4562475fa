import { defined } from '@sallyport/bundle-tools/platform/defined';
import { AgentMoves } from '@sallyport/ui/device-tasks/agent-moves.tsx';
import type { FieldErrors } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { goWith } from '../../server/console/cookies.ts';
import { faultsOf } from '../../server/console/form.ts';
import { actorFor } from '../../server/console/guard.ts';
import { references } from '../../server/console/lists.ts';
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
  const { deviceTasks, deviceQueries, objects } = deps;

  const show = (c: Context<ConsoleEnv>, errors?: FieldErrors): Response | Promise<Response> => {
    actorFor(c, 'devices:read');
    const form = c.get('form');
    const nameOf = actorNames(objects);
    const orders = deviceTasks.moves({ limit: shownOrders, open: shownDevices });
    const names = deviceQueries.names([...new Set(orders.flatMap(({ open }) => open.map(({ device }) => device)))]);
    return c.html(
      <AgentMoves
        ctx={viewContext(deps, c)}
        orders={orders.map(({ open, askedBy, ...order }) => ({
          ...order,
          askedBy: nameOf(askedBy),
          open: open.map(({ device, state, code, output }) => ({
            device: names.get(device) ?? { id: String(device), name: `#${device}` },
            state,
            ...defined({ code: code ?? undefined, output: output ?? undefined }),
          })),
        }))}
        groups={references(objects, 'group')}
        values={{ server: form.text('server'), group: form.text('group'), reason: form.text('reason') }}
        {...defined({ errors })}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  const order = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = { ...actorFor(c, 'devices:write'), from: c.get('from') };
    const form = c.get('form');
    const group = form.text('group');
    if (group === '') return show(c, { group: { key: 'validation.choice' } });
    try {
      const devices = group === everyDevice ? devicesOfSite(deps) : devicesOfGroup(deps, group);
      const { ordered } = deviceTasks.move(actor, {
        server: form.text('server'),
        devices,
        reason: form.text('reason'),
      });
      return goWith(c, paths.agentMoves(), { message: { key: 'agentMoves.toast', params: { n: ordered } } });
    } catch (error) {
      return show(c, faultsOf(error));
    }
  };

  return new Hono<ConsoleEnv>().get(paths.agentMoves.pattern, (c) => show(c)).post(paths.agentMoves.pattern, order);
};
