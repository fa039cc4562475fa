// What the drawing of zones and conduits is made of, and what comes out: places and texts, no markup.

export type DrawnLevel = 'critical' | 'warning' | 'info' | 'ok';

/** Whether it is not normal: one of which nothing is known is named by no line. */
export const isAbnormal = ({ level }: { readonly level: DrawnLevel }): boolean =>
  level === 'critical' || level === 'warning';

export type DrawnController = { readonly id: string; readonly name: string; readonly level: DrawnLevel };

export type DrawnZone = {
  readonly id: string;
  readonly name: string;
  /** One of the rows, downwards. */
  readonly row: string;
  /** A second line: security levels. */
  readonly note: string;
  readonly controllers: readonly DrawnController[];
};

export type DrawnConduit = {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** What may go through it, in a few words. */
  readonly text: string;
  /** `medium`: there is no network. */
  readonly dashed: boolean;
};

export type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** A controller in its place: a square, or its shape where it is not normal. */
export type Cell = { readonly x: number; readonly y: number; readonly level: DrawnLevel };

/** A controller that is not normal, by name below the squares. */
export type NameLine = {
  readonly x: number;
  readonly y: number;
  readonly controller: string;
  readonly text: string;
  readonly level: DrawnLevel;
};

export type ZoneBox = Box & {
  readonly id: string;
  /** As it fits. */
  readonly name: string;
  readonly note: string;
  readonly cells: readonly Cell[];
  /** Not every controller has a place: the sum says how many there are. */
  readonly grouped: boolean;
  readonly names: readonly NameLine[];
  /** How many more are not normal than are named. */
  readonly more: number;
  /** Where the line that sums up stands. */
  readonly sumY: number;
  readonly lines: { readonly nameY: number; readonly noteY: number };
};

export type Point = { readonly x: number; readonly y: number };

export type ConduitLine = {
  readonly id: string;
  readonly points: readonly Point[];
  readonly dashed: boolean;
  /** Its text stands on the line, over a patch of the background. */
  readonly label: Box & { readonly text: string };
};

export type RowBand = { readonly row: string; readonly y: number; readonly height: number };

export type ZonesDrawing = {
  readonly width: number;
  readonly height: number;
  readonly rows: readonly RowBand[];
  readonly zones: readonly ZoneBox[];
  readonly conduits: readonly ConduitLine[];
};

export type ZonesInput = {
  /** Rows from the top; those without zones are left out. */
  readonly rows: readonly string[];
  readonly zones: readonly DrawnZone[];
  readonly conduits: readonly DrawnConduit[];
};
