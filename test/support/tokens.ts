import type { Appliance } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { newTokenSecret, tokenHash } from '@sallyport/appliance/features/devices/types';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';

/** Makes a token with which agents come in, and gives its secret; devices are approved by it unless `body` says otherwise. */
export function makeToken(
  objects: Appliance['objects'],
  purpose: 'agent' | 'glpi' | 'osquery',
  body: Readonly<Record<string, unknown>> = {},
): string {
  const secret = newTokenSecret(purpose);
  const name = `${purpose} ${Buffer.from(randomBytes(8)).toString('hex')}`;
  objects.ofAnyKind.create(systemActor, 'token', { name, purpose, hash: tokenHash(secret), approve: 'auto', ...body });
  return secret;
}
