import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../test/support/chance.ts';
import { redactedTail, redactLine } from './redact.ts';

const secret = 'q7Zx_Hidden-Value.91';

describe('a line of a log that leaves a device', () => {
  it.each([
    `Authorization: Bearer ${secret}`,
    `GET / cookie=${secret}; path=/`,
    `enrol with token "${secret}"`.replace('token ', 'token: '),
    `password = ${secret}`,
    `{"api_key":"${secret}","a":1}`,
    `https://dana:${secret}@update.example/x`,
    `POST /a/${secret}/glpi 404`,
    `sallyport-agent-${'A'.repeat(42)}${secret}`,
    `-----BEGIN PRIVATE KEY----- ${secret}`,
    `stray ${'Ab1_'.repeat(11)}${secret}`.replace('.91', ''),
    `Basic ${secret}`,
  ])('loses its secret: %s', (line) => {
    expect(redactLine(line)).not.toContain(secret);
    expect(redactLine(line)).toContain('[removed]');
  });

  it('keeps what says what happened', () => {
    const line = `2026-01-02T03:04:05Z info task ${'ab'.repeat(16)} completed, object ${'0f'.repeat(32)} in /opt/line`;
    expect(redactLine(line)).toBe(line);
    expect(redactLine('error in /home/dana/x and "C:\\Users\\Dana\\y"')).toBe(
      'error in /home/*/x and "C:\\Users\\*\\y"',
    );
  });

  it('is one of the newest that fit', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z ]{0,40}$/), { maxLength: 50 }), fc.nat(400), (lines, max) => {
        const tail = redactedTail(lines, max);
        expect(tail.length).toBeLessThanOrEqual(max);
        expect(lines.map(redactLine).join('\n').endsWith(tail)).toBe(true);
      }),
      { numRuns: runs(100) },
    );
  });
});
