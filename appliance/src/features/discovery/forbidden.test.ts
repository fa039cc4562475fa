import { afterAll, expect, it } from 'vitest';
import { openEngines } from '../../../test/support/engines.ts';
import { immediate } from '../../platform/database.ts';
import { forbiddenAddresses } from './forbidden.ts';
import { protectedStore } from './protected-store.ts';

const { db, objects, controllers, close } = await openEngines();
afterAll(close);

it('an address that a transaction released is forbidden again once the transaction is taken back', () => {
  const forbidden = forbiddenAddresses({ db, objects, controllers, clock: () => 0 });
  const address = '192.0.2.7';
  const store = protectedStore(db);
  store.put({
    address,
    because: 'controller',
    object: '1',
    label: 'P1',
    left_at: 1,
    left_by: 'account:a1',
    batch: null,
  });
  const release = (): void =>
    immediate(db, () => {
      db.prepare('delete from protected_address where address = ?').run(address);
      expect(forbidden.because(address)).toBe(undefined);
      throw new Error('taken back');
    });
  expect(release).toThrow('taken back');
  expect(forbidden.because(address)).toBe('protected');
});
