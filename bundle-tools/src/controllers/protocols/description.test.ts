import { describe, expect, it } from 'vitest';
import { descriptionFacts } from './description.ts';

const said = (text: string): Record<string, string> =>
  Object.fromEntries(descriptionFacts(text).map(({ field, value }) => [field, value]));

describe('lines in which devices describe themselves', () => {
  it.each([
    [
      'Siemens, SIMATIC S7, CPU-1200, 6ES7 214-1BG40-0XB0, HW: 1, FW: V.4.1.3, S C-E6S04921',
      {
        vendorRaw: 'Siemens',
        model: 'CPU-1200',
        orderNumber: '6ES7 214-1BG40-0XB0',
        hwVersion: '1',
        firmwareObserved: 'V4.1.3',
        serial: 'S C-E6S04921',
      },
    ],
    [
      'Siemens, SIMATIC S7, CPU-1200, 6ES7 214-1BE30-0XB0 SZVA2YYY007305  , 1, V.1.0.2, SZVA2YYY007305',
      {
        vendorRaw: 'Siemens',
        model: 'CPU-1200',
        orderNumber: '6ES7 214-1BE30-0XB0',
        hwVersion: '1',
        firmwareObserved: 'V1.0.2',
        serial: 'SZVA2YYY007305',
      },
    ],
    [
      'Siemens, SIMATIC NET, SCALANCE XM408-8C, 6GK5 408-8GS00-2AM2, HW: Version 2, FW: Version V06.01.00, SVPK2138923',
      {
        vendorRaw: 'Siemens',
        model: 'SCALANCE XM408-8C',
        orderNumber: '6GK5 408-8GS00-2AM2',
        hwVersion: '2',
        firmwareObserved: 'V06.01.00',
        serial: 'SVPK2138923',
      },
    ],
    [
      'Siemens, SIMATIC S7, CPU314C-2 PN/DP, 6ES7 314-6EH04-0AB0 , HW: 4, FW: V3.3.10',
      {
        vendorRaw: 'Siemens',
        model: 'CPU314C-2 PN/DP',
        orderNumber: '6ES7 314-6EH04-0AB0',
        hwVersion: '4',
        firmwareObserved: 'V3.3.10',
      },
    ],
    ['Schneider Electric TM221 FW 1.6.0.1', { vendorRaw: 'Schneider Electric', firmwareObserved: '1.6.0.1' }],
    ['Linux gateway 6.1.0', {}],
    ['', {}],
  ])('%s', (text, wanted) => expect(said(text)).toEqual(wanted));
});
