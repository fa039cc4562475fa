import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../test/support/chance.ts';
import { layoutZones } from '../src/drawing/zones-layout.ts';
import type { Box, DrawnConduit, DrawnZone, Point, ZonesDrawing, ZonesInput } from '../src/drawing/zones-model.ts';

const rows = ['5', '4', 'dmz', '3', '2', '1', '0'];

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const overlaps = (boxes: readonly Box[]): [Box, Box][] =>
  boxes.flatMap((a, index) => boxes.slice(index + 1).flatMap((b): [Box, Box][] => (overlap(a, b) ? [[a, b]] : [])));

const segments = (points: readonly Point[]): [Point, Point][] =>
  points.slice(1).map((point, index) => [points[index] ?? point, point]);

/** A stretch of a line that lies inside a box, not on its edge. */
const crosses = ([a, b]: [Point, Point], box: Box): boolean =>
  Math.max(a.x, b.x) > box.x &&
  Math.min(a.x, b.x) < box.x + box.width &&
  Math.max(a.y, b.y) > box.y &&
  Math.min(a.y, b.y) < box.y + box.height;

const isOn = (point: Point, box: Box): boolean =>
  point.x >= box.x && point.x <= box.x + box.width && (point.y === box.y || point.y === box.y + box.height);

const inside = (drawing: ZonesDrawing, box: Box): boolean =>
  box.x >= 0 && box.y >= 0 && box.x + box.width <= drawing.width && box.y + box.height <= drawing.height;

const zone = (index: number): fc.Arbitrary<DrawnZone> =>
  fc.record({
    id: fc.constant(`z${index}`),
    name: fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }),
    row: fc.constantFrom(...rows),
    note: fc.string({ maxLength: 40 }),
    controllers: fc.array(
      fc.record({
        id: fc.uuid(),
        name: fc.string({ maxLength: 80 }),
        level: fc.constantFrom('critical', 'warning', 'ok' as const),
      }),
      { maxLength: 70 },
    ),
  });

const plant: fc.Arbitrary<ZonesInput> = fc
  .tuple(
    fc
      .integer({ min: 0, max: 14 })
      .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => zone(index)))),
    fc.array(fc.tuple(fc.nat(15), fc.nat(15), fc.string({ maxLength: 60 }), fc.boolean()), { maxLength: 30 }),
  )
  .map(([zones, ends]) => ({
    rows,
    zones,
    conduits: ends.map(
      ([from, to, text, dashed], index): DrawnConduit => ({
        id: `c${index}`,
        from: `z${from}`,
        to: `z${to}`,
        text,
        dashed,
      }),
    ),
  }));

const judge = (input: ZonesInput): ZonesDrawing => {
  const drawing = layoutZones(input);
  const { zones, conduits } = drawing;
  expect(zones.map(({ id }) => id).sort()).toEqual(input.zones.map(({ id }) => id).sort());
  expect(overlaps(zones)).toEqual([]);
  expect(overlaps(conduits.map(({ label }) => label))).toEqual([]);
  expect([...zones, ...conduits.map(({ label }) => label)].filter((box) => !inside(drawing, box))).toEqual([]);
  const known = new Map(zones.map((box) => [box.id, box]));
  const wanted = input.conduits.filter(({ from, to }) => from !== to && known.has(from) && known.has(to));
  expect(conduits.map(({ id }) => id).sort()).toEqual(wanted.map(({ id }) => id).sort());
  for (const { id, points, label } of conduits) {
    const { from = '', to = '' } = input.conduits.find((conduit) => conduit.id === id) ?? {};
    const [a, b] = [known.get(from), known.get(to)];
    const ends = [points[0], points.at(-1)];
    expect([a, b].every((box) => box && ends.some((point) => point && isOn(point, box)))).toBe(true);
    expect(segments(points).every(([p, q]) => p.x === q.x || p.y === q.y)).toBe(true);
    expect(segments(points).flatMap((part) => zones.filter((box) => crosses(part, box)))).toEqual([]);
    expect(zones.filter((box) => overlap(label, box))).toEqual([]);
    expect(points.every(({ x, y }) => x >= 0 && x <= drawing.width && y >= 0 && y <= drawing.height)).toBe(true);
  }
  for (const box of zones) {
    const given = input.zones.find(({ id }) => id === box.id);
    const abnormal = given?.controllers.filter(({ level }) => level !== 'ok').length ?? 0;
    expect(box.names.length + box.more).toBe(abnormal);
    if (!box.grouped) expect(box.cells.filter(({ level }) => level !== 'ok')).toHaveLength(abnormal);
    expect(
      box.cells.filter(
        ({ x, y }) => x < box.x || y < box.y || x + 12 > box.x + box.width || y + 12 > box.y + box.height,
      ),
    ).toEqual([]);
  }
  return drawing;
};

describe('the drawing of zones', () => {
  it('has every zone and conduit, no box on another, no line through a box', () => {
    fc.assert(
      fc.property(plant, (input) => void judge(input)),
      { numRuns: runs(60) },
    );
  });

  it('is the same whatever the order of what is given', () => {
    fc.assert(
      fc.property(plant, (input) => {
        const turned = { ...input, zones: [...input.zones].reverse(), conduits: [...input.conduits].reverse() };
        expect(layoutZones(turned)).toEqual(layoutZones(input));
      }),
      { numRuns: runs(40) },
    );
  });

  it('keeps to a bounded size with 1,000 controllers in 100 zones', () => {
    const controllers = (of: number, count: number): DrawnZone['controllers'] =>
      Array.from({ length: count }, (_, index) => ({
        id: `${of}-${index}`,
        name: `PLC-${of}-${index}`,
        level: index === 3 ? 'critical' : 'ok',
      }));
    const zones = Array.from(
      { length: 100 },
      (_, index): DrawnZone => ({
        id: `z${index}`,
        name: `Z-CELL${index} Osmosis`,
        row: index === 0 ? '3' : index < 10 ? '2' : '1',
        note: 'SL-T 2, SL-A 2',
        controllers: controllers(index, 10),
      }),
    );
    const conduits = Array.from(
      { length: 99 },
      (_, index): DrawnConduit => ({
        id: `c${index}`,
        from: index < 9 ? 'z0' : `z${1 + (index % 9)}`,
        to: `z${index + 1}`,
        text: 'S7, OPC UA, 4 rules',
        dashed: false,
      }),
    );
    const drawing = judge({ rows, zones, conduits });
    expect(drawing.width).toBeLessThanOrEqual(1_150);
    expect(drawing.height).toBeLessThanOrEqual(8_000);
  });

  it('tells the sum instead of squares where a zone has many controllers', () => {
    const controllers = Array.from({ length: 214 }, (_, index) => ({
      id: String(index),
      name: `PLC-${index}`,
      level: index < 5 ? ('warning' as const) : ('ok' as const),
    }));
    const drawing = judge({ rows, zones: [{ id: 'z', name: 'Z', row: '1', note: '', controllers }], conduits: [] });
    expect(drawing.zones[0]).toMatchObject({ grouped: true, cells: [], more: 2 });
    expect(drawing.height).toBeLessThan(200);
  });
});
