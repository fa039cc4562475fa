import type { CaptureGap, CaptureGaps } from './types.ts';

// Messages out of TCP, both directions apart, as far as they matter: answers of controllers are short. Bytes that the capture
// lost are counted and passed over; what stands behind them is read.

/** One direction of a conversation. */
export type Side = { from: string; fromPort: number; to: string; toPort: number };

/** When and where in the capture. */
export type Place = { atMs: number; packet: number };

export type Segment = {
  side: Side;
  sequence: number;
  isStart: boolean;
  /** Bytes of it that were on the wire and are not in the capture. */
  cutBytes: number;
  data: Buffer;
  place: Place;
  /** The sender's MAC address, where it is its own. */
  via: string | undefined;
};

export type StreamMessage = { side: Side; via: string | undefined; bytes: Buffer; place: Place };

/** Length of the message at the start; undefined while too little is there, 0 for what is none. */
export type LengthOf = (bytes: Buffer) => number | undefined;

const maxFlows = 4_096;
const maxHeldBytes = 65_536;
/** Segments that wait for one before them. */
const maxEarly = 16;
const maxEarlyBytes = 8 * 1024 * 1024;
/** Directions whose gaps are told one by one. */
const maxGaps = 64;

type Early = Pick<Segment, 'data' | 'cutBytes' | 'place'>;
type Flow = {
  side: Side;
  via: string | undefined;
  lengthOf: LengthOf;
  /** The sequence number that comes next; undefined before the first segment. */
  next: number | undefined;
  held: Buffer;
  early: Map<number, Early>;
  /** Bytes of a message whose middle is lost that are still to come. */
  owed: number;
};

/** Sequence numbers wrap; the distance is signed. */
const distance = (from: number, to: number): number => (to - from) | 0;

/**
 * Puts segments in order and cuts them into messages. A gap that the next segments do not fill, or the end of the stream, is
 * noted: the rest of the message that it tore is passed over by its length, else reading begins anew behind it.
 */
