import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const css = readFileSync(join(import.meta.dirname, '../src/assets/app.css'), 'utf8');
const themes = ['light', 'dark'] as const;
type Theme = (typeof themes)[number];

const token = (name: string, theme: Theme): string => {
  const found = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(css);
  const color = found?.[theme === 'light' ? 1 : 2];
  if (color === undefined) throw new Error(`app.css has no colour --${name}`);
  return color;
};

// WCAG 2.2, "relative luminance" and "contrast ratio".
const luminance = (color: string): number => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const contrast = (one: string, other: string): number => {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};

const grounds = ['canvas', 'surface', 'sunken', 'hover', 'raised', 'move-bg'];
const on = (names: readonly string[], below: readonly string[]) =>
  names.flatMap((name) => below.flatMap((ground) => themes.map((theme) => [name, ground, theme] as const)));

describe('contrast', () => {
  it('is computed as WCAG does', () => {
    expect(contrast('#ffffff', '#000000')).toBeCloseTo(21, 5);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });

  it.each([
    ...on(['ink', 'ink-2'], grounds),
    ...on(['ink-3', 'crit', 'warn', 'move'], ['canvas', 'surface', 'sunken', 'hover', 'raised']),
    ...on(['crit'], ['crit-bg']),
    ...on(['warn'], ['warn-bg']),
    ...on(['move'], ['move-bg']),
    ...on(['ink'], ['crit-bg', 'warn-bg', 'add-bg', 'del-bg']),
    ...on(['btn-ink'], ['btn']),
  ])('of text is at least 4.5: %s on %s, %s', (name, ground, theme) => {
    expect(contrast(token(name, theme), token(ground, theme))).toBeGreaterThanOrEqual(4.5);
  });

  it.each([
    ...on(['crit-fill', 'warn-fill', 'move-fill', 'neutral-fill', 'line-strong'], ['canvas', 'surface', 'raised']),
    ...on(['crit-fill'], ['crit-bg']),
    ...on(['warn-fill'], ['warn-bg']),
    ...on(['move-fill'], ['move-bg']),
  ])('of shapes and of borders of controls is at least 3: %s on %s, %s', (name, ground, theme) => {
    expect(contrast(token(name, theme), token(ground, theme))).toBeGreaterThanOrEqual(3);
  });
});
