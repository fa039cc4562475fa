-- Live queries with the answers of each device, and samples: files that two people agreed to fetch.

create table live_query (
  id text primary key,
  sql text not null,
  created_at integer not null,
  -- `type:id` of the actor.
  created_by text not null,
  deadline_at integer not null,
  stopped_at integer,
  -- Bytes of the answers that are kept; past a bound further rows are counted only.
  kept_bytes integer not null default 0
) strict, without rowid;
create index live_query_created on live_query (created_at);

create table live_answer (
  query text not null references live_query (id) on delete cascade,
  device integer not null,
  state text not null check (state in ('waiting', 'sent', 'answered', 'failed', 'denylisted')),
  sends integer not null default 0,
  answered_at integer,
  -- How long the device took.
  wall_ms integer,
  row_count integer,
  is_cut integer not null default 0,
  -- Rows and the message of a failure may be personal: encrypted under the query's own key.
  rows blob,
  message blob,
  primary key (query, device)
) strict, without rowid;
create index live_answer_open on live_answer (device, query) where state in ('waiting', 'sent');

create table sample (
  id text primary key,
  device integer not null,
  -- The path may name a person: encrypted under the sample's own key, as its blocks are.
  path blob not null,
  reason blob not null,
  state text not null check (state in ('asked', 'approved', 'declined', 'sent', 'receiving', 'received', 'failed')),
  asked_at integer not null,
  asked_by text not null,
  decided_at integer,
  decided_by text,
  deadline_at integer,
  max_bytes integer not null,
  -- What the client named the request; one session at a time.
  request_id text,
  session text unique,
  block_bytes integer,
  block_count integer,
  size_bytes integer,
  received_blocks integer not null default 0,
  received_at integer,
  sha256 text,
  code text
) strict, without rowid;
create index sample_open on sample (device) where state in ('approved', 'sent', 'receiving');
create index sample_asked on sample (asked_at);

create table sample_block (
  sample text not null references sample (id) on delete cascade,
  block integer not null,
  data blob not null,
  primary key (sample, block)
) strict, without rowid;

-- What the inventory's questions to a node came to; the answers themselves are sections.
create table osquery_node (
  device integer primary key,
  answered_at integer,
  revision integer not null default 0,
  -- The questions that failed last time, JSON: name to `failed` or `denylisted`.
  problems text not null default '{}'
) strict;
