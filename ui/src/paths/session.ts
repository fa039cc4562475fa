import { withQuery } from '../list.ts';
import { segment } from './parts.ts';

/** Signing in, and what a person sets for itself. */
export const sessionPaths = {
  login: (back?: string) => withQuery('/login', { back }),
  /** POST */
  logout: () => '/logout',
  /** One-time link: GET shows the form, POST sets the first password. */
  first: (token: string) => `/first/${segment(token)}`,
  /** POST: language, theme, density, shortcuts; `back` returns to the page. */
  preferences: () => '/preferences',
  me: () => '/me',
  /** POST */
  mePassword: () => '/me/password',
  /** POST */
  meTwoStep: () => '/me/two-step',
  /** POST: `session`, or nothing for all but this one. */
  meSessions: () => '/me/sessions',
  /** Password and code again, before what is grave; `back` returns to the page. */
  meAgain: (back?: string) => withQuery('/me/again', { back }),
  /** Of everybody. POST ends `session`, or all of `account`. */
  sessions: (account?: string) => withQuery('/sessions', { account }),
} as const;

/** The same as patterns. */
export const sessionPatterns: Readonly<Record<keyof typeof sessionPaths, string>> = {
  login: '/login',
  logout: '/logout',
  first: '/first/:token',
  preferences: '/preferences',
  me: '/me',
  mePassword: '/me/password',
  meTwoStep: '/me/two-step',
  meSessions: '/me/sessions',
  meAgain: '/me/again',
  sessions: '/sessions',
};
