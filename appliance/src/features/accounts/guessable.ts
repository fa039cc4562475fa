// What is no password although it is long enough: pieces that repeat, letters and digits in their order, walks along a keyboard.
// Dictionaries of attackers begin with them (NIST SP 800-63B, 5.1.1.2: repetitive or sequential characters).

/** Rows and columns of the keyboards that people here write on. */
const walks: readonly string[] = [
  '`1234567890-=',
  'qwertyuiop[]',
  "asdfghjkl;'",
  'zxcvbnm,./',
  'йцукенгшщзхъ',
  'фывапролджэ',
  'ячсмитьбю.',
  '"әіңғ,.үұқөһ',
  '1qaz',
  '2wsx',
  '3edc',
  '4rfv',
  '5tgb',
  '6yhn',
  '7ujm',
  '8ik,',
  '9ol.',
  '0p;/',
];
const reversed = (text: string): string => Array.from(text).reverse().join('');
const allWalks: readonly string[] = [...walks, ...walks.map(reversed)];

const shortest = 3;
const fewestPieces = 6;

const codeAt = (text: readonly string[], at: number): number => text[at]?.codePointAt(0) ?? Number.NaN;

/** How many characters from here follow each other in their alphabet or along a keyboard. */
const runAt = (text: readonly string[], at: number): number => {
  const step = codeAt(text, at + 1) - codeAt(text, at);
  let length = 1;
  if (Math.abs(step) === 1) while (codeAt(text, at + length) - codeAt(text, at + length - 1) === step) length += 1;
  while (allWalks.some((walk) => walk.includes(text.slice(at, at + length + 1).join(''))) && at + length < text.length)
    length += 1;
  return length;
};

/** How many characters from here stood before, in this order. */
const repeatAt = (text: readonly string[], at: number): number => {
  let longest = 0;
  for (let from = 0; from < at; from += 1) {
    let length = 0;
    while (at + length < text.length && text[from + length] === text[at + length]) length += 1;
    longest = Math.max(longest, length);
  }
  return longest;
};

/** The pieces of which a text is made: runs and repeats of three characters and more, otherwise single characters. */
const piecesOf = (characters: readonly string[]): { text: string; isRun: boolean; isRepeat: boolean }[] => {
  const pieces = [];
  for (let at = 0; at < characters.length; ) {
    const [run, repeat] = [runAt(characters, at), repeatAt(characters, at)];
    const longest = Math.max(run, repeat);
    const length = longest < shortest ? 1 : longest;
    pieces.push({
      text: characters.slice(at, at + length).join(''),
      isRun: length > 1 && run === longest,
      isRepeat: length > 1 && repeat === longest,
    });
    at += length;
  }
  return pieces;
};

/** No longer text is looked at for pieces, whose finding is quadratic: what is longer has enough of them or was pasted. */
const maxLooked = 128;

/**
 * What is left of a password when what repeats and what merely runs on is left out, to be looked up among the common ones;
 * undefined where too little is left to be one at all. Case and the form of characters do not count.
 */
export const coreOf = (password: string): string | undefined => {
  const characters = Array.from(password.normalize('NFKC').trim().toLowerCase()).slice(0, maxLooked);
  const once = characters.filter((character, at) => character !== characters[at - 1]);
  if (piecesOf(once).length < fewestPieces) return undefined;
  return piecesOf(characters)
    .filter(({ isRun, isRepeat }) => !isRun && !isRepeat)
    .map(({ text }) => text)
    .join('');
};
