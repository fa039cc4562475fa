-- By what a product can be found in documents, so that a few changed ones find the parts that they may concern; null: not
-- worked out since the identity came.
alter table plc_identity add column handles text;
create index plc_identity_vendor on plc_identity (vendor);

-- How many findings there are of what parts are now, for lists and the matrix; triggers keep it.
create table plc_match_count (
  verdict text not null,
  rank integer not null,
  severity text not null,
  fix_state text not null,
  n integer not null,
  primary key (verdict, rank, severity, fix_state)
) strict, without rowid;
insert into plc_match_count
  select m.verdict, m.rank, m.severity, m.fix_state, count(*) from plc_match m join plc_identity i on i.id = m.identity
  where m.until is null and i.controllers > 0 group by 1, 2, 3, 4;

-- Taking and undoing go in steps: an origin that was cut off on its way is taken back, or its undo is finished.
alter table plc_origin add column state text not null default 'done' check (state in ('taking', 'done', 'undoing'));
create index plc_origin_unfinished on plc_origin (id) where state <> 'done';
