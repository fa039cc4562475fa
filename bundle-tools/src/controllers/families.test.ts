import { describe, expect, it } from 'vitest';
import { familiesNamed, familiesOf, familyOf } from './families.ts';

describe('families', () => {
  it.each([
    ['Siemens', '6ES7 515-2AM02-0AB0', ['SIMATIC S7-1500']],
    ['Siemens', '6AG1515-2AM01-7AB0', ['SIMATIC S7-1500']],
    ['Siemens', '6ES7512-1DK01-0AB0', ['SIMATIC ET 200SP CPU']],
    ['Siemens', '6ES7516-2PN00-0AB0', ['SIMATIC ET 200pro CPU (S7-1500)']],
    ['Siemens', '6ES7214-1AG40-0XB0', ['SIMATIC S7-1200']],
    ['Siemens', '6ES7214-2AD23-0XB0', ['SIMATIC S7-200']],
    ['Siemens', '6ES7 315-2EH14-0AB0', ['SIMATIC S7-300']],
    ['Siemens', '6ES7151-8AB01-0AB0', ['SIMATIC ET 200 CPU (S7-300)']],
    ['Siemens', '6ES7414-3EM07-0AB0', ['SIMATIC S7-400', 'SIMATIC S7-400 PN/DP V7']],
    ['Siemens', '6ED1052-1MD08-0BA1', ['LOGO! 8', 'LOGO!']],
    ['Siemens', '6AG1243-1BX30-2AX0', ['SIMATIC CP 1243-1']],
    ['Siemens', '6GK5 212-2BB00-2AA3', ['SCALANCE X-200']],
    ['Rockwell Automation', '1756-L83E/B', ['ControlLogix', 'ControlLogix 5580']],
    ['Rockwell Automation', '1756-L81ES', ['ControlLogix', 'GuardLogix 5580']],
    ['Rockwell Automation', '1769-L33ERM', ['CompactLogix', 'CompactLogix 5370', 'CompactLogix 5370 L3']],
    [
      'Rockwell Automation',
      '5069-L320ERS2',
      ['CompactLogix', 'Compact GuardLogix 5380', 'Compact GuardLogix 5380 SIL 2'],
    ],
    ['Schneider Electric', 'BMXP342020', ['Modicon M340']],
    ['Schneider Electric', 'BMEP584040S', ['Modicon M580', 'Modicon M580 Safety']],
    ['WAGO', '750-8202/025-000', ['PFC200']],
    ['WAGO', '750-881', ['750-8xx', '750-88x']],
    ['Nobody', '6ES7515-2AM02-0AB0', []],
  ])('%s %s is of %j', (vendor, orderNumber, families) => {
    expect(familiesOf({ vendor, orderNumber })).toEqual(families);
  });

  it.each([
    ['Siemens', 'CPU 1515-2 PN', 'SIMATIC S7-1500'],
    ['Siemens', 'CPU 315-2 PN/DP', 'SIMATIC S7-300'],
    ['Siemens', 'CPU 1214C DC/DC/DC', 'SIMATIC S7-1200'],
    ['Siemens', 'SCALANCE X212-2', 'SCALANCE X-200'],
    ['Rockwell Automation', '1756-L71/B LOGIX5571', 'ControlLogix'],
    ['Schneider Electric', 'BMX P34 2020', 'Modicon M340'],
    ['Mitsubishi Electric', 'R04ENCPU', 'MELSEC iQ-R'],
    ['Mitsubishi Electric', 'Q03UDVCPU', 'MELSEC-Q'],
    ['Omron', 'CJ2M-CPU33', 'CJ2M'],
    ['Siemens', 'a toaster', undefined],
  ])('%s says %s: %s', (vendor, model, family) => {
    expect(familyOf({ vendor, model })).toBe(family);
  });

  it.each([
    ['SIMATIC S7-1200 CPU family (incl. SIPLUS variants)', ['SIMATIC S7-1200']],
    [
      'SIMATIC S7-1500 CPU family (incl. related ET200 CPUs and SIPLUS variants)',
      ['SIMATIC S7-1500', 'SIMATIC ET 200SP CPU', 'SIMATIC ET 200pro CPU (S7-1500)'],
    ],
    ['SIMATIC S7-1500 CPU 1511-1 PN', []],
    ['SIMATIC S7-1500 Software Controller', ['SIMATIC S7-1500 Software Controller']],
    ['SCALANCE X-200 switch family (incl. SIPLUS NET variants)', ['SCALANCE X-200']],
  ])('the name %j stands for %j', (name, families) => {
    expect(familiesNamed('Siemens', name)).toEqual(families);
  });
});
