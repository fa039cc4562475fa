-- Matches at the size of a large fleet: what an advisory says stands once beside them, and what lists and devices ask for is
-- kept per advisory and per coordinate (features/vulnerabilities/rematch-store.ts). All of it is derived.

-- How many open findings called for action at the end of a day: counting them again for each point of a trend costs more
-- than the page. The last two weeks as the matches tell them; from here on it is written day by day.
create table finding_day (
  day  text    primary key,
  open integer not null
) strict, without rowid;
insert into finding_day (day, open)
  with recursive back (n) as (select 0 union all select n + 1 from back where n < 14)
  select date('now', '-' || n || ' days') as day, (select count(*) from match
    where substr(since, 1, 10) <= date('now', '-' || n || ' days')
      and (until is null or substr(until, 1, 10) > date('now', '-' || n || ' days')) and decision in ('act', 'attend')) as open
  from back where (select min(since) from match) <= date('now', '-' || (n - 1) || ' days');

create table match_slim (
  coord integer not null references coord (id),
  adv   integer not null,
  since text    not null,
  until text,
  -- Of MATCH_STATES: affected or for review, with a fix or without.
  state integer not null,
  fixed text,
  primary key (coord, adv)
) strict, without rowid;
insert into match_slim (coord, adv, since, until, state, fixed)
  select m.coord, m.adv, m.since, m.until, (case m.verdict when 'affected' then 0 else 2 end) + (m.fixed is null), m.fixed
  from match m where m.since = (select max(n.since) from match n where n.coord = m.coord and n.adv = m.adv);
drop table match;
alter table match_slim rename to match;
create index match_adv on match (adv, coord, until, state);
create index match_since on match (since, coord, adv) where until is null;

-- An advisory with matches: what lists show and filter by, and how many of its open matches are on devices, by state.
create table match_advisory (
  adv      integer primary key,
  osv_id   text    not null,
  feed     text    not null,
  -- Places in SEVERITIES and DECISIONS.
  severity integer not null,
  decision integer not null,
  cvss     text,
  summary  text    not null,
  -- JSON: other names of the same bug.
  aliases  text    not null,
  -- All other names, related ones too: a search finds them.
  names    text    not null,
  -- The decision keeps what it was made from.
  inputs   text    not null,
  affected_fix  integer not null default 0,
  affected_none integer not null default 0,
  review_fix    integer not null default 0,
  review_none   integer not null default 0
) strict;
create index match_advisory_decision on match_advisory (decision, adv);
create index match_advisory_severity on match_advisory (severity, adv);
create index match_advisory_name on match_advisory (osv_id, adv);

-- A coordinate with open matches: what one device that has it gets from it. worst and severity are of those that certainly
-- apply; null when all are for review.
create table coord_load (
  coord    integer primary key,
  findings integer not null,
  affected integer not null,
  act      integer not null,
  attend   integer not null,
  -- That a newer version closes.
  fixable  integer not null,
  worst    integer,
  severity integer
) strict;
create index coord_name on coord (name, id);
create index coord_idle on coord_count (id) where devices = 0;
-- Versions that cannot be compared.
create index coord_unkeyed on coord (id) where key is null;

-- The two tables are filled by the next match, which the start of the server makes when none was made with this snapshot.
update exchange_state set matched = 0;
