import { createHash } from 'node:crypto';
import { Agent, request } from 'node:https';
import { canonicalJson } from '@sallyport/bundle-tools/documents/canonical-json';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { nativePrefix } from '@sallyport/bundle-tools/protocol/common';
import { newKeyAndRequest } from '../../agent/src/identity/x509.ts';

// A device as the agents' door sees one: its own key, its certificate of the site, and the calls of the protocol.

type Answer = { status: number; body: Record<string, unknown> };
export type Item = Record<string, unknown>;

export type Device = {
  readonly publicId: string;
  readonly identity: Identity;
  call(method: string, path: string, body: unknown): Promise<Answer>;
  close(): void;
};

type Identity = { key: string; cert: string };
type Door = { port: number; ca: string };

/** The hash under which a section is reported. */
export const hashOf = (items: readonly Item[]): string =>
  createHash('sha256').update(canonicalJson(items)).digest('hex');

export const newId = (): string => Buffer.from(randomBytes(16)).toString('hex');

const callOver =
  (agent: Agent, port: number) =>
  (method: string, path: string, body: unknown): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        { agent, host: '127.0.0.1', port, method, path: `${nativePrefix}${path}` },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.once('error', reject);
          // An answer that a kill cut off was not given.
          response.once('end', () => {
            try {
              resolve({
                status: response.statusCode ?? 0,
                body: JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>,
              });
            } catch (error) {
              reject(error);
            }
          });
        },
      );
      outgoing.once('error', reject);
      outgoing.end(JSON.stringify(body));
    });

/** Enrols through the door; the certificate is what it issued. */
export const enrolDevice = async ({ port, ca }: Door, name: string, token: string): Promise<Device> => {
  const { keyPem, csrPem } = await newKeyAndRequest();
  const stranger = new Agent({ ca });
  const answer = await callOver(stranger, port)('POST', '/enrol', {
    token,
    csr: csrPem,
    agentVersion: '1',
    device: { hostname: name, serial: `S-${name}` },
  }).finally(() => stranger.destroy());
  if (answer.status !== 201) throw new Error(`enrolment: ${answer.status} ${JSON.stringify(answer.body)}`);
  const identity: Identity = { key: keyPem, cert: String(answer.body['certificate']) };
  const agent = new Agent({ ca, ...identity, keepAlive: true, maxSockets: 4 });
  return {
    publicId: String(answer.body['deviceId']),
    identity,
    call: callOver(agent, port),
    close: () => agent.destroy(),
  };
};
