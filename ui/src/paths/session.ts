import { page } from './page.ts';

/** Signing in, and what a person sets for itself. */
export const sessionPages = {
  login: page('/login', { bound: 'owner', GET: 'open', POST: 'open' }),
  /** POST */
  logout: page('/logout', { bound: 'owner', POST: 'open' }),
  /** One-time link: GET shows the form, POST sets the first password. */
  first: page('/first/:token', { bound: 'owner', GET: 'open', POST: 'open' }),
  /** POST: language, theme, density, shortcuts; `back` returns to the page. */
  preferences: page('/preferences', { bound: 'owner', POST: 'open' }),
  me: page('/me', { bound: 'owner', GET: 'person' }),
  /** POST */
  mePassword: page('/me/password', { bound: 'owner', POST: 'person' }),
  /** POST */
  meTwoStep: page('/me/two-step', { bound: 'owner', POST: 'person' }),
  /** POST: `session`, or nothing for all but this one. */
  meSessions: page('/me/sessions', { bound: 'owner', POST: 'person' }),
  /** Password and code again, before what is grave; `back` returns to the page. */
  meAgain: page('/me/again', { bound: 'owner', GET: 'person', POST: 'person' }),
  /** POST: `role` shows the console as it would see it; without one, as it is again. */
  viewAs: page('/view-as', { bound: 'owner', POST: 'person' }),
  /** POST: `do` saves, renames or removes a view of a list. */
  meViews: page('/me/views', { bound: 'owner', POST: 'person' }),
  /** POST: the columns that a list opens with; `usual` forgets them. */
  meColumns: page('/me/columns', { bound: 'owner', POST: 'person' }),
  /** Of everybody. POST ends `session`, or all of `account`. */
  sessions: page('/sessions', { bound: 'site', GET: 'accounts:read', POST: 'accounts:write' }),
} as const;
