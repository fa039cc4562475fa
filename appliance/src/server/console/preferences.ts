import type { Density, Theme } from '@sallyport/ui/context';
import { type Lang, langs } from '@sallyport/ui/i18n/types';
import type { Form } from './form.ts';

/** How a person wants pages to look; kept in a cookie, so that it counts before log-in too. */
export type Preferences = { lang: Lang; theme: Theme; density: Density; shortcuts: boolean };

const themes: readonly Theme[] = ['light', 'dark', 'system'];
const densities: readonly Density[] = ['compact', 'comfortable'];

const one = <T extends string>(values: readonly T[], text: string | null | undefined): T | undefined =>
  values.find((value) => value === text);

/** The first language of Accept-Language that the console speaks. */
const acceptedLanguage = (header: string | undefined): Lang | undefined => {
  for (const part of (header ?? '').slice(0, 500).split(',')) {
    const found = one(langs, part.trim().slice(0, 2).toLowerCase());
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Reads the cookie; what is missing comes from the browser's language and the site's default. */
export const readPreferences = (
  cookie: string | undefined,
  acceptLanguage: string | undefined,
  siteLanguage: string,
): Preferences => {
  const params = new URLSearchParams((cookie ?? '').slice(0, 200));
  return {
    lang: one(langs, params.get('lang')) ?? acceptedLanguage(acceptLanguage) ?? one(langs, siteLanguage) ?? 'en',
    theme: one(themes, params.get('theme')) ?? 'system',
    density: one(densities, params.get('density')) ?? 'compact',
    shortcuts: params.get('shortcuts') !== 'off',
  };
};

/** The preferences after a form; what it does not name stays. */
export const changePreferences = (held: Preferences, form: Form): Preferences => ({
  lang: one(langs, form.text('lang')) ?? held.lang,
  theme: one(themes, form.text('theme')) ?? held.theme,
  density: one(densities, form.text('density')) ?? held.density,
  shortcuts: form.has('shortcuts') ? form.texts('shortcuts').at(-1) !== 'off' : held.shortcuts,
});

/** The cookie's value. */
export const writePreferences = (preferences: Preferences): string =>
  new URLSearchParams({
    lang: preferences.lang,
    theme: preferences.theme,
    density: preferences.density,
    shortcuts: preferences.shortcuts ? 'on' : 'off',
  }).toString();
