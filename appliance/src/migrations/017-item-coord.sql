-- Which coordinate an item of software has under a distribution's release. An item never changes and neither does this, so
-- that a report looks up ids instead of working out names. 0: nothing is ever published about it.
create table item_coord (
  item integer not null,
  -- Empty: a device whose release is not known.
  eco text not null,
  coord integer not null,
  primary key (item, eco)
) strict, without rowid;
