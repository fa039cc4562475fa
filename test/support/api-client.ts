import type { Appliance } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { callAppliance } from './native-device.ts';

/** Calls the API of a running server as an administrator with a token of its own; with a body it posts. */
export const apiClient = (appliance: Appliance, port: number) => {
  const account = appliance.objects.create(systemActor, 'account', { name: 'robot', roles: ['administrator'] });
  const { secret } = appliance.accounts.createApiToken(systemActor, { name: 'robot', account: account.id });
  const authorization = `Bearer ${secret}`;
  return (path: string, sent?: { readonly type: string; readonly body: string }) =>
    callAppliance(
      appliance,
      port,
      sent === undefined
        ? { method: 'GET', path: `/api/v1${path}`, headers: { authorization } }
        : {
            method: 'POST',
            path: `/api/v1${path}`,
            headers: { authorization, 'content-type': sent.type },
            body: sent.body,
          },
    );
};