export const tcpStreams = (lengthOf: (side: Side) => LengthOf | undefined) => {
  const flows = new Map<string, Flow>();
  const gaps = new Map<string, CaptureGap>();
  let gapCount = 0;
  let earlyBytes = 0;

  const noteGap = ({ side }: Flow, bytes: number, place: Place): void => {
    gapCount += 1;
    const name = `${side.from}:${side.fromPort} > ${side.to}:${side.toPort}`;
    const known = gaps.get(name);
    if (known !== undefined) {
      known.count += 1;
      known.bytes += bytes;
    } else if (gaps.size < maxGaps) gaps.set(name, { packet: place.packet, flow: name, count: 1, bytes });
  };

  /** Passes over what is lost. */
  const passOver = (flow: Flow, lost: number, place: Place): void => {
    noteGap(flow, lost, place);
    const whole = flow.owed > 0 ? flow.owed : flow.held.length === 0 ? undefined : flow.lengthOf(flow.held);
    const missing = whole === undefined ? 0 : flow.owed > 0 ? whole : whole - flow.held.length;
    flow.owed = Math.max(0, missing - lost);
    flow.held = Buffer.alloc(0);
  };

  const split = (flow: Flow, data: Buffer, place: Place): StreamMessage[] => {
    const skipped = Math.min(flow.owed, data.length);
    flow.owed -= skipped;
    const fresh = data.subarray(skipped);
    let rest = flow.held.length === 0 ? fresh : Buffer.concat([flow.held, fresh]);
    const messages: StreamMessage[] = [];
    for (;;) {
      const length = flow.lengthOf(rest);
      if (length === 0) {
        rest = Buffer.alloc(0);
        break;
      }
      if (length === undefined || rest.length < length) break;
      messages.push({ side: flow.side, via: flow.via, bytes: rest.subarray(0, length), place });
      rest = rest.subarray(length);
    }
    flow.held = rest.length > maxHeldBytes ? Buffer.alloc(0) : Buffer.from(rest);
    return messages;
  };

  /** Takes a segment that begins at or before what comes next; undefined for one that begins later. */
  const append = (flow: Flow, sequence: number, { data, cutBytes, place }: Early): StreamMessage[] | undefined => {
    const next = flow.next ?? sequence;
    const behind = distance(next, sequence);
    if (behind > 0) return undefined;
    const end = (sequence + data.length + cutBytes) | 0;
    if (distance(next, end) <= 0) return [];
    const messages = -behind < data.length ? split(flow, data.subarray(-behind), place) : [];
    if (cutBytes > 0) passOver(flow, Math.min(cutBytes, distance(next, end)), place);
    flow.next = end;
    return messages;
  };

  const drop = (flow: Flow, sequence: number, { data }: Early): void => {
    flow.early.delete(sequence);
    earlyBytes -= data.length;
  };

  const drain = (flow: Flow): StreamMessage[] => {
    const messages: StreamMessage[] = [];
    for (let found = true; found; ) {
      found = false;
      for (const [sequence, early] of flow.early) {
        const taken = append(flow, sequence, early);
        if (taken === undefined) continue;
        drop(flow, sequence, early);
        messages.push(...taken);
        found = true;
      }
    }
    return messages;
  };

  /** The gap will not be filled: goes on behind it. */
  const skipGap = (flow: Flow): StreamMessage[] => {
    const next = flow.next ?? 0;
    const first = [...flow.early.keys()].sort((a, b) => distance(b, a))[0];
    if (first === undefined) return [];
    passOver(flow, distance(next, first), flow.early.get(first)?.place ?? { atMs: 0, packet: 0 });
    flow.next = first;
    return drain(flow);
  };

  const finish = (flow: Flow): StreamMessage[] => {
    const messages: StreamMessage[] = [];
    while (flow.early.size > 0) messages.push(...skipGap(flow));
    return messages;
  };

  /** The flow of a segment, and the messages of one that had to make room for it. */
  const flowOf = ({ side, via }: Segment, known: LengthOf): { flow: Flow; evicted: StreamMessage[] } => {
    const key = `${side.from} ${side.fromPort} ${side.to} ${side.toPort}`;
    const found = flows.get(key);
    if (found !== undefined) return { flow: found, evicted: [] };
    const evicted: StreamMessage[] = [];
    if (flows.size >= maxFlows) {
      const [oldest, last] = flows.entries().next().value ?? [];
      if (oldest !== undefined && last !== undefined) {
        flows.delete(oldest);
        evicted.push(...finish(last));
      }
    }
    const flow: Flow = {
      side,
      via,
      lengthOf: known,
      next: undefined,
      held: Buffer.alloc(0),
      early: new Map(),
      owed: 0,
    };
    flows.set(key, flow);
    return { flow, evicted };
  };

  return {
    /** The messages that a segment completes, in the order of the stream. */
    read: (segment: Segment): StreamMessage[] => {
      const known = lengthOf(segment.side);
      if (known === undefined) return [];
      const { flow, evicted: messages } = flowOf(segment, known);
      const { sequence, data, cutBytes, place } = segment;
      if (segment.isStart) {
        messages.push(...finish(flow));
        flow.next = (sequence + 1) | 0;
        flow.held = Buffer.alloc(0);
        flow.owed = 0;
        return messages;
      }
      if (data.length + cutBytes > 0) {
        const early: Early = { data, cutBytes, place };
        const taken = append(flow, sequence, early);
        if (taken !== undefined) messages.push(...taken, ...drain(flow));
        else if (!flow.early.has(sequence)) {
          flow.early.set(sequence, { ...early, data: Buffer.from(data) });
          earlyBytes += data.length;
          if (flow.early.size > maxEarly || earlyBytes > maxEarlyBytes) messages.push(...skipGap(flow));
        }
      }
      return messages;
    },
    /** What waited for bytes that never came, at the end of the capture. */
    end: (): StreamMessage[] => [...flows.values()].flatMap(finish),
    /** Gaps by direction, as far as there is room, and how many there were. */
    gaps: (): CaptureGaps => ({ byFlow: [...gaps.values()], count: gapCount }),
  };
};
