import { Confirm } from '@sallyport/ui/frame/confirm.tsx';
import type { Message } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { goWith, setToast } from '../../server/console/cookies.ts';
import { scopeFor, signedIn } from '../../server/console/guard.ts';
import { param } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { DeviceModel, ListedDevice } from './view.ts';

/** What is decided about one device: it is approved, revoked, or its record is removed. */
export const deviceDecisionPages = (deps: ConsoleDeps, model: DeviceModel): Pages => {
  const { devices } = deps;

  /** A question on GET-less ground: the first POST asks, the second one does. */
  const ask = (
    c: Context<ConsoleEnv>,
    device: ListedDevice,
    what: 'approve' | 'revoke',
  ): Response | Promise<Response> => {
    const message = (part: string): Message => ({ key: `confirm.devices.${what}.${part}`, params: { n: 1 } });
    return c.html(
      <Confirm
        ctx={viewContext(deps, c)}
        question={message('question')}
        consequences={[message('consequence')]}
        items={[{ id: device.publicId, name: device.name, href: paths.device(device.publicId) }]}
        count={1}
        action={what === 'approve' ? paths.deviceApprove(device.publicId) : paths.deviceRevoke(device.publicId)}
        fields={[['confirmed', '1']]}
        button={message('button')}
        danger={what === 'revoke'}
        cancel={paths.device(device.publicId)}
      />,
    );
  };

  const decide = (c: Context<ConsoleEnv>, what: 'approve' | 'revoke'): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const device = model.get(param(c, 'id'), scopeFor(c, 'devices:write'));
    if (what === 'revoke' && c.get('form').text('confirmed') !== '1') return ask(c, device, what);
    // What the page showed, which its reader compared.
    const client = c.get('form').text('client');
    if (what === 'approve') devices.approve(actor, device.id, client === '' ? undefined : client);
    else devices.revoke(actor, device.id);
    setToast(c, { message: { key: `toast.devices.${what}`, params: { n: 1 } } });
    const token = c.get('form').text('arrivals');
    // Who waits for devices of a token goes on with the next one.
    return c.redirect(token === '' ? paths.device(device.publicId) : paths.deviceArrivals(token), 303);
  };

  const forget = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const device = model.get(param(c, 'id'), scopeFor(c, 'devices:write'));
    const params = { name: device.name };
    if (c.get('form').text('confirmed') === '1') {
      devices.forget(actor, device.id);
      return goWith(c, paths.devices(), { message: { key: 'toast.deviceRecords.forgotten', params } });
    }
    return c.html(
      <Confirm
        ctx={viewContext(deps, c)}
        question={{ key: 'confirm.deviceForget.question', params }}
        consequences={[{ key: 'confirm.deviceForget.consequence' }]}
        items={[]}
        count={1}
        action={paths.deviceForget(device.publicId)}
        fields={[['confirmed', '1']]}
        button={{ key: 'confirm.deviceForget.button' }}
        danger
        cancel={paths.device(device.publicId)}
      />,
    );
  };

  return new Hono<ConsoleEnv>()
    .post(paths.deviceApprove.pattern, (c) => decide(c, 'approve'))
    .post(paths.deviceRevoke.pattern, (c) => decide(c, 'revoke'))
    .post(paths.deviceForget.pattern, forget);
};
