import { fitted, textWidth } from './text-width.ts';
import { boxOf, contentWidth, left, linesOf, ordered, type Placed } from './zones-boxes.ts';
import type { ConduitLine, DrawnConduit, Point, RowBand, ZoneBox, ZonesDrawing, ZonesInput } from './zones-model.ts';

// Where zones and conduits stand. Zones fill lines, row by row downwards. Between the lines are channels, at the right edge a
// gutter: conduits run in these alone, so that none crosses a box. In a channel each conduit has a track of its own where it
// would otherwise lie on another one or on its text. The same input gives the same drawing.

const trackHeight = 20;
const channelPadding = 12;
const minChannel = 40;
const portPadding = 14;
const labelHeight = 16;
const maxLabel = 190;
const maxGutter = 160;

type Line = { readonly row: string; readonly boxes: readonly Placed[] };
type Run = {
  readonly conduit: DrawnConduit;
  readonly upper: number;
  readonly lower: number;
  readonly top: Placed;
  readonly bottom: Placed;
};

const spread = (box: Placed, index: number, count: number): number =>
  Math.round(box.x + portPadding + ((box.width - 2 * portPadding) * (index + 1)) / (count + 1));

/** Tracks of one channel: which intervals lie where, first fit. */
const tracksOf = () => {
  const tracks: [number, number][][] = [];
  return {
    /** The first free track, or the first one below `after`. */
    take: (from: number, to: number, after = -1): number => {
      while (tracks.length <= after) tracks.push([]);
      const free = tracks.findIndex(
        (track, index) => index > after && track.every(([a, b]) => to + 8 < a || from - 8 > b),
      );
      const index = free === -1 ? tracks.push([]) - 1 : free;
      tracks[index]?.push([from, to]);
      return index;
    },
    count: () => tracks.length,
  };
};

const placeZones = (input: ZonesInput): Line[] => {
  const lines: Line[] = [];
  const centres = new Map<string, number>();
  const neighbours = new Map<string, string[]>();
  for (const { from, to } of input.conduits) {
    neighbours.set(from, [...(neighbours.get(from) ?? []), to]);
    neighbours.set(to, [...(neighbours.get(to) ?? []), from]);
  }
  for (const row of input.rows) {
    const zones = input.zones.filter((zone) => zone.row === row);
    if (zones.length === 0) continue;
    const placeOf = (zone: string): number | undefined => {
      const known = (neighbours.get(zone) ?? []).flatMap((other) => centres.get(other) ?? []);
      return known.length === 0 ? undefined : known.reduce((sum, x) => sum + x, 0) / known.length;
    };
    for (const boxes of linesOf(ordered(zones, placeOf))) lines.push({ row, boxes });
    for (const { boxes } of lines.filter((line) => line.row === row))
      for (const { zone, x, width } of boxes) centres.set(zone.id, x + width / 2);
  }
  return lines;
};

/** Conduits as runs from an upper to a lower line; what leads to an unknown zone is none. */
const runsOf = (lines: readonly Line[], conduits: readonly DrawnConduit[]): Run[] => {
  const places = new Map(lines.flatMap(({ boxes }, line) => boxes.map((box) => [box.zone.id, { box, line }] as const)));
  return conduits
    .flatMap((conduit): Run[] => {
      const [from, to] = [places.get(conduit.from), places.get(conduit.to)];
      if (from === undefined || to === undefined || from === to) return [];
      const isDown = from.line < to.line || (from.line === to.line && from.box.x < to.box.x);
      const [top, bottom] = isDown ? [from, to] : [to, from];
      return [{ conduit, upper: top.line, lower: bottom.line, top: top.box, bottom: bottom.box }];
    })
    .sort(
      (a, b) =>
        a.upper - b.upper ||
        a.lower - b.lower ||
        a.bottom.x - b.bottom.x ||
        a.top.x - b.top.x ||
        (a.conduit.id < b.conduit.id ? -1 : 1),
    );
};

type Ports = { readonly upper: Map<Run, number>; readonly lower: Map<Run, number> };

/** Where each conduit leaves its upper box and enters its lower one. */
const portsOf = (runs: readonly Run[]): Ports => {
  const upper = new Map<Run, number>();
  const lower = new Map<Run, number>();
  const centre = (box: Placed): number => box.x + box.width / 2;
  // Within one line both ends are at the bottom: the right one enters from below.
  const enters = runs.filter((run) => run.upper < run.lower);
  for (const group of Map.groupBy(enters, (run) => run.bottom.zone.id).values()) {
    const sorted = [...group].sort((a, b) => centre(a.top) - centre(b.top));
    for (const [index, run] of sorted.entries()) lower.set(run, spread(run.bottom, index, sorted.length));
  }
  const bottoms: { run: Run; box: Placed; aim: number; ends: Map<Run, number> }[] = runs.flatMap((run) => {
    const own = { run, box: run.top, aim: lower.get(run) ?? centre(run.bottom), ends: upper };
    return run.upper < run.lower ? [own] : [own, { run, box: run.bottom, aim: centre(run.top), ends: lower }];
  });
  for (const group of Map.groupBy(bottoms, ({ box }) => box.zone.id).values()) {
    const sorted = [...group].sort((a, b) => a.aim - b.aim);
    const taken: number[] = [];
    sorted.forEach(({ run, box, aim, ends }, index) => {
      // Straight down where it can be; else the ports share the edge evenly.
      const isStraight =
        run.lower === run.upper + 1 &&
        aim >= box.x + portPadding &&
        aim <= box.x + box.width - portPadding &&
        taken.every((x) => Math.abs(x - aim) >= 10);
      const x = isStraight ? aim : spread(box, index, sorted.length);
      taken.push(x);
      ends.set(run, x);
    });
  }
  return { upper, lower };
};

