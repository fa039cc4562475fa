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
  const read = () => {
    const words = langs.map(wordsOf);
    return types.map((type) => ({ type, sentences: words.flatMap((of) => sentencesIn(of[`event.${type}`])) }));
  };
  // Of all commands that open a site few search.
  let known: ReturnType<typeof read> | undefined;
  return (text) => {
    known ??= read();
    const asked = fold(text.trim());
    return known.filter(({ sentences }) => sentences.some((one) => one.includes(asked))).map(({ type }) => type);
  };
}
