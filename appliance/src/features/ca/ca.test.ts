import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ownFolder } from '../../../../test/support/test-folder.ts';
import { initKeyring, type Keyring } from '../../platform/keyring.ts';
import { initCa, openCa, parseCertificateRequest } from './service.ts';

let dir = '';
let keyring: Keyring;
const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, encoding: 'utf8', stdio: 'pipe' });
const parts = (now = Date.UTC(2026, 0, 2)) => ({ keyring, keysDir: dir, site: 'north', clock: () => now });
const makeRequest = (curve = 'prime256v1', subject = '/CN=root/O=forged') => {
  openssl('ecparam', '-name', curve, '-genkey', '-noout', '-out', 'k.pem');
  openssl('req', '-new', '-key', 'k.pem', '-subj', subject, '-addext', 'basicConstraints=CA:TRUE', '-out', 'r.pem');
  return readFileSync(join(dir, 'r.pem'), 'utf8');
};

beforeEach(async () => {
  dir = ownFolder('ca');
  keyring = await initKeyring(dir);
  await initCa(parts());
});

describe('site CA', () => {
  it('keeps its key wrapped and survives reopening', async () => {
    expect(readFileSync(join(dir, 'ca.key')).subarray(0, 8).toString()).toBe('SPWRAP01');
    const before = readFileSync(join(dir, 'ca.pem'), 'utf8');
    await initCa(parts());
    const ca = await openCa(parts());
    expect(ca.certificatePem).toBe(before);
    expect(new X509Certificate(before).ca).toBe(true);
  });

  it('names every name and address in the server certificate, and remakes it only when they change', async () => {
    const ca = await openCa(parts());
    const addresses = ['sallyport.local', '127.0.0.1', '::1', '10.1.2.3'];
    const first = await ca.serverMaterial(addresses);
    writeFileSync(join(dir, 's.pem'), first.cert);
    expect(openssl('verify', '-CAfile', 'ca.pem', '-purpose', 'sslserver', '-attime', '1767400000', 's.pem')).toContain(
      'OK',
    );
    const certificate = new X509Certificate(first.cert);
    expect(certificate.checkIP('10.1.2.3')).toBe('10.1.2.3');
    expect(certificate.checkIP('::1')).toBe('::1');
    expect(certificate.checkHost('sallyport.local')).toBe('sallyport.local');
    expect(certificate.checkHost('10.1.2.4')).toBeUndefined();
    expect((await ca.serverMaterial([...addresses].reverse())).cert).toBe(first.cert);
    expect((await ca.serverMaterial([...addresses, 'other'])).cert).not.toBe(first.cert);
    const later = await openCa(parts(Date.UTC(2027, 11, 1)));
    const second = await ca.serverMaterial(addresses);
    expect((await later.serverMaterial(addresses)).cert).not.toBe(second.cert);
  });

  it('takes only the public key from a request', async () => {
    const ca = await openCa(parts());
    const request = await parseCertificateRequest(makeRequest());
    const issued = await ca.issueForDevice(request, 'd'.repeat(32));
    const certificate = new X509Certificate(issued.pem);
    expect(certificate.subject).toBe(`CN=${'d'.repeat(32)}`);
    expect(certificate.ca).toBe(false);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(certificate.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(issued.fingerprint);
    expect(certificate.publicKey.export({ type: 'spki', format: 'der' })).toEqual(Buffer.from(request.publicKey));
    expect(Date.parse(certificate.validTo) - Date.UTC(2026, 0, 2)).toBe(90 * 24 * 3600 * 1000);
    writeFileSync(join(dir, 'a.pem'), issued.pem);
    expect(openssl('verify', '-CAfile', 'ca.pem', '-purpose', 'sslclient', '-attime', '1767400000', 'a.pem')).toContain(
      'OK',
    );
    expect(() =>
      openssl('verify', '-CAfile', 'ca.pem', '-purpose', 'sslserver', '-attime', '1767400000', 'a.pem'),
    ).toThrow();
  });

  it('refuses other curves, altered requests and garbage', async () => {
    const altered = (pem: string) => {
      const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
      der[der.length - 5] = Number(der[der.length - 5]) ^ 1;
      return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
    };
    const good = makeRequest();
    const bad = [makeRequest('secp384r1'), altered(good), good.slice(0, 200), 'garbage', ''];
    for (const pem of bad) await expect(parseCertificateRequest(pem)).rejects.toMatchObject({ code: 'MALFORMED' });
  });
});