/** The whole drawing. */
export const layoutZones = (input: ZonesInput): ZonesDrawing => {
  const lines = placeZones(input);
  const runs = runsOf(lines, input.conduits);
  const ports = portsOf(runs);
  const long = runs.filter((run) => run.lower > run.upper + 1);
  const lanePitch = Math.min(10, maxGutter / Math.max(1, long.length));
  const right = left + contentWidth;
  const laneX = new Map(long.map((run, index) => [run, Math.round((right + 12 + index * lanePitch) * 10) / 10]));
  const channels = lines.map(() => tracksOf());

  const planned = runs.map((run) => {
    const [from, to] = [ports.upper.get(run) ?? 0, ports.lower.get(run) ?? 0];
    const lane = laneX.get(run);
    const text = fitted(run.conduit.text, maxLabel);
    const width = textWidth(text) + 8;
    const [start, end] = [Math.min(from, lane ?? to), Math.max(from, lane ?? to)];
    const labelAt = (middle: number): number => Math.round(Math.min(Math.max(middle - width / 2, left), right - width));
    const channel = channels[run.upper] ?? tracksOf();
    // On the line across where that is long enough, else on the line down to the lower box, below the turn.
    const isAcross = end - start >= width + 40;
    const isBelow = !isAcross && end > start && lane === undefined && run.lower > run.upper;
    const labelX = labelAt(isAcross ? (start + end) / 2 : isBelow ? to : lane === undefined ? (from + to) / 2 : from);
    const upperTrack = isBelow
      ? channel.take(start, end)
      : channel.take(Math.min(start, labelX), Math.max(end, labelX + width));
    const labelTrack = isBelow ? channel.take(labelX, labelX + width, upperTrack) : upperTrack;
    const lowerTrack =
      lane === undefined ? undefined : channels[run.lower - 1]?.take(Math.min(to, lane), Math.max(to, lane));
    return { run, from, to, lane, text, width, labelX, labelTrack, upperTrack, lowerTrack };
  });

  const zones: ZoneBox[] = [];
  const rows: RowBand[] = [];
  const bottoms: number[] = [];
  let y = 8;
  lines.forEach(({ row, boxes }, index) => {
    const made = boxes.map((box) => boxOf(box, y));
    const height = Math.max(...made.map((box) => box.height));
    zones.push(...made.map((box) => ({ ...box, height })));
    if (rows.at(-1)?.row !== row) rows.push({ row, y, height });
    bottoms.push(y + height);
    const tracks = channels[index]?.count() ?? 0;
    const isLast = index === lines.length - 1;
    const channel = tracks === 0 ? (isLast ? 8 : 16) : Math.max(minChannel, tracks * trackHeight + 2 * channelPadding);
    y += height + channel;
  });

  const trackY = (line: number, track: number): number =>
    (bottoms[line] ?? 0) + channelPadding + trackHeight / 2 + track * trackHeight;
  const topOf = (line: number): number => zones.find(({ id }) => id === lines[line]?.boxes[0]?.zone.id)?.y ?? 0;

  const conduits = planned.map(
    ({ run, from, to, lane, text, width, labelX, labelTrack, upperTrack, lowerTrack }): ConduitLine => {
      const start = { x: from, y: bottoms[run.upper] ?? 0 };
      const turn = trackY(run.upper, upperTrack);
      const end = { x: to, y: run.lower === run.upper ? (bottoms[run.lower] ?? 0) : topOf(run.lower) };
      const around =
        lane === undefined
          ? []
          : [
              { x: lane, y: turn },
              { x: lane, y: trackY(run.lower - 1, lowerTrack ?? 0) },
            ];
      const last = lane === undefined ? turn : trackY(run.lower - 1, lowerTrack ?? 0);
      const all: Point[] = [start, { x: from, y: turn }, ...around, { x: to, y: last }, end];
      return {
        id: run.conduit.id,
        points: all.filter(
          (point, index) => index === 0 || point.x !== all[index - 1]?.x || point.y !== all[index - 1]?.y,
        ),
        dashed: run.conduit.dashed,
        label: { text, x: labelX, y: trackY(run.upper, labelTrack) - labelHeight / 2, width, height: labelHeight },
      };
    },
  );

  return {
    width: right + (long.length === 0 ? 8 : Math.min(maxGutter, long.length * lanePitch) + 20),
    height: y,
    rows,
    zones,
    conduits,
  };
};
