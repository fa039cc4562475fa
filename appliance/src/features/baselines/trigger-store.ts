import type { Database } from '../../platform/database.ts';
import { makeTriggers } from '../../platform/triggers.ts';

// What a device is compared with moves with its group, and what it holds with merges and forgotten sections: triggers mark
// it, in the same transaction, whichever process writes. Reports themselves are compared at once.

const mark = (device: string): string =>
  `insert into baseline_stale (device) select ${device} where ${device} not in (select device from baseline_stale)
     and exists (select 1 from object where kind = 'baseline');`;

const onDecision = (operation: 'insert' | 'update'): [string, string] => [
  `baselines_decision_${operation}`,
  `after ${operation} on object when new.kind = 'device-decision' begin
     insert into baseline_stale (device) select id from device where public_id = new.id
       and id not in (select device from baseline_stale) and exists (select 1 from object where kind = 'baseline'); end`,
];

const triggers: ReadonlyArray<readonly [name: string, body: string]> = [
  ['baselines_section_insert', `after insert on section begin ${mark('new.device')} end`],
  ['baselines_section_delete', `after delete on section begin ${mark('old.device')} end`],
  [
    'baselines_section_update',
    `after update of best, device on section when new.best is not old.best or new.device is not old.device
       begin ${mark('new.device')} ${mark('old.device')} end`,
  ],
  [
    'baselines_device_update',
    `after update of state on device when new.state is not old.state begin ${mark('new.id')} end`,
  ],
  [
    'baselines_device_delete',
    `after delete on device begin
       delete from deviation where device = old.id;
       delete from baseline_stale where device = old.id; end`,
  ],
  onDecision('insert'),
  onDecision('update'),
  [
    'baselines_group_update',
    `after update on object when new.kind = 'group' and exists (select 1 from object where kind = 'baseline') begin
       insert into baseline_stale (device) select id from device where id not in (select device from baseline_stale); end`,
  ],
];

/** The triggers that mark devices for the comparison with their baselines. */
export const ensureBaselineTriggers = (db: Database): void => makeTriggers(db, triggers);
