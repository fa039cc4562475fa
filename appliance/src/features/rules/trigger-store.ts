import type { Database } from '../../platform/database.ts';
import { makeTriggers } from '../../platform/triggers.ts';

// Who changes a device need not know of rules: triggers note it, in the same transaction, whichever process writes. They
// are made at every start where they are missing or say something else, since a migration of another feature that makes
// one of these tables anew drops what hangs on it.

// Not `insert or ignore`: the conflict clause of the statement outside would count instead.
const dirty = (device: string): string =>
  `insert into device_dirty (device) select ${device} where ${device} not in (select device from device_dirty);`;

const sweep =
  'update rule_sweep set again = case when after_device is null then 0 else 1 end, after_device = coalesce(after_device, 0);';

/** Kinds whose objects say something about many devices at once. */
const ruleKinds = `('tag-rule', 'moving-rule', 'status-conditions', 'group', 'setting')`;

/** Tags by hand stand in what people say about the device; lists read them beside those of rules. */
const handTags = `
  delete from device_tag where source = 'hand' and device = (select id from device where public_id = new.id);
  insert into device_tag (tag, device, source)
    select distinct t.value, d.id, 'hand' from device d, json_each(new.body, '$.tags') t
      where d.public_id = new.id and new.deleted_at is null;`;

const onObject = (operation: 'insert' | 'update'): [string, string] => [
  `rules_object_${operation}`,
  `after ${operation} on object when new.kind = 'device-decision' begin
     insert into device_dirty (device) select id from device
       where public_id = new.id and id not in (select device from device_dirty);
     ${handTags} end`,
];

const onRule = (operation: 'insert' | 'update'): [string, string] => [
  `rules_rule_${operation}`,
  `after ${operation} on object when new.kind in ${ruleKinds} begin ${sweep} end`,
];

const triggers: ReadonlyArray<readonly [name: string, body: string]> = [
  [
    'rules_device_insert',
    // A merge that is undone brings back a device about which people had said something.
    `after insert on device begin ${dirty('new.id')}
       insert into device_tag (tag, device, source)
         select distinct t.value, new.id, 'hand' from object o, json_each(o.body, '$.tags') t
           where o.kind = 'device-decision' and o.id = new.public_id and o.deleted_at is null; end`,
  ],
  [
    'rules_device_update',
    `after update on device when new.last_seen_at is old.last_seen_at and new.seq is old.seq begin ${dirty('new.id')} end`,
  ],
  [
    'rules_device_heard',
    `after update of last_seen_at on device when new.last_seen_at is not old.last_seen_at
       and coalesce((select aged from device_status where device = new.id), 1) = 1 begin ${dirty('new.id')} end`,
  ],
  [
    'rules_device_delete',
    `after delete on device begin
       delete from device_status where device = old.id;
       delete from device_findings where device = old.id;
       delete from device_coverage where device = old.id;
       delete from device_tag where device = old.id;
       delete from device_dirty where device = old.id;
       delete from moving_done where device = old.id; end`,
  ],
  ['rules_source_insert', `after insert on device_source begin ${dirty('new.device')} end`],
  ['rules_source_update', `after update of state, device on device_source begin ${dirty('new.device')} end`],
  ['rules_section_insert', `after insert on section begin ${dirty('new.device')} end`],
  [
    'rules_section_update',
    `after update on section when new.hash is not old.hash or new.best is not old.best begin ${dirty('new.device')} end`,
  ],
  ['rules_section_delete', `after delete on section begin ${dirty('old.device')} end`],
  ['rules_task_insert', `after insert on task begin ${dirty('new.device')} end`],
  ['rules_task_update', `after update of state on task begin ${dirty('new.device')} end`],
  onObject('insert'),
  onObject('update'),
  onRule('insert'),
  onRule('update'),
  ['rules_matched', `after update of matched on exchange_state begin ${sweep} end`],
];

/** The triggers that mark devices for the rules. */
export const ensureTriggers = (db: Database): void => makeTriggers(db, triggers);
