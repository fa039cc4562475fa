import { fingerprintText, showFingerprint } from '@sallyport/bundle-tools/fingerprint/shown';
import { drawTrust } from '@sallyport/bundle-tools/host/trust-drawing';
import { groupHex } from '@sallyport/bundle-tools/trust/keys';
import { keyDateText } from '../features/exchange/key-dates.ts';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'draws what this site trusts: who holds which key, and until when',
  example: 'sallyport trust show --data /var/lib/sallyport',
  run: async ({ open, out }) => {
    const { exchange } = await open();
    const { trust } = exchange.state();
    const roles = exchange.trustRoles();
    if (trust === null || roles === undefined)
      throw new AppError('NO_ROOT', 'no trust was imported yet; run: sallyport trust import FILE');
    const expiring = exchange.keyDates();
    for (const line of drawTrust(roles)) out.line(line);
    out.line('');
    for (const key of trust.sealedTo) out.line(`seal key   ${groupHex(key)}`);
    out.line(`fingerprint of root ${trust.rootVersion}`);
    for (const line of fingerprintText(trust.rootSha256)) out.line(line);
    for (const date of expiring) out.note(`KEY_EXPIRES_SOON: ${keyDateText(date)}`);
    out.result({
      root: { version: trust.rootVersion, sha256: trust.rootSha256, words: showFingerprint(trust.rootSha256).words },
      roles: roles.map(({ role, threshold, keys, file }) => ({
        role,
        keyids: keys.map(({ keyid }) => keyid),
        threshold,
        ...file,
      })),
      sealKeys: trust.sealedTo,
      expiring,
    });
    return 0;
  },
};
