import { toHex } from '@sallyport/bundle-tools/versions/key';
import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import { allOperations } from '../../appliance/src/all-operations.ts';
import type { Appliance } from '../../appliance/src/compose.ts';
import { entryParts } from '../../appliance/src/entry-parts.ts';
import { advisory } from '../../appliance/test/support/advisory-parts.ts';
import { admin } from '../../appliance/test/support/engines.ts';

// What the product tells somebody, as words: a page, the answer of an operation, what its command prints.

/** The words of a page, without its frame. */
export const mainText = (html: string): string =>
  (/<main[^>]*>([\s\S]*)<\/main>/.exec(html)?.[1] ?? html)
    .replace(/<(nav|script|style|template)[\s\S]*?<\/\1>/g, ' ')
    // The words of a fingerprint are drawn, and "update" is one of the 2,048.
    .replace(/<ol class="words"[\s\S]*?<\/ol>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/\s+/g, ' ');

/** Answers of operations to an administrator, and what their commands print. */
export const toldBy = (appliance: Appliance) => {
  const named = (name: string, input: Record<string, unknown>) => {
    const operation = allOperations.find((one) => one.name === name);
    if (operation === undefined) throw new Error(`no operation ${name}`);
    const parsed = operation.input.parse(input);
    const context = { ...entryParts(appliance), actor: admin, note: () => undefined };
    return { operation, parsed, answer: async (): Promise<unknown> => operation.run(context as never, parsed) };
  };
  return {
    answer: (name: string, input: Record<string, unknown>): Promise<unknown> => named(name, input).answer(),
    printed: async (name: string, input: Record<string, unknown>): Promise<string> => {
      const { operation, parsed, answer } = named(name, input);
      const lines: string[] = [];
      operation.command?.print(
        {
          line: (line) => lines.push(line),
          note: (line) => lines.push(line),
          table: (head, rows) => lines.push(...[head, ...rows].map((row) => row.join(' '))),
        },
        await answer(),
        parsed,
      );
      return lines.join('\n');
    },
  };
};

/** A record of a feed: a package of an ecosystem is affected below a version. */
export const fixedBy = (ecosystem: string, name: string, fixed: string, more: Parameters<typeof advisory>[2] = {}) => {
  const hi = toHex(keyFor(ecosystem, fixed) ?? new Uint8Array());
  const affected = { ecosystem, package: name, ranges: [{ lo: '', hi, fixed, comparable: true }] };
  return advisory(`A-${ecosystem}-${name}`, affected, more);
};
