import { gzipSync } from 'node:zlib';

// osquery's remote API from the client's side, with the habits that its documentation and users describe: it never looks
// at the HTTP status; an empty body is success; `node_invalid` throws the key away; a failed fetch is tried again after
// one and four seconds; log lines are kept until they are taken; answers are tried three times, kept, and tried again with the next ones;
// `accelerate` counts only as an integer; one discovery query that fails drops the whole round. It shares no code with
// the server. It holds no timers: whoever drives it says when a cycle is due, so ten thousand of them cost little.

type Rows = ReadonlyArray<Record<string, string>>;
export type Outcome = { rows: Rows } | { error: string };

/** The machine that a client runs on: answers SQL. */
export type Machine = {
  query(sql: string): Outcome;
  hostDetails: Readonly<Record<string, Record<string, string>>>;
  /** Files that can be carved. */
  file?(path: string): Buffer | undefined;
};

/** Sends one request and gives the body whatever the status was; throws when there was no answer. */
export type Post = (path: string, body: string | Uint8Array, headers: Record<string, string>) => Promise<string>;

type OsqueryOptions = {
  post: Post;
  secret: string;
  hostIdentifier: string;
  machine: Machine;
  /** Waits between tries; tests pass one that does not. */
  wait?: (ms: number) => Promise<void>;
  clock?: () => number;
  compressLogs?: boolean;
  /** Older versions say their key in the body alone. */
  isOld?: boolean;
  maxLogLines?: number;
  /** What a carve is cut into. */
  carveBlockBytes?: number;
  /** Queries that the watchdog killed before: refused for a day. */
  denylisted?: (sql: string) => boolean;
};

export type OsqueryClient = {
  readonly nodeKey: string | undefined;
  /** Names of the scheduled queries in force. */
  readonly schedule: readonly string[];
  /** How often it enrolled, successfully or not. */
  readonly enrolments: number;
  /** Milliseconds until the next poll: five seconds while accelerated. */
  readonly intervalMs: number;
  readonly waitingLogLines: number;
  /** Rounds of answers that were not taken. */
  readonly lost: number;
  /** Queries of the last round by name. */
  readonly lastRound: Readonly<Record<string, string>>;
  /** Questions that the client puts into its next round by itself, as if the server had asked them. */
  extra(queries: Readonly<Record<string, string>>): void;
  enrol(): Promise<boolean>;
  refreshConfig(): Promise<boolean>;
  /** One cycle of distributed queries: read, run, write. False when nothing could be fetched. */
  poll(): Promise<boolean>;
  log(lines: readonly Record<string, unknown>[]): Promise<boolean>;
  flushLogs(): Promise<boolean>;
};

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
type Answers = {
  queries: Record<string, Rows>;
  statuses: Record<string, number>;
  messages: Record<string, string>;
  stats: Json;
};
const retryWaitsMs = [1_000, 4_000];
const writeTries = 3;
const acceleratedMs = 5_000;
const denylistMessage = 'distributed query is denylisted';

