import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Appliance } from '@sallyport/appliance/compose';
import { parseCertificateRequest } from '@sallyport/appliance/features/ca/service';
import { sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { makeToken } from './tokens.ts';

type Answer = { status: number; text: string };

/** One HTTPS request to the appliance on loopback. */
export const callAppliance = (
  appliance: Appliance,
  port: number,
  call: { method: string; path: string; body?: Uint8Array | string; headers?: Record<string, string>; pem?: string },
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const certificate = call.pem === undefined ? {} : { key: call.pem, cert: call.pem };
    const agent = new Agent({ ca: appliance.ca.certificatePem, ...certificate });
    const { method, path, headers } = call;
    const outgoing = request({ agent, host: '127.0.0.1', port, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        agent.destroy();
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(call.body ?? '');
  });

/** A device with a certificate of the site, as enrolment leaves it, that reports sections of our own agent. */
export const nativeDevice = async (appliance: Appliance, options: { folder: string; port: number; name: string }) => {
  const folder = join(options.folder, options.name);
  mkdirSync(folder, { recursive: true });
  const openssl = (...args: string[]): string =>
    execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'device.key');
  const csr = await parseCertificateRequest(openssl('req', '-new', '-key', 'device.key', '-subj', '/CN=x'));
  const secret = makeToken(appliance.objects, 'agent');
  const { device } = appliance.devices.enrol({
    request: {
      token: secret,
      csr: '',
      agentVersion: '1.0.0',
      device: { hostname: options.name, os: 'linux', arch: 'amd64', macs: [] },
    },
    csr,
    from: '127.0.0.1',
  });
  const issued = await appliance.ca.issueForDevice(csr, device.publicId);
  appliance.devices.recordCertificate(device.id, issued);
  const pem = readFileSync(join(folder, 'device.key'), 'utf8') + issued.pem;
  const send = (method: string, path: string, body: unknown): Promise<Answer> =>
    callAppliance(appliance, options.port, {
      method,
      path: `/api/agent/v1${path}`,
      pem,
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync(JSON.stringify(body)),
    });
  return {
    id: device.id,
    publicId: device.publicId,
    secret,
    send,
    report: (collection: string, items: readonly unknown[]): Promise<Answer> =>
      send('PUT', `/sections/${collection}`, {
        hash: sectionHash(items),
        collectedAt: '2026-02-01T00:00:00Z',
        items,
      }),
  };
};
