-- What a bulk action on tags changed, so that exactly that can be taken back; kept for a day.
create table tag_change (
  id text primary key,
  at integer not null,
  tag text not null,
  -- 1: the tag was given, 0: it was taken.
  added integer not null,
  -- JSON: public ids.
  devices text not null
) strict, without rowid;
