import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { plantAuthority } from '../../../test/support/plant-authority.ts';
import { toFailure } from '../../platform/errors.ts';
import { checkPlant } from './check.ts';
import type { GivenCertificate } from './types.ts';

// What a person may give as a certificate of the plant, made by openssl, and what each wrong one is called.

const plant = plantAuthority();
const other = plantAuthority('Another plant');
afterAll(() => {
  plant?.remove();
  other?.remove();
});

// After they were made.
const now = Date.now() + 3_600_000;
const at = { addresses: ['10.0.0.5', 'sallyport.plant.example'], nowMs: now };
const faultOf = (given: GivenCertificate, when = at): unknown => {
  try {
    checkPlant(given, when);
    return 'taken';
  } catch (error) {
    const { code, details } = toFailure(error);
    return code === 'INVALID' ? details['fault'] : code;
  }
};

describe('a certificate of the plant', () => {
  it('is taken with its chain, whether the root is in the file or beside it', () => {
    const { key, certificate } = plant.issue();
    const whole = checkPlant({ key, certificate: certificate + plant.middle + plant.root }, at);
    const beside = checkPlant({ key, certificate: certificate + plant.middle, authority: plant.root }, at);
    expect(beside.fingerprint).toBe(whole.fingerprint);
    expect(beside.chainPem).toBe(whole.chainPem);
    // The root is what callers have; it is not sent.
    expect(whole.chainPem.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(whole.authorityPem.trim()).toBe(plant.root.trim());
    expect(whole.names).toEqual(['sallyport.plant.example']);
    expect(whole.notAfter - now).toBeGreaterThan(396 * 86_400_000);
  });

  it('covers its names and what its wildcard stands for, no address, and not the name of our agents', () => {
    const { key, certificate } = plant.issue({ names: ['*.plant.example', '*.sallyport.internal', '10.0.0.5'] });
    const { covers } = checkPlant({ key, certificate: certificate + plant.middle + plant.root }, at);
    expect(['sallyport.plant.example', 'SALLYPORT.plant.example'].map(covers)).toEqual([true, true]);
    const others = ['a.b.plant.example', 'plant.example', '10.0.0.5', '', 'appliance.sallyport.internal'];
    expect(others.map(covers)).toEqual([false, false, false, false, false]);
    expect(covers('x.sallyport.internal')).toBe(true);
  });

  it('may have a key of RSA, and stand behind other text', () => {
    const rsa = ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'];
    const { key, certificate } = plant.issue({ keyType: rsa, signer: 'root' });
    expect(faultOf({ key: `Bag Attributes\n${key}`, certificate: `subject=x\n${certificate}\n${plant.root}` })).toBe(
      'taken',
    );
  });

  it('is refused by what is wrong with it', () => {
    const { key, certificate } = plant.issue();
    const chain = certificate + plant.middle;
    const root = { authority: plant.root };
    const good = { key, certificate: chain, ...root };
    expect(faultOf(good)).toBe('taken');
    const cases: Record<string, [GivenCertificate, unknown]> = {
      'no text': [{ ...good, certificate: '' }, 'PEM'],
      'a key instead of it': [{ ...good, certificate: key }, 'PEM'],
      'a cut one': [{ ...good, certificate: certificate.slice(0, 300) }, 'PEM'],
      spoilt: [{ ...good, certificate: certificate.replace(/\n[A-Za-z0-9+/]{20}/, '\nAAAAAAAAAAAAAAAAAAAA') }, 'PEM'],
      'too many': [{ ...good, certificate: certificate.repeat(11) }, 'PEM'],
      'too long': [{ ...good, certificate: 'x'.repeat(70_000) + certificate }, 'PEM'],
      'no key': [{ ...good, key: certificate }, 'KEY_PEM'],
      'two keys': [{ ...good, key: key + key }, 'KEY_PEM'],
      'a key with a password': [
        { ...good, key: key.replaceAll('PRIVATE KEY', 'ENCRYPTED PRIVATE KEY') },
        'KEY_ENCRYPTED',
      ],
      'the key of another': [{ ...good, key: plant.issue().key }, 'KEY_OTHER'],
      'the wrong order': [{ ...good, certificate: plant.middle + certificate }, 'ORDER'],
      'one left out': [{ ...good, certificate: certificate + plant.root }, 'ORDER'],
      'no root': [{ key, certificate: chain }, 'AUTHORITY'],
      'the root of others': [{ ...good, authority: other.root }, 'AUTHORITY'],
      'a root that is none': [{ ...good, authority: plant.middle }, 'AUTHORITY'],
    };
    for (const [what, [given, fault]] of Object.entries(cases)) expect([what, faultOf(given)]).toEqual([what, fault]);
  });

  it('is refused where it has ended, is not valid yet, is for another use, another name, or weak', () => {
    const fault = (wishes: Parameters<typeof plant.issue>[0], when = at) => {
      const { key, certificate } = plant.issue(wishes);
      return faultOf({ key, certificate: certificate + plant.middle, authority: plant.root }, when);
    };
    expect(fault({ until: '20240101000000Z' })).toBe('EXPIRED');
    expect(fault({ from: '20990101000000Z', until: '20991231000000Z' })).toBe('NOT_YET');
    // The authority above it ends before it does.
    expect(fault({}, { ...at, nowMs: now + 1_830 * 86_400_000 })).toBe('EXPIRED');
    expect(fault({ use: 'clientAuth' })).toBe('USE');
    expect(fault({ names: ['mail.plant.example'] })).toBe('NAMES');
    expect(fault({ names: [] })).toBe('NAMES');
    // Only an address of the appliance: no caller asks for one by name.
    expect(fault({ names: ['10.0.0.5'] })).toBe('NAMES');
    expect(fault({ keyType: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024'] })).toBe('WEAK');
    expect(fault({ keyType: ['-algorithm', 'ED25519'] })).toBe('WEAK');
    // An authority is no server.
    const key = readFileSync(join(plant.folder, 'root.key'), 'utf8');
    expect(faultOf({ key, certificate: plant.root })).toBe('USE');
  });
});
