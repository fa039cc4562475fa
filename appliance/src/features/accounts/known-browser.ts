import { createHash, timingSafeEqual } from 'node:crypto';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import type { Keyring } from '../../platform/keyring.ts';

// A browser that was logged in before shows so by a signed cookie: it is spared the delays that guesses of others bring
// about. It grants no access: a stolen one gives the few tries of one browser.

const lifeMs = 180 * 86_400_000;
/** People share a workstation; a cookie stays small. */
const maxAccounts = 4;
const entryPattern = /^([\x21-\x7d]{1,64})\.([A-Za-z0-9_-]{16})\.(\d{1,15})\.([A-Za-z0-9_-]{43})$/;

export type KnownBrowsers = {
  /** The cookie's value once an account logged in there: what it held before, and this account. */
  add(cookie: string | undefined, account: string): string;
  /** What the cookie calls the browser, for an account that logged in there before; undefined for any other. */
  of(cookie: string | undefined, account: string | undefined): string | undefined;
};

export function knownBrowsers(parts: { keyring: Keyring; clock: () => number }): KnownBrowsers {
  const { keyring, clock } = parts;
  const sealOf = (head: string): string =>
    Buffer.from(keyring.mac('known-browser', createHash('sha256').update(head).digest())).toString('base64url');

  const entries = (cookie: string | undefined) =>
    (cookie ?? '')
      .slice(0, 1_000)
      .split('~')
      .slice(0, maxAccounts)
      .flatMap((entry) => {
        const [, account = '', browser = '', at = '', seal = ''] = entryPattern.exec(entry) ?? [];
        const expected = Buffer.from(sealOf(`${account}.${browser}.${at}`));
        if (seal.length !== expected.length || !timingSafeEqual(Buffer.from(seal), expected)) return [];
        const age = clock() - Number(at);
        return age >= 0 && age < lifeMs ? [{ account, browser, entry }] : [];
      });

  return {
    add: (cookie, account) => {
      const head = `${account}.${Buffer.from(randomBytes(12)).toString('base64url')}.${clock()}`;
      const others = entries(cookie).filter((held) => held.account !== account);
      return [`${head}.${sealOf(head)}`, ...others.map(({ entry }) => entry)].slice(0, maxAccounts).join('~');
    },
    of: (cookie, account) => entries(cookie).find((held) => held.account === account)?.browser,
  };
}
