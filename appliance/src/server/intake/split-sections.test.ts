import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitSections } from './split-sections.ts';

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(']},{"collection":"', ']},{', '"', '\\', '\\"]},{\\"collection\\":\\"', ']}]}'),
);
// No backslash in a name: JSON.parse of V8 reads "\\"" as "\\" once it has met that name.
const name = fc.oneof(fc.stringMatching(/^[a-z ]{0,5}$/), fc.constantFrom('collection', ']},{"collection":"'));
const section = fc.record({
  collection: fc.stringMatching(/^[a-z]{1,8}$/),
  items: fc.array(fc.dictionary(name, text), { maxLength: 3 }),
});

describe('a call with several sections', () => {
  it('is split into them, whatever texts they hold', () => {
    fc.assert(
      fc.property(fc.array(section, { minLength: 1, maxLength: 8 }), (sections) => {
        const pieces = splitSections(Buffer.from(JSON.stringify({ sections })));
        expect(pieces?.map((piece) => JSON.parse(piece.toString()) as unknown)).toEqual(sections);
      }),
    );
  });

  it('is not split where it is laid out in another way or holds too many', () => {
    const one = { collection: 'software', items: [] };
    const of = (value: unknown) => splitSections(Buffer.from(JSON.stringify(value)));
    expect(of({ sections: Array.from({ length: 64 }, () => one) })).toHaveLength(64);
    expect(of({ sections: Array.from({ length: 65 }, () => one) })).toBeUndefined();
    expect(of({ sections: [{ items: [], collection: 'software' }] })).toBeUndefined();
    expect(of({ sections: [one], more: 1 })).toBeUndefined();
    expect(splitSections(Buffer.alloc(0))).toBeUndefined();
  });
});
