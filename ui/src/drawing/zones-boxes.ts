import { fitted, textWidth } from './text-width.ts';
import {
  type Cell,
  type DrawnController,
  type DrawnLevel,
  type DrawnZone,
  isAbnormal,
  type NameLine,
  type ZoneBox,
} from './zones-model.ts';

// Boxes of zones: which line of the drawing each stands in, how wide it is, what is inside.

export const left = 112;
export const contentWidth = 848;
const gap = 16;
const padding = 12;
const pitch = 15;
const minWidth = 148;
const maxWidth = 320;
/** More controllers than these are told as a sum. */
const maxCells = 60;
const maxNames = 3;

const rank: Readonly<Record<DrawnLevel, number>> = { critical: 0, warning: 1, info: 2, ok: 3 };

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** By name as people count: PLC-2 before PLC-10; the id decides between equals. */
const byName = (a: { name: string; id: string }, b: { name: string; id: string }): number =>
  a.name.localeCompare(b.name, 'en', { numeric: true, sensitivity: 'base' }) || compare(a.id, b.id);

/** Zones of a row in the order in which their upper neighbours stand, so that few lines cross. */
export const ordered = (zones: readonly DrawnZone[], placeOf: (zone: string) => number | undefined): DrawnZone[] =>
  zones
    .map((zone) => ({ zone, place: placeOf(zone.id) ?? Number.MAX_SAFE_INTEGER }))
    .sort((a, b) => a.place - b.place || byName(a.zone, b.zone))
    .map(({ zone }) => zone);

const wanted = (zone: DrawnZone): number => {
  const cells = zone.controllers.length > maxCells ? 0 : Math.min(8, zone.controllers.length) * pitch;
  const abnormal = zone.controllers.filter(isAbnormal).map(({ name }) => textWidth(name) + 20);
  const inside = Math.max(cells, textWidth(zone.name), textWidth(zone.note), ...abnormal.slice(0, maxNames));
  return Math.min(maxWidth, Math.max(minWidth, inside + 2 * padding));
};

export type Placed = { readonly zone: DrawnZone; readonly x: number; readonly width: number };

/** Fills lines from the left; what is left over at the end of a line is shared among its boxes. */
export const linesOf = (zones: readonly DrawnZone[]): Placed[][] => {
  const lines: { zone: DrawnZone; width: number }[][] = [];
  let used = contentWidth + 1;
  for (const zone of zones) {
    const width = wanted(zone);
    if (used + gap + width > contentWidth) {
      lines.push([]);
      used = -gap;
    }
    lines.at(-1)?.push({ zone, width });
    used += gap + width;
  }
  return lines.map((line) => {
    const spare = contentWidth - line.reduce((sum, { width }) => sum + width, 0) - gap * (line.length - 1);
    const share = Math.floor(spare / line.length);
    let x = left;
    return line.map(({ zone, width }, index) => {
      const last = index === line.length - 1 ? left + contentWidth - x : width + share;
      const placed = { zone, x, width: last };
      x += placed.width + gap;
      return placed;
    });
  });
};

const named = (controllers: readonly DrawnController[]): DrawnController[] =>
  controllers.filter(isAbnormal).sort((a, b) => rank[a.level] - rank[b.level] || byName(a, b));

/** What is inside a box whose top is at `y`; its height is what it needs. */
export const boxOf = ({ zone, x, width }: Placed, y: number): ZoneBox => {
  const inner = width - 2 * padding;
  const grouped = zone.controllers.length > maxCells;
  const perLine = Math.max(1, Math.floor(inner / pitch));
  const shown = grouped ? [] : [...zone.controllers].sort(byName);
  const cellsTop = y + 50;
  const cells = shown.map(
    ({ level }, index): Cell => ({
      x: x + padding + (index % perLine) * pitch,
      y: cellsTop + Math.floor(index / perLine) * pitch,
      level,
    }),
  );
  const abnormal = named(zone.controllers);
  let next = cellsTop + Math.ceil(shown.length / perLine) * pitch + 12;
  const names = abnormal.slice(0, maxNames).map(
    (controller, index): NameLine => ({
      x: x + padding,
      y: next + index * 18,
      controller: controller.id,
      text: fitted(controller.name, inner - 18),
      level: controller.level,
    }),
  );
  next += names.length * 18;
  return {
    id: zone.id,
    x,
    y,
    width,
    height: next + 12 - y,
    name: fitted(zone.name, inner),
    note: fitted(zone.note, inner),
    lines: { nameY: y + 20, noteY: y + 37 },
    cells,
    grouped,
    names,
    more: abnormal.length - names.length,
    sumY: next,
  };
};
