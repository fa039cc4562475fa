import { createHash, createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { isControllerPort } from '@sallyport/bundle-tools/controllers/controller-ports';
import { wordsOf } from '@sallyport/bundle-tools/fingerprint/words';
import { addressSet } from '@sallyport/bundle-tools/platform/address-set';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { Enrolment } from '@sallyport/bundle-tools/protocol/enrolment';
import {
  authorityFingerprint,
  parseFingerprint,
  serverEndpoint,
  siteFingerprint,
} from '@sallyport/bundle-tools/protocol/site';
import { AgentError } from '../errors.ts';
import { deviceFactsOf } from '../identity/device-facts-of.ts';
import { newKeyAndRequest } from '../identity/x509.ts';
import { connect, parseServer } from '../platform/connect.ts';
import { rootFiles } from '../platform/root-files.ts';
import { pause } from '../platform/timing.ts';
import { certificateEnd, requireEnrolled } from '../state/enrolled.ts';
import { openPolicy } from '../state/policy.ts';
import { openStanding } from '../state/standing.ts';
import { type AgentState, newOwnId, type Settings } from '../state/state.ts';
import { openTrust } from '../trust/held.ts';
import { agentVersion } from '../version.ts';
import { type Client, client } from './client.ts';

// Enrolment. First contact: the chain of the server cannot be checked yet, so nothing secret is sent; what it answers
// must have the fingerprint that a person brought: of the site's authority, whose trust root is then asked for over a connection that this
// authority proves, or of both together, as a package with the values of the site has it. Then everything again over a connection that is verified against the
// CA just pinned, and only there the token is sent.
//
// An agent that is enrolled asks again with a new key: over the pinned CA, with the certificate that it has, ended or not.

type EnrolOptions = Enrolment & {
  state: AgentState;
  /** How long to wait for a person's approval. */
  waitSeconds: number;
  /** Told before each wait; `words` are the fingerprint of the device's key, to compare with what the console shows. */
  onWaiting: (seconds: number, words: string) => void;
};

const maxRetrySeconds = 60;

const toPem = (der: Uint8Array): string =>
  `-----BEGIN CERTIFICATE-----\n${(
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  ).join('\n')}\n-----END CERTIFICATE-----\n`;

/** The words of the key's fingerprint, as the console has them. */
export const keyWords = (keyPem: string): string => {
  const spki = createPublicKey(keyPem).export({ type: 'spki', format: 'der' });
  return wordsOf(createHash('sha256').update(spki).digest('hex')).join(' ');
};

/** The appliance has not sent the addresses of controllers yet. */
const nothingKnown = () => addressSet([]);

/** Asks who the site is and compares. */
const firstContact = async (server: string, fingerprint: string) => {
  const connection = connect({ server, ca: null, forbidden: nothingKnown });
  try {
    const site = await client(connection).site();
    const ca = Buffer.from(site.ca, 'base64');
    const root = Buffer.from(site.tufRoot, 'base64');
    if (siteFingerprint(ca, root) === fingerprint) return { site: site.site, caPem: toPem(ca), root };
    if (authorityFingerprint(ca) === fingerprint) return { site: site.site, caPem: toPem(ca), root: undefined };
    throw new AgentError(
      'FINGERPRINT',
      `${server} has another fingerprint than the one that was given, so nothing was sent; compare the address, and the fingerprint with the one that setup printed on the appliance (Add a device shows it)`,
    );
  } finally {
    connection.close();
  }
};

/** The trust root from a server that was just proven to be the one of this authority. */
const rootFrom = async (server: string, caPem: string): Promise<Buffer> => {
  const connection = connect({ server, ca: caPem, forbidden: nothingKnown });
  try {
    return Buffer.from((await client(connection).site()).tufRoot, 'base64');
  } finally {
    connection.close();
  }
};

const checkIssued = (certificatePem: string, keyPem: string, caPem: string): void => {
  const certificate = new X509Certificate(certificatePem);
  const ca = new X509Certificate(caPem);
  if (!certificate.checkPrivateKey(createPrivateKey(keyPem)) || !certificate.verify(ca.publicKey)) {
    throw new AgentError('PROTOCOL', 'the certificate is not for this key, or not from the pinned CA');
  }
};

/** What to do instead; a certificate that ended is the usual reason why somebody comes here. */
const alreadyEnrolled = (state: AgentState, deviceId: string): string => {
  const cert = state.identity()?.cert;
  const ended = cert !== undefined && certificateEnd(cert) < nowMs() ? ', and its certificate ended' : '';
  return `${state.folder} is enrolled as ${deviceId}${ended}; --again makes a new key for the same device, another folder (--state) is another device`;
};

/** An address of a server that may be looked for at all; USAGE. */
const assertServer = (server: string): void => {
  const { port } = serverEndpoint(parseServer(server).href);
  if (isControllerPort(port))
    throw new AgentError('USAGE', `controllers speak on port ${port}: no server is looked for there`);
};

/** The fingerprint, once server and fingerprint can be such, and the folder has no agent yet. */
export function checkWanted(state: AgentState, wanted: Pick<Enrolment, 'server' | 'fingerprint'>): string {
  const fingerprint = parseFingerprint(wanted.fingerprint);
  if (fingerprint === null) throw new AgentError('USAGE', 'a fingerprint has 64 hex digits');
  assertServer(wanted.server);
  const deviceId = state.settings()?.deviceId;
  if (deviceId !== undefined) throw new AgentError('ALREADY_ENROLLED', alreadyEnrolled(state, deviceId));
  return fingerprint;
}

type Asking = Pick<EnrolOptions, 'state' | 'waitSeconds' | 'onWaiting'> & {
  /** Undefined: the certificate of the connection stands for it. */
  token?: string | undefined;
  calls: Client;
  settings: Settings;
  held: { keyPem: string; csrPem: string };
  caPem: string;
};

/** Asks until a person has decided, and keeps key, certificate and settings; PENDING when that took too long. */
const askUntilIssued = async ({ state, calls, settings, held, caPem, ...asked }: Asking): Promise<Settings> => {
  const device = await deviceFactsOf(rootFiles(settings.root), settings.ownId, state.path('work'));
  const deadlineMs = nowMs() + asked.waitSeconds * 1000;
  const words = keyWords(held.keyPem);
  for (;;) {
    const answer = await calls.enrol({ ...defined({ token: asked.token }), csr: held.csrPem, agentVersion, device });
    if ('reply' in answer) {
      checkIssued(answer.reply.certificate, held.keyPem, caPem);
      state.writeIdentity({ key: held.keyPem, cert: answer.reply.certificate });
      const enrolled = { ...settings, deviceId: answer.reply.deviceId, enrolledAt: toTime(nowMs()) };
      state.writeSettings(enrolled);
      openStanding(state.path('standing.json')).note('not-heard', nowMs());
      state.dropEnrolKey();
      return enrolled;
    }
    const waitSeconds = Math.min(answer.waitSeconds, maxRetrySeconds);
    if (nowMs() + waitSeconds * 1000 > deadlineMs) {
      throw new AgentError(
        'PENDING',
        `an administrator has to compare the words of this key and approve this device; then run the same command again. The words: ${words}`,
      );
    }
    asked.onWaiting(waitSeconds, words);
    await pause(waitSeconds * 1000);
  }
};

/** Enrols and leaves a state folder that `run` works with. PENDING when not approved in time: calling it again continues. */
export const enrol = async (options: EnrolOptions): Promise<Settings> => {
  const { state } = options;
  const fingerprint = checkWanted(state, options);
  const before = state.settings();
  const { site, caPem, root: shown } = await firstContact(options.server, fingerprint);
  const root = shown ?? (await rootFrom(options.server, caPem));
  const settings: Settings = {
    format: 'sallyport-agent/1',
    server: options.server,
    root: options.root,
    observeOnly: options.observeOnly,
    executables: options.executables,
    ownId: before?.ownId ?? newOwnId(),
    site,
  };
  state.writeSettings(settings);
  state.writeCa(caPem);
  openTrust(state.path('trust')).pin(root);
  const held = state.enrolKey() ?? (await newKeyAndRequest());
  state.writeEnrolKey(held);

  const connection = connect({ server: options.server, ca: caPem, forbidden: nothingKnown });
  try {
    return await askUntilIssued({ ...options, calls: client(connection), settings, held, caPem });
  } finally {
    connection.close();
  }
};

type AgainOptions = Pick<EnrolOptions, 'state' | 'waitSeconds' | 'onWaiting'> & {
  /** For an appliance that does not have the certificate of this agent. */
  token?: string | undefined;
  /** Where the appliance is now, if it moved while the device was away. */
  server?: string | undefined;
};

/**
 * Makes a new key for a device that is enrolled, and asks for a certificate for it. The key and the certificate that are there stay
 * until then. NOT_ENROLLED, DEVICE_REVOKED, POSSIBLE_CLONE; PENDING and REFUSED as `enrol`.
 */
export const enrolAgain = async (options: AgainOptions): Promise<Settings> => {
  const { state } = options;
  const { settings, identity, ca } = requireEnrolled(state);
  const server = options.server ?? settings.server;
  assertServer(server);
  const held = state.enrolKey() ?? (await newKeyAndRequest());
  state.writeEnrolKey(held);
  const controllers = addressSet(openPolicy(state.path('policy.json')).current().controllers ?? []);
  const connection = connect({ server, ca, identity, forbidden: () => controllers });
  try {
    return await askUntilIssued({
      ...options,
      calls: client(connection),
      settings: { ...settings, server },
      held,
      caPem: ca,
    });
  } finally {
    connection.close();
  }
};
