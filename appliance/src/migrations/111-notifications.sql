-- Notifications: what each person is told of. They are worked out from the events behind a position; an event counts once for a
-- person.
create table notification_position (
  one integer primary key check (one = 1),
  event integer not null
) strict;
-- One message of a person: what a rule found while its window was open.
create table notification (
  id integer primary key,
  account text not null,
  rule text not null,
  -- The window begins with the first message.
  opened_at integer not null,
  closes_at integer not null,
  last_at integer not null,
  count integer not null,
  -- JSON: how many of each severity.
  counts text not null,
  -- JSON: the ten worst, numbers of events.
  worst text not null,
  read_at integer,
  -- Of a mail: when it is to be sent next, how many it told of by then, and how the last try went.
  due_at integer,
  told integer not null default 0,
  sent_at integer,
  tries integer not null default 0
) strict;
create index notification_of_account on notification (account, id);
create index notification_window on notification (account, rule, closes_at);
create index notification_due on notification (due_at) where due_at is not null;
