-- Findings of controllers that an accepted risk or a mitigation holds back, worked out from these objects, from zones and from
-- what is open. A row whose time is over holds nothing back, whoever looks.
create table plc_held (
  identity integer not null,
  vulnerability text not null,
  plc integer not null,
  kind text not null check (kind in ('risk-acceptance', 'mitigation')),
  measure text not null,
  name text not null,
  until integer not null,
  primary key (identity, vulnerability, plc)
) strict, without rowid;
create index plc_held_plc on plc_held (plc);
create index plc_held_until on plc_held (until);
