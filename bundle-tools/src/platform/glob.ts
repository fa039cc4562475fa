// The one way in which the product reads an entered pattern: `*` stands for any text, everything else for
// itself. No regular expression is built from it: those go back and try again, and a pattern and a text that were chosen for
// it take longer than anybody waits. Here each character of the text is looked at a bounded number of times (Knuth, Morris
// and Pratt), whatever the pattern.

/** A piece between two stars, and for each of its places where the search goes on when the next character does not fit. */
type Piece = { text: string; back: Uint32Array };

type Glob = {
  fits(text: string): boolean;
  /** How many characters `fits` has compared so far. */
  compared(): number;
};

function pieceOf(text: string): Piece {
  const back = new Uint32Array(text.length);
  for (let at = 1, held = 0; at < text.length; at += 1) {
    while (held > 0 && text[at] !== text[held]) held = back[held - 1] ?? 0;
    if (text[at] === text[held]) held += 1;
    back[at] = held;
  }
  return { text, back };
}

/** Reads a pattern once, to be tried on many texts. Both are compared as they are: who wants no case folds both. */
export function globOf(pattern: string): Glob {
  const [head = '', ...others] = pattern.split('*');
  const tail = others.pop();
  const pieces = others.filter((text) => text !== '').map(pieceOf);
  let steps = 0;

  const isAt = (piece: string, text: string, at: number): boolean => {
    for (let of = 0; of < piece.length; of += 1) {
      steps += 1;
      if (piece[of] !== text[at + of]) return false;
    }
    return true;
  };

  /** Behind the first place of a piece from `from` on, before `end`; -1 where there is none. */
  const behind = ({ text: piece, back }: Piece, text: string, from: number, end: number): number => {
    let held = 0;
    for (let at = from; at < end; at += 1) {
      steps += 1;
      while (held > 0 && text[at] !== piece[held]) {
        steps += 1;
        held = back[held - 1] ?? 0;
      }
      if (text[at] === piece[held]) held += 1;
      if (held === piece.length) return at + 1;
    }
    return -1;
  };

  return {
    fits: (text) => {
      if (tail === undefined) return text.length === head.length && isAt(head, text, 0);
      const end = text.length - tail.length;
      if (head.length > end || !isAt(head, text, 0) || !isAt(tail, text, end)) return false;
      let at = head.length;
      for (const piece of pieces) {
        at = behind(piece, text, at, end);
        if (at === -1) return false;
      }
      return true;
    },
    compared: () => steps,
  };
}
