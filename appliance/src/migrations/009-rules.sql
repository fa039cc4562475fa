-- What rules derive about devices. Nothing here is entered but tags by hand; the rest can be derived again at any time.
-- What makes a device dirty are triggers, which features/rules/store.ts keeps, since they name tables of other features.

create table device_status (
  device integer primary key,
  -- Rank of the level: 0 critical, 1 warning, 2 waiting, 3 not visible, 4 running, 5 ok, 6 done, 7 information.
  level integer not null,
  -- JSON: sentences as catalogue keys with parameters, the worst first.
  reasons text not null,
  visible integer not null,
  -- When time alone may change what rules say of it; null: never.
  due_at integer,
  -- 1: some age that a rule asks for has passed, so being heard again may change what rules say.
  aged integer not null default 0,
  updated_at integer not null
) strict;
create index device_status_level on device_status (level, device);
create index device_status_due on device_status (due_at) where due_at is not null;

-- Open findings of devices that have any, by their decision.
create table device_findings (
  device integer primary key,
  findings integer not null,
  act integer not null,
  attend integer not null,
  -- Rank of the worst decision: 0 act, 1 attend, 2 track-star, 3 track; null when all are for review.
  worst integer
) strict;
create index device_findings_worst on device_findings (worst, device);

-- `source` is 'hand' or the id of the rule; a tag that both gave has two rows.
create table device_tag (
  tag text not null,
  device integer not null,
  source text not null,
  primary key (tag, device, source)
) strict, without rowid;
create index device_tag_device on device_tag (device);

-- Devices that changed since rules looked at them.
create table device_dirty (
  device integer primary key
) strict;

-- All devices are to be looked at again, in the order of their ids; `again` asks for one more round after this one.
create table rule_sweep (
  one integer primary key check (one = 1),
  after_device integer,
  again integer not null default 0
) strict;
insert into rule_sweep (one, after_device) values (1, 0);

-- Which devices a moving rule that runs once has decided about, and which enrolment the device had then.
create table moving_done (
  rule text not null,
  device integer not null,
  enrolment text,
  primary key (rule, device)
) strict, without rowid;
create index moving_done_device on moving_done (device);
