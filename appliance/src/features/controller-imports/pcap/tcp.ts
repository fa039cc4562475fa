// Bytes of TCP in order, of both sides, as far as they matter: answers of controllers are short. What does not fit into the
// bounds is forgotten, never waited for.

export type Segment = { flow: string; sequence: number; isStart: boolean; data: Buffer };

const maxFlows = 4_096;
const maxHeldBytes = 65_536;
const maxEarly = 16;

type Flow = { next: number | undefined; held: Buffer; early: Map<number, Buffer> };

/** Sequence numbers wrap; the distance is signed. */
const distance = (from: number, to: number): number => (to - from) | 0;

/**
 * Puts segments in order. `take` returns all bytes of the flow that are not consumed yet; `keep` says what is left of them.
 * A gap that is not filled by the next few segments is skipped: the parser starts anew behind it.
 */
export const tcpFlows = () => {
  const flows = new Map<string, Flow>();

  const flowOf = (key: string): Flow => {
    const known = flows.get(key);
    if (known !== undefined) return known;
    if (flows.size >= maxFlows) flows.delete(flows.keys().next().value ?? '');
    const flow: Flow = { next: undefined, held: Buffer.alloc(0), early: new Map() };
    flows.set(key, flow);
    return flow;
  };

  const append = (flow: Flow, sequence: number, data: Buffer): boolean => {
    const behind = distance(flow.next ?? sequence, sequence);
    if (behind > 0) return false;
    const fresh = data.subarray(-behind);
    if (-behind < data.length) {
      flow.held = flow.held.length === 0 ? Buffer.from(fresh) : Buffer.concat([flow.held, fresh]);
      flow.next = (sequence + data.length) | 0;
    }
    return true;
  };

  const drain = (flow: Flow): void => {
    for (let found = true; found; ) {
      found = false;
      for (const [sequence, data] of flow.early) {
        if (!append(flow, sequence, data)) continue;
        flow.early.delete(sequence);
        found = true;
      }
    }
  };

  return {
    take: ({ flow: key, sequence, isStart, data }: Segment): Buffer => {
      const flow = flowOf(key);
      if (isStart) {
        flow.next = (sequence + 1) | 0;
        flow.held = Buffer.alloc(0);
        flow.early.clear();
        return flow.held;
      }
      if (data.length === 0) return Buffer.alloc(0);
      if (!append(flow, sequence, data)) {
        flow.early.set(sequence, Buffer.from(data));
        if (flow.early.size <= maxEarly) return Buffer.alloc(0);
        // The gap will not be filled: go on behind it.
        flow.held = Buffer.alloc(0);
        flow.next = [...flow.early.keys()].sort((a, b) => distance(b, a))[0] ?? sequence;
      }
      drain(flow);
      return flow.held;
    },
    keep: (key: string, rest: Buffer): void => {
      const flow = flows.get(key);
      if (flow !== undefined) flow.held = rest.length > maxHeldBytes ? Buffer.alloc(0) : Buffer.from(rest);
    },
  };
};
