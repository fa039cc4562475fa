import { describe, expect, it } from 'vitest';
import { Backups } from '../src/backups/backups.tsx';
import { Exchange } from '../src/exchange/exchange.tsx';
import { nowMs, strictContext } from './sample.ts';

const ctx = strictContext('en');

/** The words of the main acts of a page that can be done. */
const mainActs = (html: string): string[] =>
  [...html.matchAll(/<(?:a|button)([^>]*class="btn primary[^>]*)>([^<]*)</g)].flatMap(([, tag = '', words = '']) =>
    tag.includes('aria-disabled') ? [] : words,
  );

const backups = (isBusy: boolean): string =>
  String(
    <Backups
      ctx={ctx}
      age="none"
      last={undefined}
      folder=""
      isBusy={isBusy}
      more={0}
      backups={[
        {
          id: 'b1',
          file: 'b1.spb',
          folder: '',
          madeAt: nowMs,
          bytes: 1,
          objects: 1,
          bySchedule: false,
          place: 'here',
          checkedAt: nowMs,
          isReachable: true,
        },
      ]}
    />,
  );

const request = { number: 7, at: nowMs, bytes: 100, sha256: 'ab'.repeat(32) };
const exchange = (given: Partial<Parameters<typeof Exchange>[0]>): string =>
  String(
    <Exchange
      ctx={ctx}
      ready="yes"
      number={8}
      groups={[]}
      totalBytes={0}
      leakScan={[]}
      leaks={[]}
      mayChoose
      media={[]}
      sealedTo={null}
      open={[]}
      written={[]}
      receipts={[]}
      receiptCount={0}
      next={undefined}
      {...given}
    />,
  );

describe('the page of backups', () => {
  it('is live while one is made, and offers no second one', () => {
    const [idle, busy] = [backups(false), backups(true)];
    expect(idle).not.toContain('every 2s');
    expect(mainActs(idle)).toEqual([ctx.t('backups.make')]);
    expect(busy).toContain('every 2s');
    expect(mainActs(busy)).toEqual([]);
    expect(busy.match(/aria-disabled/g)).toHaveLength(2);
  });
});

describe('the page that writes requests', () => {
  it('writes one, then leads to what follows', () => {
    const write = ctx.t('exchange.signSealWrite', { number: 8 });
    const open = [{ number: 7, since: nowMs }];
    expect(mainActs(exchange({}))).toEqual([write]);
    expect(mainActs(exchange({ open, written: [request] }))).toEqual([ctx.t('common.download')]);
    expect(mainActs(exchange({ open }))).toEqual([ctx.t('exchange.importBundle')]);
    expect(exchange({ open })).toContain(write);
  });
});
