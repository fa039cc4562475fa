-- Findings on controllers: derived from what parts of controllers are and what CSAF documents say of them. A part is
-- matched once for every distinct identity; controllers have findings by what their parts are.

create table plc_identity (
  id integer primary key,
  -- What the match looks at, as JSON with its fields in order.
  identity text not null unique,
  -- What answers of people are about: the product, and its firmware with the hardware version.
  product text not null,
  build text not null,
  label text not null,
  vendor text not null,
  family text not null,
  order_number text not null,
  firmware text not null,
  -- How many controllers have a part of it.
  controllers integer not null default 0,
  -- Null: it waits for its match.
  matched_at integer,
  -- Over what the match gave, so that the same result writes nothing.
  digest text not null default ''
) strict;
create index plc_identity_product on plc_identity (product, build);
create index plc_identity_waiting on plc_identity (id) where matched_at is null;

-- What a part is now, and what the controller is for: both decide.
create table plc_part_identity (
  part integer primary key,
  plc integer not null,
  part_key text not null,
  identity integer not null,
  context integer not null,
  since integer not null
) strict;
create index plc_part_identity_identity on plc_part_identity (identity);
create index plc_part_identity_plc on plc_part_identity (plc);

-- What parts were before.
create table plc_part_identity_log (
  plc integer not null,
  part integer not null,
  identity integer not null,
  since integer not null,
  until integer not null,
  primary key (plc, part, until, identity)
) strict, without rowid;
create index plc_part_identity_log_identity on plc_part_identity_log (identity);

-- The documents that the matches were made with.
create table plc_document (
  id integer primary key,
  key text not null unique,
  adv integer not null,
  digest text not null,
  revision text not null,
  category text not null,
  status text not null,
  publisher text not null,
  title text not null,
  modified text not null,
  gone_at integer
) strict;

-- What each of them speaks of: what a document that changed or went had to do with.
create table plc_document_vulnerability (
  document integer not null,
  vulnerability text not null,
  primary key (document, vulnerability)
) strict, without rowid;

-- What a leaf says, as written: many matches name one.
create table plc_leaf (
  id integer primary key,
  leaf text not null,
  path text not null,
  version_text text not null,
  unique (leaf, path, version_text)
) strict;

create table plc_match (
  identity integer not null,
  vulnerability text not null,
  since integer not null,
  until integer,
  -- What holds: a person's answer where there is one, else what was matched.
  verdict text not null check (verdict in ('affected', 'not-affected', 'review')),
  matched text not null check (matched in ('affected', 'not-affected', 'review')),
  reason text not null,
  level text not null,
  confidence real not null,
  document integer not null,
  leaf integer not null,
  -- JSON: other documents about the same, with what they say.
  others text not null,
  fix_state text not null,
  fixed_version text not null,
  severity text not null,
  score real,
  threat integer not null,
  -- The worst decision over the controllers that have it, as a place in the row of decisions.
  rank integer not null,
  -- Id of the answer in force, and of one that holds no more.
  answer text not null,
  former text not null,
  primary key (identity, vulnerability, since)
) strict, without rowid;
create index plc_match_vulnerability on plc_match (vulnerability, identity) where until is null;
create index plc_match_load on plc_match (identity, verdict, threat) where until is null;
create index plc_match_rank on plc_match (rank, vulnerability, identity) where until is null and verdict <> 'not-affected';

-- What each threat in each context comes to.
create table plc_priority (
  threat integer not null,
  context integer not null,
  rank integer not null,
  primary key (threat, context)
) strict, without rowid;

create table plc_match_state (
  one integer primary key check (one = 1),
  -- The snapshot of advisories that everything was matched with; 0: none.
  snapshot integer not null,
  -- Of the matcher's maps, of the rules of priority and of what people said about names.
  maps text not null,
  rules text not null,
  synonyms text not null,
  -- An answer was changed other than through the inbox.
  answers_stale integer not null,
  matched_at integer
) strict;
insert into plc_match_state values (1, 0, '', '', '', 0, null);

-- Firmware files that were handed to a person, and what the person said afterwards.
create table plc_firmware_handover (
  id integer primary key autoincrement,
  plc integer not null,
  part integer not null,
  sha256 text not null,
  version text not null,
  -- The version that was known when the file was handed over.
  version_before text not null,
  checklist text not null,
  handed_at integer not null,
  handed_by text not null,
  -- The engineer says it is done; a reading that is newer than this verifies it, or shows another version.
  done_at integer,
  done_by text,
  outcome text check (outcome in ('verified', 'other-version', 'dropped')),
  outcome_at integer,
  version_after text
) strict;
create index plc_firmware_handover_plc on plc_firmware_handover (plc, id);
create index plc_firmware_handover_open on plc_firmware_handover (part) where outcome is null;
