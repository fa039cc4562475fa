import { expect, it } from 'vitest';
import { systemOf } from './system.ts';

it.each([
  [{ name: 'Debian GNU/Linux', version: '13.2', kernel_name: 'linux' }, 'debian', '13', 'linux'],
  [{ name: 'Q Android 10.0', version: '29', kernel_name: 'linux' }, 'android', '10.0', 'linux'],
  [
    { name: 'Lollipop Android 5.1', full_name: 'Lollipop Android 5.1 api 22', version: '22' },
    'android',
    '5.1',
    'other',
  ],
  [{ name: 'VMware ESX', version: '4.1.0' }, 'vmware-esx', '4.1.0', 'other'],
])('%j is %s %s', (os, vendor, release, family) => {
  expect(systemOf(os, {})).toEqual({ vendor, release, family });
});
