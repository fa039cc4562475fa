import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { minifyCss } from '../../scripts/build-assets.ts';

const source = join(import.meta.dirname, '../src');
const css = readFileSync(join(source, 'assets/app.css'), 'utf8');
const pages = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.tsx'))
  .map((path) => ({ path, text: readFileSync(join(source, path), 'utf8') }));

describe('the style sheet', () => {
  it('is at most 29.4 KB as it is served', () => {
    expect(Buffer.byteLength(minifyCss(css))).toBeLessThanOrEqual(29_400);
  });

  it('keeps to the layers', () => {
    expect(css).toContain('@layer reset, tokens, base, layout, components, pages, narrow, print;');
    const named = [...css.matchAll(/@layer (\w+) \{/g)].map((match) => match[1]);
    expect(new Set(named)).toEqual(
      new Set(['reset', 'tokens', 'base', 'layout', 'components', 'pages', 'narrow', 'print']),
    );
  });

  it('has no z-index but those of the design', () => {
    const used = [...css.matchAll(/z-index: (-?\d+)/g)].map((match) => Number(match[1]));
    expect(used.filter((value) => ![10, 20, 30, 40, 50].includes(value))).toEqual([]);
  });

  it('moves nothing for people who asked for that', () => {
    expect(css).toContain('prefers-reduced-motion');
  });

  it('loads nothing from elsewhere', () => {
    expect(css).not.toMatch(/https?:|url\(["']?\/\//);
  });
});

describe('the pages', () => {
  it('have no inline style, script or handler: the policy of the server forbids them', () => {
    expect(pages.length).toBeGreaterThan(40);
    const inline = /\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=|dangerouslySetInnerHTML/;
    expect(pages.filter(({ text }) => inline.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it('have no text of their own: words come from the catalogue', () => {
    // Letters of Russian and Kazakh, but for the names that the languages have for themselves.
    const own = pages.filter(({ text }) =>
      /\p{Script=Cyrillic}/u.test(text.replace(/\/\/.*|\/\*[\s\S]*?\*\/|'(Қаз|Қазақша|Рус|Русский)'/g, '')),
    );
    expect(own.map(({ path }) => path)).toEqual([]);
  });
});
