import { randomBytes } from '../../platform/ambient.ts';
import { defined } from '../../platform/defined.ts';
import { collector } from './collector.ts';
import { type Answer, type Client, type Request, urlOf } from './exchange.ts';
import type { Anomaly, Identification, IdentifyOptions, PacketEntry, Switches, Transport, Trouble } from './types.ts';
import { pacer, usualWaitMs, wire } from './wire.ts';

// Drives an exchange and watches the device meanwhile (OT Q5): whatever looks wrong ends it at once.

/** Scan cycles and a busy network move short replies about; slow is what triples beyond this. */
const usualFloorMs = 100;
const slowFactor = 3;
/** No exchange has so many; one that does is a defect, and ends. */
const maxRequests = 128;

const medianOf = (values: readonly number[]): number | undefined =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

type Ended = Trouble | 'stopped' | 'anomaly' | undefined;

/** Runs one exchange over the ways of its protocol. */
export const run = async (
  client: Client,
  switches: Switches,
  transport: Transport,
  options: IdentifyOptions,
): Promise<Identification> => {
  const port = options.port ?? client.allowed.port;
  const packets: PacketEntry[] = [];
  const anomalies: Anomaly[] = [];
  const took: number[] = [];
  const collect = collector();
  const pace = pacer(options);
  let heardAtMs: number | undefined;

  const usual = (): number | undefined => options.usualReplyMs ?? medianOf(took);

  const watchTime = (tookMs: number): void => {
    const usualMs = usual();
    if (usualMs !== undefined && tookMs > slowFactor * Math.max(usualMs, usualFloorMs))
      anomalies.push({ kind: 'slow', atMs: options.clock(), usualMs, replyMs: tookMs });
    took.push(tookMs);
  };

  const watchMode = (): void => {
    const modes = collect.modes();
    const after = modes.at(-1);
    const before = modes.length > 1 ? modes.at(-2) : options.modeBefore;
    if (
      before === 'RUN' &&
      after !== undefined &&
      after !== 'RUN' &&
      !anomalies.some(({ kind }) => kind === 'left-run')
    )
      anomalies.push({ kind: 'left-run', atMs: options.clock(), before, after });
  };

  const runWay = async (kind: 'tcp' | 'udp', attempts: number): Promise<Ended> => {
    const line = wire(transport, options, {
      kind,
      port,
      attempts,
      maxBytes: client.maxBytes,
      lengthOf: client.lengthOf,
      log: packets,
      pacer: pace,
    });
    const random = (count: number): Buffer => Buffer.from(randomBytes(count));
    const exchange = client.exchange({
      kind,
      switches,
      credentials: options.credentials ?? {},
      collect,
      serve: (facts = []) =>
        collect.part('service', `${kind}/${port}`, [
          { field: 'protocol', value: client.allowed.protocol, raw: client.allowed.protocol },
          { field: 'transport', value: kind, raw: kind },
          { field: 'port', value: String(port), raw: String(port) },
          ...facts,
        ]),
      random,
      clock: options.clock,
      url: urlOf(options.host, port),
    });
    const ask = async (request: Request): Promise<{ answer: Answer } | { ended: Ended }> => {
      const heard = await line.ask(request);
      if (heard === 'stopped') return { ended: 'stopped' };
      if (heard === undefined) return { answer: 'closed' };
      if (typeof heard === 'string') {
        if (heard === 'reset') anomalies.push({ kind: 'reset', atMs: options.clock() });
        // Silence of a device that answered before is the slowest of answers.
        if (heard === 'timeout' && took.length > 0) watchTime(options.replyMs ?? usualWaitMs);
        if (anomalies.length > 0) return { ended: 'anomaly' };
        collect.refused(request.gives, heard, request.meaning.key);
        return { answer: heard };
      }
      heardAtMs = options.clock();
      watchTime(heard.tookMs);
      return { answer: heard.message };
    };

    let trouble: Ended;
    let step = exchange.next();
    for (let requests = 0; step.done !== true && requests < maxRequests; requests += 1) {
      const result = await ask(step.value);
      if ('ended' in result) {
        trouble = result.ended;
        break;
      }
      trouble = typeof result.answer === 'string' && step.value.answers !== undefined ? result.answer : undefined;
      // After silence an answer may still come, and would be taken for that of the next request.
      if (trouble === 'timeout' && kind === 'tcp' && client.outlivesSilence !== true) await line.close();
      step = exchange.next(result.answer);
      watchMode();
      if (anomalies.length > 0) {
        trouble = 'anomaly';
        break;
      }
    }
    await line.close();
    return trouble;
  };

  let trouble: Ended;
  for (const { kind, attempts } of client.ways) {
    trouble = await runWay(kind, attempts);
    if (heardAtMs !== undefined || trouble === 'stopped' || trouble === 'anomaly' || trouble === 'denied') break;
  }
  const usualReplyMs = medianOf(took);
  return {
    readings: heardAtMs === undefined ? [] : [collect.reading(heardAtMs, client.allowed.protocol)],
    packets,
    anomalies,
    ...defined({ trouble, usualReplyMs }),
  };
};
