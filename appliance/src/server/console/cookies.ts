import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { Toast } from '@sallyport/ui/context';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { CookieOptions } from 'hono/utils/cookie';
import type { NewSession } from '../../features/accounts/types.ts';
import { isLocalPath } from './local-path.ts';
import type { ConsoleEnv } from './types.ts';

// `__Host-`: only over TLS, only from this host, for every path; other names of the site cannot set or shadow them.

const sessionName = '__Host-sallyport';
const knownName = '__Host-sallyport-known';
const preferencesName = '__Host-sallyport-view';
const toastName = '__Host-sallyport-toast';

const common: CookieOptions = { path: '/', secure: true, httpOnly: true, sameSite: 'Strict' };
const yearSeconds = 365 * 86_400;
const maxToastLength = 1_000;

type Ctx = Context<ConsoleEnv>;

export const sessionCookie = (c: Ctx): string | undefined => getCookie(c, sessionName);
export const dropSessionCookie = (c: Ctx): void => {
  deleteCookie(c, sessionName, common);
};

/** Which accounts logged in with this browser before. */
export const knownCookie = (c: Ctx): string | undefined => getCookie(c, knownName);
/** After a log-in: the session, and that it was here. */
export const setLoginCookies = (c: Ctx, session: NewSession): void => {
  setCookie(c, sessionName, session.cookie, { ...common, maxAge: session.maxAgeSeconds });
  setCookie(c, knownName, session.known, { ...common, maxAge: yearSeconds / 2 });
};

export const preferencesCookie = (c: Ctx): string | undefined => getCookie(c, preferencesName);
export const setPreferencesCookie = (c: Ctx, value: string): void =>
  setCookie(c, preferencesName, value, { ...common, maxAge: yearSeconds });

/** Leaves a line for the next page. */
export const setToast = (c: Ctx, toast: Toast): void => {
  const value = Buffer.from(JSON.stringify(toast)).toString('base64url');
  // What does not fit a cookie is not worth breaking the answer for: the page that follows shows the result as well.
  if (value.length <= maxToastLength * 3) setCookie(c, toastName, value, { ...common, maxAge: 60 });
};

/** Goes on to a page, which shows a line first. */
export function goWith(c: Ctx, href: string, toast: Toast): Response {
  setToast(c, toast);
  return c.redirect(href, 303);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isFlat = (value: unknown): value is Record<string, string | number> =>
  isRecord(value) && Object.values(value).every((entry) => typeof entry === 'string' || typeof entry === 'number');

/** Takes the line that was left; a cookie of another shape is no line. */
export const takeToast = (c: Ctx): Toast | undefined => {
  const value = getCookie(c, toastName);
  if (value === undefined) return undefined;
  deleteCookie(c, toastName, common);
  try {
    const toast: unknown = JSON.parse(Buffer.from(value, 'base64url').toString('utf8'));
    if (!isRecord(toast) || !isRecord(toast['message'])) return undefined;
    const { key, params } = toast['message'];
    if (typeof key !== 'string' || (params !== undefined && !isFlat(params))) return undefined;
    const message = { key, ...defined({ params }) };
    const undo = toast['undo'];
    if (!isRecord(undo) || typeof undo['action'] !== 'string' || !isLocalPath(undo['action'])) return { message };
    const fields = undo['fields'];
    if (!isRecord(fields) || !Object.values(fields).every((field) => typeof field === 'string')) return { message };
    return { message, undo: { action: undo['action'], fields: fields as Record<string, string> } };
  } catch {
    return undefined;
  }
};
