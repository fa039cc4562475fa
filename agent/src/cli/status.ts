import { X509Certificate } from 'node:crypto';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { keyWords } from '../loop/enrol.ts';
import { readEnrolment } from '../state/enrolment.ts';
import { clockText, openStanding } from '../state/standing.ts';
import { openState } from '../state/state.ts';
import { type Command, defaultStateDir } from './command.ts';

const words = {
  'not-enrolled': 'not enrolled: run sallyport-agent enrol',
  'enrols-later': 'the service enrols as soon as it reaches the appliance and a person has approved the device',
  'not-heard': 'no call has been answered since it was enrolled',
  accepted: 'the appliance accepts this device',
  unreachable: 'the appliance does not answer',
  refused: 'the appliance refuses this device',
  revoked: 'an administrator revoked this device: it comes in again only as a new one, with a new token',
  held: 'held as a possible copy of another device: an administrator decides',
  'certificate-ended': 'the certificate ended: run sallyport-agent enrol --again, and have its words compared',
} as const;

export const command: Command = {
  options: {},
  example: 'sallyport-agent status',
  run: (context) => {
    const state = openState(context.text('state') ?? defaultStateDir);
    const settings = state.settings();
    const identity = state.identity();
    const waiting = state.enrolKey();
    const held = openStanding(state.path('standing.json')).read();
    const aheadMs = held?.clockAheadMs ?? 0;
    const certificate = identity === undefined ? undefined : new X509Certificate(identity.cert);
    const endsMs = certificate?.validToDate.getTime();
    const standing = (() => {
      if (settings?.deviceId === undefined || endsMs === undefined)
        return readEnrolment(state) === undefined ? ('not-enrolled' as const) : ('enrols-later' as const);
      // Whatever the last call told, a certificate that ended since is not taken: by the appliance's clock.
      return endsMs < nowMs() - aheadMs ? ('certificate-ended' as const) : (held?.standing ?? ('not-heard' as const));
    })();
    context.line(words[standing]);
    const facts: readonly (readonly [string, string | undefined])[] = [
      ['since', held?.standing === standing ? held.since : undefined],
      ['site', settings?.site],
      ['device', settings?.deviceId],
      ['server', settings?.server],
      ['certificate until', endsMs === undefined ? undefined : toTime(endsMs)],
      ['clock', aheadMs === 0 ? undefined : clockText(aheadMs)],
      ['a new key waits, its words', waiting === undefined ? undefined : keyWords(waiting.keyPem)],
    ];
    for (const [name, value] of facts) if (value !== undefined) context.line(`${name}: ${value}`);
    context.result({
      standing,
      since: held?.standing === standing ? held.since : null,
      site: settings?.site ?? null,
      deviceId: settings?.deviceId ?? null,
      server: settings?.server ?? null,
      certificateEnds: endsMs === undefined ? null : toTime(endsMs),
      clockAheadSeconds: Math.round(aheadMs / 1000),
      waitingWords: waiting === undefined ? null : keyWords(waiting.keyPem),
    });
    if (standing !== 'accepted') context.fail();
    return Promise.resolve();
  },
};
