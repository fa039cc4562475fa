import { page } from './page.ts';

/** Signing in, and what a person sets for itself. */
export const sessionPages = {
  login: page('/login', { GET: 'open', POST: 'open' }),
  /** POST */
  logout: page('/logout', { POST: 'open' }),
  /** One-time link: GET shows the form, POST sets the first password. */
  first: page('/first/:token', { GET: 'open', POST: 'open' }),
  /** POST: language, theme, density, shortcuts; `back` returns to the page. */
  preferences: page('/preferences', { POST: 'open' }),
  me: page('/me', { GET: 'person' }),
  /** POST */
  mePassword: page('/me/password', { POST: 'person' }),
  /** POST */
  meTwoStep: page('/me/two-step', { POST: 'person' }),
  /** POST: `session`, or nothing for all but this one. */
  meSessions: page('/me/sessions', { POST: 'person' }),
  /** Password and code again, before what is grave; `back` returns to the page. */
  meAgain: page('/me/again', { GET: 'person', POST: 'person' }),
  /** Of everybody. POST ends `session`, or all of `account`. */
  sessions: page('/sessions', { GET: 'accounts:read', POST: 'accounts:write' }),
} as const;
