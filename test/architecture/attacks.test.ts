import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AttackRow, attackRows } from '../../bundle-tools/test/attack-rows.ts';
import { repositoryRoot, sourceFiles } from '../support/sources.ts';

// The attack table cannot have a row that nobody tries, nor the threat model one that the table does not have.

const rows: [string, AttackRow][] = Object.entries(attackRows);
const tests = sourceFiles('bundle-tools', 'appliance', 'agent', 'test').filter(({ path }) => path.endsWith('.test.ts'));
const registered = (id: string): string[] =>
  tests.filter(({ text }) => new RegExp(`\\battack(?:Each)?\\(\\s*'${id}'`).test(text)).map(({ path }) => path);
const textOf = (file: string): string =>
  existsSync(join(repositoryRoot, file)) ? readFileSync(join(repositoryRoot, file), 'utf8') : '';

describe('the attack table', () => {
  it('has a test for each row', () => {
    const without = rows.filter(([id, { by }]) => by === undefined && registered(id).length === 0).map(([id]) => id);
    expect(without).toEqual([]);
  });

  it('names tests that are there', () => {
    const wrong = rows.flatMap(([id, { by = [] }]) =>
      by.filter(({ file, text }) => !textOf(file).includes(text)).map(({ file, text }) => `${id}: ${file}: ${text}`),
    );
    expect(wrong).toEqual([]);
  });

  it('stands in the threat model, row by row', () => {
    const document = textOf('docs/threat-model.md');
    const line = ([id, row]: [string, AttackRow]): string => {
      const files = [...new Set([...registered(id), ...(row.by ?? []).map(({ file }) => file)])].sort();
      return `| ${row.attack} | ${row.expect} | ${files.map((file) => `\`${file}\``).join(', ')} |`;
    };
    expect(rows.map(line).filter((text) => !document.includes(text))).toEqual([]);
  });
});
