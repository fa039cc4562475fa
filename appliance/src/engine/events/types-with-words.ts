import { wordsOf } from '@sallyport/ui/i18n/catalogue';
import { langs, type Template } from '@sallyport/ui/i18n/types';
import { fold } from '../../platform/sql-functions.ts';

const placeholder = /\{\w+\}/g;

const sentencesIn = (template: Template | undefined): string[] =>
  (typeof template === 'string' ? [template] : Object.values(template ?? {})).map((text) =>
    fold(text.replace(placeholder, ' ')),
  );

/** The types of events whose sentence, in whichever language, has a text: people search for what stands on the page. */
export function eventTypesWithWords(types: readonly string[]): (text: string) => readonly string[] {
  const known = types.map((type) => ({
    type,
    sentences: langs.flatMap((lang) => sentencesIn(wordsOf(lang)[`event.${type}`])),
  }));
  return (text) => {
    const asked = fold(text.trim());
    return known.filter(({ sentences }) => sentences.some((one) => one.includes(asked))).map(({ type }) => type);
  };
}
