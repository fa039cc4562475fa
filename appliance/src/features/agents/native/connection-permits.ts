import { isIP } from 'node:net';
import { isControllerPort } from '@sallyport/bundle-tools/controllers/controller-ports';
import type { CheckInRequest } from '@sallyport/bundle-tools/protocol/check-in';
import type { ConnectionPermitRequest } from '@sallyport/bundle-tools/protocol/connection-permit';
import { serverEndpoint } from '@sallyport/bundle-tools/protocol/site';
import type { Task } from '@sallyport/bundle-tools/protocol/task';
import { firstIn } from '../../../platform/rate-limit.ts';
import type { NativeParts } from './types.ts';

// Where an order leads an agent, the agent connects by permit alone: for each address and port, judged by the forbidden set and the ports of
// controllers at that moment. Why there is none is for the journal; a device that could be told would learn where controllers are.

type Parts = Pick<NativeParts, 'tasks' | 'forbiddenBecause' | 'events'> & { clock: () => number };

const quietMs = 10 * 60_000;

/** Whether the order leads to another address, so that its agent has to ask before it goes there. */
const leadsElsewhere = (task: Task | null): boolean => task?.action === 'move-server';

export const connectionPermits = ({ tasks, forbiddenBecause, events, clock }: Parts) => {
  const told = firstIn({ ms: quietMs, clock });
  return {
    /** The task to work on now; one that leads elsewhere ends for an agent that would go there without asking. */
    nextFor: (device: number, { permits, actPermits }: Pick<CheckInRequest, 'permits' | 'actPermits'>): Task | null => {
      const task = tasks.next(device, actPermits === true);
      if (task === null || permits === true || !leadsElsewhere(task)) return task;
      const output = 'this agent goes to another address without asking for a permit: update it first';
      const steps = [{ name: 'move', exit: 1, output, ms: 0 }];
      tasks.result(device, task.id, { attempt: task.attempt, steps, state: 'failed', code: 'UNKNOWN_ACTION' });
      return null;
    },
    /** Whether an agent may connect now. What belongs to no open order of the device, or not to its address, is no. */
    mayConnect: (device: number, taskId: string, { address, port }: ConnectionPermitRequest): boolean => {
      const server = tasks.leadsTo?.(device, taskId);
      if (server === undefined || isIP(address) === 0) return false;
      const named = serverEndpoint(server);
      if (port !== named.port || (isIP(named.host) !== 0 && named.host !== address)) return false;
      const because = isControllerPort(port) ? 'port' : forbiddenBecause(address);
      if (because === undefined) return true;
      if (told.first(`${device} ${address} ${port}`))
        events.record('connection-forbidden', {
          actor: `device:${device}`,
          params: { purpose: 'move-server', host: named.host, port, address, because },
        });
      return false;
    },
  };
};