/** One client; the machine under it may be shared by many. */
export const osqueryClient = (options: OsqueryOptions): OsqueryClient => {
  const { post, machine } = options;
  const wait = options.wait ?? (async () => undefined);
  const clock = options.clock ?? Date.now;
  const state = {
    nodeKey: undefined as string | undefined,
    schedule: [] as string[],
    enrolments: 0,
    intervalMs: 60_000,
    acceleratedUntil: 0,
    logs: [] as Json[],
    lost: 0,
    unsaid: { queries: {}, statuses: {}, messages: {}, stats: {} } as Answers,
    lastRound: {} as Record<string, string>,
    extra: {} as Readonly<Record<string, string>>,
  };

  /** The body as an object; undefined is a failure. The status has no say. */
  const call = async (
    path: string,
    body: Json | Uint8Array,
    headers: Record<string, string> = {},
  ): Promise<Json | undefined> => {
    let text: string;
    try {
      const bytes = body instanceof Uint8Array ? body : JSON.stringify(body);
      text = await post(path, bytes, { 'content-type': 'application/json', ...headers });
    } catch {
      return undefined;
    }
    if (text === '') return {};
    let answer: unknown;
    try {
      answer = JSON.parse(text);
    } catch {
      return undefined;
    }
    if (!isObject(answer)) return undefined;
    if (answer['node_invalid'] === true || answer['node_invalid'] === '1' || answer['node_invalid'] === 'true') {
      state.nodeKey = undefined;
      return undefined;
    }
    return 'error' in answer ? undefined : answer;
  };

  const enrol = async (): Promise<boolean> => {
    state.enrolments += 1;
    const answer = await call('/api/osquery/enroll', {
      enroll_secret: options.secret,
      host_identifier: options.hostIdentifier,
      platform_type: '9',
      host_details: machine.hostDetails,
    });
    const key = answer?.['node_key'];
    if (typeof key !== 'string' || key === '') return false;
    state.nodeKey = key;
    return true;
  };

  /** A call as the node, which enrols first when it has no key. */
  const asNode = async (path: string, body: Json): Promise<Json | undefined> => {
    if (state.nodeKey === undefined && !(await enrol())) return undefined;
    // It says its key behind what was ready, and in a header as well.
    const headers = options.isOld === true ? {} : { authorization: `NodeKey ${state.nodeKey}` };
    return call(path, { ...body, node_key: state.nodeKey }, headers);
  };

  const withRetries = async (work: () => Promise<Json | undefined>): Promise<Json | undefined> => {
    for (const ms of retryWaitsMs) {
      const answer = await work();
      if (answer !== undefined) return answer;
      await wait(ms);
    }
    return work();
  };

  const carve = async (path: string, requestId: string): Promise<void> => {
    const file = machine.file?.(path);
    if (file === undefined) return;
    const size = options.carveBlockBytes ?? 300_000;
    const count = Math.max(1, Math.ceil(file.length / size));
    const begun = await asNode('/api/osquery/carve/begin', {
      block_count: count,
      block_size: size,
      carve_size: file.length,
      carve_id: requestId,
      request_id: requestId,
    });
    const session = begun?.['session_id'];
    if (typeof session !== 'string') return;
    for (let block = 0; block < count; block += 1) {
      const data = file.subarray(block * size, (block + 1) * size).toString('base64');
      const body = { block_id: block, session_id: session, request_id: requestId, data };
      if ((await withRetries(() => call('/api/osquery/carve/block', body))) === undefined) return;
    }
  };

  const carvePath = /from\s+carves\s+where\s+path\s*=\s*'((?:[^']|'')+)'\s+and\s+carve\s*=\s*1/i;

  const run = (queries: Record<string, string>): { answers: Answers; carves: [path: string, request: string][] } => {
    const answers: Answers = { queries: {}, statuses: {}, messages: {}, stats: {} };
    const carves: [string, string][] = [];
    const fail = (name: string, message: string): void => {
      answers.queries[name] = [];
      answers.statuses[name] = 1;
      answers.messages[name] = message;
    };
    for (const [name, sql] of Object.entries(queries)) {
      if (options.denylisted?.(sql)) {
        fail(name, denylistMessage);
        continue;
      }
      const path = carvePath.exec(sql)?.[1]?.replaceAll("''", "'");
      if (path !== undefined) {
        const request = `carve-${name}-${options.hostIdentifier}`;
        carves.push([path, request]);
        answers.queries[name] = [{ path, status: 'STARTING', carve_guid: request, request_id: request }];
        answers.statuses[name] = 0;
        continue;
      }
      const outcome = machine.query(sql);
      if ('error' in outcome) {
        fail(name, outcome.error);
        continue;
      }
      answers.queries[name] = outcome.rows;
      answers.statuses[name] = 0;
      answers.messages[name] = '';
      answers.stats[name] = { wall_time_ms: 3, user_time: 1, system_time: 1, memory: 4096 };
    }
    return { answers, carves };
  };

  const texts = (value: unknown): Record<string, string> =>
    isObject(value)
      ? Object.fromEntries(
          Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
        )
      : {};

  /** The queries whose discovery found something; undefined when a discovery query failed. */
  const discovered = (answer: Json): Record<string, string> | undefined => {
    const discovery = texts(answer['discovery']);
    const kept: Record<string, string> = {};
    for (const [name, sql] of Object.entries(texts(answer['queries']))) {
      const test = discovery[name];
      if (test !== undefined) {
        const outcome = machine.query(test);
        if ('error' in outcome) return undefined;
        if (outcome.rows.length === 0) continue;
      }
      kept[name] = sql;
    }
    return kept;
  };

  const poll = async (): Promise<boolean> => {
    const answer = await asNode('/api/osquery/distributed/read', {});
    if (answer === undefined) return false;
    const accelerate = answer['accelerate'];
    if (typeof accelerate === 'number' && Number.isInteger(accelerate))
      state.acceleratedUntil = clock() + accelerate * 1000;
    const queries = { ...state.extra, ...discovered(answer) };
    state.extra = {};
    state.lastRound = queries;
    if (Object.keys(queries).length === 0) return true;
    const { answers: own, carves } = run(queries);
    const answers: Answers = {
      queries: { ...state.unsaid.queries, ...own.queries },
      statuses: { ...state.unsaid.statuses, ...own.statuses },
      messages: { ...state.unsaid.messages, ...own.messages },
      stats: { ...state.unsaid.stats, ...own.stats },
    };
    let taken = false;
    for (let tries = 0; tries < writeTries && !taken; tries += 1) {
      if (tries > 0) await wait(retryWaitsMs[tries - 1] ?? 4_000);
      taken = (await asNode('/api/osquery/distributed/write', answers)) !== undefined;
    }
    state.unsaid = taken ? { queries: {}, statuses: {}, messages: {}, stats: {} } : answers;
    if (!taken) state.lost += 1;
    for (const [path, request] of carves) await carve(path, request);
    return true;
  };

  const flushLogs = async (): Promise<boolean> => {
    if (state.logs.length === 0) return true;
    if (state.nodeKey === undefined && !(await enrol())) return false;
    const body = Buffer.from(JSON.stringify({ log_type: 'result', data: state.logs, node_key: state.nodeKey }));
    const answer =
      options.compressLogs === true
        ? await call('/api/osquery/log', gzipSync(body), { 'content-encoding': 'gzip' })
        : await call('/api/osquery/log', body);
    if (answer === undefined) return false;
    state.logs = [];
    return true;
  };

  return {
    get nodeKey() {
      return state.nodeKey;
    },
    get schedule() {
      return state.schedule;
    },
    get enrolments() {
      return state.enrolments;
    },
    get intervalMs() {
      return clock() < state.acceleratedUntil ? acceleratedMs : state.intervalMs;
    },
    get waitingLogLines() {
      return state.logs.length;
    },
    get lost() {
      return state.lost;
    },
    get lastRound() {
      return state.lastRound;
    },
    extra: (queries) => {
      state.extra = queries;
    },
    enrol,
    refreshConfig: async () => {
      const answer = await withRetries(() => asNode('/api/osquery/config', {}));
      // Trouble keeps the configuration; an empty success wipes it.
      if (answer === undefined) return false;
      state.schedule = Object.keys(isObject(answer['schedule']) ? answer['schedule'] : {});
      const interval = isObject(answer['options']) ? answer['options']['distributed_interval'] : undefined;
      if (typeof interval === 'number') state.intervalMs = interval * 1000;
      return true;
    },
    poll,
    log: (lines) => {
      state.logs.push(...lines);
      const most = options.maxLogLines ?? 10_000;
      // The buffer drops the oldest lines.
      if (state.logs.length > most) state.logs.splice(0, state.logs.length - most);
      return flushLogs();
    },
    flushLogs,
  };
};
