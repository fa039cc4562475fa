-- Requests to erase a person. The name is kept only while a second person is waited for, under the key that goes with it.
create table person_erasure (
  id text primary key,
  reference text not null,
  state text not null check (state in ('waiting', 'done', 'refused')),
  sealed blob,
  reason text not null,
  asked_by text not null,
  asked_at integer not null,
  decided_by text,
  decided_at integer,
  rows integer not null,
  devices integer not null
) strict, without rowid;
create index person_erasure_asked on person_erasure (asked_at);
