import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { langs } from '@sallyport/ui/i18n/types';
import { describe, expect, it } from 'vitest';
import type { ControllerFacts } from '../controllers/types.ts';
import { harden, hardeningRules } from './service.ts';

const nothing: ControllerFacts = {
  controller: 1,
  publicId: 'p',
  name: 'PLC',
  zone: null,
  authorised: true,
  observed: {},
  configured: {},
  readAt: {},
  services: [],
};
const seen = (observed: Record<string, string>) => ({ ...nothing, observed });
const heard = (key: string, values: Record<string, string> = {}) => ({ ...nothing, services: [{ key, values }] });
const answer = (rule: string, facts: ControllerFacts) => harden(facts).find((result) => result.rule === rule)?.answer;

describe('hardening', () => {
  it('says of nothing that is not known that it is OK', () => {
    expect(harden(nothing).map((result) => result.answer)).toEqual(hardeningRules.map(() => 'unknown'));
  });

  it.each([
    ['protection-level', seen({ protectionLevel: '1' }), seen({ protectionLevel: '3' })],
    ['password-set', seen({ passwordSet: 'no' }), seen({ passwordSet: 'yes' })],
    ['default-password', seen({ defaultPasswordChanged: 'no' }), seen({ defaultPasswordChanged: 'yes' })],
    ['key-switch', seen({ keySwitch: 'RUN_P' }), seen({ keySwitch: 'RUN' })],
    ['key-switch', seen({ keySwitch: 'REM' }), seen({ keySwitch: 'STOP' })],
    ['telnet', heard('tcp/23'), heard('tcp/23', { state: 'closed' })],
    ['ftp', heard('tcp/21'), heard('tcp/21', { state: 'off' })],
    ['http', heard('tcp/80'), heard('tcp/80', { state: 'disabled' })],
    ['snmp-v2c', heard('udp/161', { security: 'v2c public' }), heard('udp/161', { version: '3' })],
    [
      'opcua-none',
      heard('tcp/4840', { security: 'None, Sign Basic256Sha256' }),
      heard('tcp/4840', { security: 'Sign' }),
    ],
    [
      'firmware-drift',
      { ...seen({ firmware: 'V4.5.2' }), configured: { firmware: 'V4.4' } },
      { ...seen({ firmware: 'V2.9.4' }), configured: { firmware: 'V2.9' } },
    ],
    [
      'firmware-drift',
      { ...seen({ firmware: '33.12' }), configured: { firmware: '33.011' } },
      { ...seen({ firmware: '33.11' }), configured: { firmware: '33.011' } },
    ],
    [
      'bootloader',
      { ...seen({ bootloader: 'V3.3.0' }), configured: { bootloader: 'V3.2.0' } },
      { ...seen({ bootloader: 'V3.3.0' }), configured: { bootloader: 'v3.3.0' } },
    ],
  ] as const)('%s tells bad from good', (rule, bad, good) => {
    expect([answer(rule, bad), answer(rule, good)]).toEqual(['found', 'ok']);
  });

  it('a firewall that drops says nothing: what was not heard stays unknown', () => {
    expect(answer('telnet', heard('tcp/102'))).toBe('unknown');
    expect(answer('default-password', seen({ defaultPasswordChanged: 'unknown' }))).toBe('unknown');
  });

  it.each(langs)('has title, reason and remedy of each rule in %s', (lang) => {
    const words = catalogue(lang);
    const keys = hardeningRules.flatMap(({ name }) =>
      ['check', 'title', 'reason', 'remedy'].map((part) => `hardening.${name}.${part}`),
    );
    expect(keys.filter((key) => !words.has(key))).toEqual([]);
  });
});
