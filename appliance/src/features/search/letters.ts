// Text as people type it into the one box: on whatever keyboard layout is switched on, with the letters that their keyboard has.

const latin = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.?";
const russian = 'ёйцукенгшщзхъфывапролджэячсмитьбю,';
// The row of digits on the Kazakh layout; its other letters are those of the Russian one.
const digits = '2345689-=0';
const kazakhDigits = 'әіңғ,үұөһқ';

const mapOf = (from: string, to: string): ReadonlyMap<string, string> =>
  new Map(Array.from(from).map((letter, at) => [letter, to[at] ?? letter]));

// The key of the letter ё writes a bracket on the Kazakh layout.
const toRussian = mapOf(`${latin}(`, `${russian}ё`);
const toKazakh = mapOf(latin + digits, russian + kazakhDigits);
const toLatin = mapOf(russian + kazakhDigits, latin + digits);

const typedOn = (layout: ReadonlyMap<string, string>, text: string): string =>
  Array.from(text)
    .map((letter) => layout.get(letter) ?? letter)
    .join('');

const plain = mapOf('ёәқғңөұүһі', 'еакгноуухи');

/** Letters that one keyboard has and another lacks are one: ё = е, ә = а, қ = к. In small letters, without commas. */
export function foldLetters(text: string): string {
  return typedOn(plain, text.normalize('NFC').toLowerCase()).replaceAll(',', '');
}

/** What a text may mean: as it is, and typed on the Russian, the Kazakh or the English layout by mistake. Folded. */
export function readingsOf(text: string): readonly string[] {
  const typed = text.normalize('NFC').toLowerCase().trim();
  const all = [typed, typedOn(toRussian, typed), typedOn(toKazakh, typed), typedOn(toLatin, typed)];
  return [...new Set(all.map(foldLetters))];
}
