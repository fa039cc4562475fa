import { describe, expect, it } from 'vitest';
import { looseOrderKey, orderKey, orderNumbersIn, siplusKey, splitSeries } from './order-number.ts';

describe('order numbers', () => {
  it.each([
    ['6ES7 515-2AM02-0AB0', '6ES7515-2AM02-0AB0'],
    [' 6es7\u00a0515–2am02-0ab0 ', '6ES7515-2AM02-0AB0'],
    ['BMX P34 2020', 'BMXP342020'],
    ['', undefined],
    ['no', undefined],
    ['<script>\u0000 1', undefined],
  ])('%j is %j', (text, key) => {
    expect(orderKey(text)).toBe(key);
  });

  it.each([
    ['SIMATIC S7-1500 CPU 1515-2 PN (6ES7515-2AM01-0AB0)', ['6ES7515-2AM01-0AB0']],
    [
      'CPU 1518-4 PN/DP MFP (MLFB: 6ES7518-4AX00-1AC0, 6AG1518-4AX00-4AC0, incl. SIPLUS variant)',
      ['6ES7518-4AX00-1AC0', '6AG1518-4AX00-4AC0'],
    ],
    ['SENTRON Powercenter 1000 (7KN1110-0MC00)', ['7KN1110-0MC00']],
    ['1756 ControlLogix EtherNet/IP Communications Modules 1756-EN2T Series C', ['1756-EN2T']],
    ['1734-AENT/1734-AENTR Series B', ['1734-AENT', '1734-AENTR']],
    ['1756-EN2TSC/B (discontinued)', ['1756-EN2TSC']],
    ['Premium processors TSXP574634 TSXP575634', ['TSXP574634', 'TSXP575634']],
    ['Modicon M340 CPU (part numbers BMXP34*)', []],
    ['750-8202/025-000', ['750-8202/025-000']],
    ['CLOUD CLIENT 1101T-TX/TX', []],
    ['SIMATIC S7-1200 CPU family (incl. SIPLUS variants)', []],
  ])('%j holds %j', (name, numbers) => {
    expect(orderNumbersIn(name)).toEqual(numbers);
  });

  it('tells the series from the number, twins from strangers, and drops dashes', () => {
    expect(splitSeries('1756-EN2T/D')).toEqual({ order: '1756-EN2T', series: 'D' });
    expect(splitSeries('750-8202/025-000')).toEqual({ order: '750-8202/025-000' });
    expect(siplusKey('6AG1515-2AM01-7AB0')).toBe(siplusKey('6ES7515-2AM01-0AB0'));
    expect(siplusKey('6AG1515-2AM02-7AB0')).not.toBe(siplusKey('6ES7515-2AM01-0AB0'));
    expect(siplusKey('1756-L83E')).toBeUndefined();
    expect(looseOrderKey('6ES7515-2AM01-0AB0')).toBe('6ES75152AM010AB0');
  });
});
