import { type Client, type Exchange, type ExchangeContext, messageOf, planned, type Request } from '../exchange.ts';
import { unlessCut } from '../unless-cut.ts';
import {
  answerIds,
  buildFacts,
  channelOf,
  type Endpoint,
  endpointsOf,
  type Incoming,
  incoming,
  opcuaLength,
  serverFacts,
  sessionToken,
} from './answers.ts';
import type { Reader } from './binary.ts';
import * as requests from './requests.ts';

// OPC UA, port 4840. Sent: HEL, OPN without security, FindServers, GetEndpoints, CLO. With consent (details) and where the
// server lets anybody in without security: CreateSession, ActivateSession (anonymous), Read of BuildInfo, CloseSession.

const noneMode = 1;

const hexCode = (code: number): string => `opcua-0x${code.toString(16).padStart(8, '0')}`;

type Asked<T> = Generator<Request, T | undefined, Buffer | string>;

/** Asks a service and reads its answer; undefined after a refusal, which is noted. */
const call = function* <T>(
  { collect }: ExchangeContext,
  request: Request,
  wanted: number,
  read: (rest: Reader) => T,
): Asked<T> {
  const message = messageOf(yield request);
  if (message === undefined) return undefined;
  const came: Incoming | undefined = unlessCut(() => incoming(message));
  if (came?.kind === 'service' && came.service === wanted && came.result === 0) {
    const result = unlessCut(() => read(came.rest));
    if (result === undefined) collect.refused(request.gives, 'malformed', request.meaning.key);
    return result;
  }
  const code = came?.kind === 'service' ? came.result : came?.kind === 'error' ? came.code : undefined;
  if (code === undefined) collect.refused(request.gives, 'malformed', request.meaning.key);
  else collect.refused(request.gives, 'denied-by-device', hexCode(code));
  return undefined;
};

/** The name under which the server lets anybody in without security. */
const anonymousAt = (endpoints: readonly Endpoint[]): string | undefined =>
  endpoints.find(
    ({ mode, anonymous }) =>
      mode === noneMode && anonymous !== undefined && Buffer.byteLength(anonymous) <= requests.maxPolicyBytes,
  )?.anonymous;

const build = function* (
  context: ExchangeContext,
  channel: requests.Channel,
  count: () => requests.Numbers,
  policy: string,
): Asked<void> {
  const { collect, random, url } = context;
  const create = requests.createSession(channel, count(), url, random(32));
  const session = yield* call(context, create, answerIds.createSession, sessionToken);
  if (session === undefined) return;
  if (!requests.isRepeatable(session)) {
    collect.refused(create.gives, 'malformed', create.meaning.key);
    return;
  }
  const activate = requests.activateSession(channel, count(), session, policy);
  if ((yield* call(context, activate, answerIds.activateSession, () => true)) === true) {
    const request = requests.readBuildInfo(channel, count(), session);
    const facts = yield* call(context, request, answerIds.read, buildFacts);
    if (typeof facts === 'number') collect.refused(request.gives, 'denied-by-device', hexCode(facts));
    else collect.facts(facts ?? []);
  }
  yield* call(context, requests.closeSession(channel, count(), session), answerIds.closeSession, () => true);
};

const exchange = function* (context: ExchangeContext): Exchange {
  const { switches, collect, url } = context;
  if (!switches.identify && !switches.details) return;
  const hello = messageOf(yield requests.hello(url));
  if (hello === undefined) return;
  const acknowledged = unlessCut(() => incoming(hello));
  if (acknowledged?.kind !== 'acknowledged') {
    const code = acknowledged?.kind === 'error' ? hexCode(acknowledged.code) : 'opcua-hello';
    collect.refused(['applicationName'], 'denied-by-device', code);
    return;
  }
  let sequence = 0;
  const count = (): requests.Numbers => {
    sequence += 1;
    return { sequence, atMs: context.clock() };
  };
  const channel = yield* call(context, requests.openChannel(count()), answerIds.openChannel, channelOf);
  if (channel === undefined) return;
  context.serve();
  if (switches.identify) {
    const found = requests.findServers(channel, count(), url);
    collect.facts((yield* call(context, found, answerIds.findServers, serverFacts)) ?? []);
  }
  const asked = requests.getEndpoints(channel, count(), url);
  const endpoints = yield* call(context, asked, answerIds.getEndpoints, endpointsOf);
  collect.facts(endpoints?.facts ?? []);
  context.serve(endpoints?.service ?? []);
  if (switches.details) {
    const policy = anonymousAt(endpoints?.endpoints ?? []);
    const wanted = ['firmwareObserved', 'productName'];
    if (policy === undefined) collect.refused(wanted, 'denied-by-device', 'opcua-no-anonymous');
    else yield* build(context, channel, count, policy);
  }
  yield requests.closeChannel(channel, count());
};

const messages = (ids: string, type = 'MSG'): string =>
  `opcua.transport.type == "${type}" && opcua.servicenodeid.numeric in {${ids}}`;

export const opcua: Client = {
  allowed: {
    protocol: 'opcua',
    port: 4_840,
    kinds: ['tcp'],
    requests: [
      { key: 'opcua.hello', filter: 'opcua.transport.type == "HEL"' },
      { key: 'opcua.open-channel', filter: messages('446', 'OPN') },
      { key: 'opcua.find-servers', filter: messages('422') },
      { key: 'opcua.get-endpoints', filter: messages('428') },
      { key: 'opcua.create-session', filter: messages('461') },
      { key: 'opcua.activate-session', filter: `${messages('467')} && opcua.nodeid.numeric == 321` },
      { key: 'opcua.read-build-info', filter: `${messages('631')} && opcua.nodeid.numeric == 2260` },
      { key: 'opcua.close-session', filter: messages('473') },
      { key: 'opcua.close-channel', filter: messages('452', 'CLO') },
    ],
  },
  ways: [{ kind: 'tcp', attempts: 2 }],
  maxBytes: 1_048_576,
  lengthOf: opcuaLength,
  exchange,
  plan: ({ port, switches, url }) => {
    if (!switches.identify && !switches.details) return [];
    const at = { kind: 'tcp', port } as const;
    const channel = { channel: 0, token: 0 };
    const session = Buffer.of(0, 0);
    const numbers = { sequence: 1, atMs: 0 };
    const list: Request[] = [
      requests.hello(url),
      requests.openChannel(numbers),
      ...(switches.identify ? [requests.findServers(channel, numbers, url)] : []),
      requests.getEndpoints(channel, numbers, url),
      ...(switches.details
        ? [
            requests.createSession(channel, numbers, url, Buffer.alloc(32)),
            requests.activateSession(channel, numbers, session, ''),
            requests.readBuildInfo(channel, numbers, session),
            requests.closeSession(channel, numbers, session),
          ]
        : []),
      requests.closeChannel(channel, numbers),
    ];
    return list.map((request) => planned(request, at));
  },
};
