-- The patch process of controllers: patches with their states, what led there, who signed, what the vendor says, the
-- controllers they are for with their checklists, imported lists, files of evidence, evidence packs.

-- A list of the vendor's words that somebody imported, or a bundle that brought some.
create table ot_patch_import (
  id integer primary key autoincrement,
  at integer not null,
  actor text not null,
  name text not null,
  sha256 text not null,
  preset text not null,
  rows integer not null,
  changed integer not null,
  undone_at integer,
  undone_by text
) strict;

create table ot_patch (
  id integer primary key autoincrement,
  -- Of site, vendor, product, version and patch id, in one spelling.
  key text not null unique,
  site text not null,
  vendor text not null,
  product text not null,
  product_version text not null,
  patch_id text not null,
  -- The version that it brings, and its file.
  target_version text,
  sha256 text,
  supersedes text,
  vulnerabilities text not null default '[]',
  state text not null,
  verdict text not null,
  -- When the vendor said so, when that became known here, and by which list.
  verdict_on integer,
  verdict_at integer not null,
  verdict_import integer references ot_patch_import (id),
  remarks text,
  overridden_at integer,
  tested_on text,
  fallback text,
  until integer,
  vetoed integer not null default 0,
  -- The planned occurrence of a window.
  window text,
  window_from integer,
  window_until integer,
  published_at integer,
  received_at integer not null,
  evaluated_at integer,
  due_from integer,
  done_at integer,
  -- JSON: extensions of clocks; clocks whose end was said in an event.
  extended text not null default '{}',
  overdue_said text not null default '[]',
  created_at integer not null,
  created_by text not null,
  import integer references ot_patch_import (id)
) strict;
create index ot_patch_state on ot_patch (state, id);
create index ot_patch_until on ot_patch (until) where until is not null;
create index ot_patch_vendor on ot_patch (vendor, product);

-- Who, when, why, with what evidence. Only added to.
create table ot_patch_move (
  id integer primary key autoincrement,
  patch integer not null references ot_patch (id) on delete cascade,
  at integer not null,
  -- `move`, `verdict`, `expiry`, `extension`, `undo`
  sort text not null,
  from_state text not null,
  to_state text not null,
  actor text not null,
  -- JSON: who else signed, in which role.
  signed text not null default '[]',
  reason text not null,
  evidence text not null default '{}',
  import integer references ot_patch_import (id)
) strict;
create index ot_patch_move_patch on ot_patch_move (patch, id);
create index ot_patch_move_at on ot_patch_move (at);

-- A move or extension that waits for signatures.
create table ot_patch_request (
  id integer primary key autoincrement,
  patch integer not null references ot_patch (id) on delete cascade,
  -- `move`, `extension`
  sort text not null,
  from_state text not null,
  -- The state, or the clock.
  target text not null,
  asked_at integer not null,
  asked_by text not null,
  -- `account:<id>` of the person; a token acts for one.
  person text not null,
  reason text not null,
  evidence text not null,
  -- `open`, `done`, `declined`, `void`
  state text not null default 'open',
  closed_at integer
) strict;
create index ot_patch_request_open on ot_patch_request (patch) where state = 'open';

create table ot_patch_signature (
  request integer not null references ot_patch_request (id) on delete cascade,
  person text not null,
  actor text not null,
  at integer not null,
  agrees integer not null,
  comment text not null,
  -- JSON: the roles that the person held.
  duties text not null,
  primary key (request, person)
) strict, without rowid;

-- A controller that a patch is for.
create table ot_patch_target (
  patch integer not null references ot_patch (id) on delete cascade,
  -- Public id of the controller.
  plc text not null,
  added_at integer not null,
  added_by text not null,
  -- Firmware and integrity before and after, as JSON, when it was installed and when it was read again.
  before text,
  after text,
  installed_at integer,
  verified_at integer,
  primary key (patch, plc)
) strict, without rowid;
create index ot_patch_target_plc on ot_patch_target (plc);

-- The checklist before an installation: each item answered by a named person. The newest answer counts, all stay.
create table ot_patch_check (
  id integer primary key autoincrement,
  patch integer not null references ot_patch (id) on delete cascade,
  plc text not null,
  item text not null,
  -- `yes`, `no`, `not-applicable`
  answer text not null,
  note text not null,
  -- A hash in the store, a version: what the item asks for.
  value text,
  actor text not null,
  at integer not null
) strict;
create index ot_patch_check_of on ot_patch_check (patch, plc, item, id);
create index ot_patch_check_at on ot_patch_check (at);

-- What a list changed, so that it can be taken back.
create table ot_patch_import_row (
  import integer not null references ot_patch_import (id) on delete cascade,
  patch integer not null,
  line integer not null,
  -- JSON: the patch before; null: the list made it. The number of its newest move after the list.
  before text,
  after_move integer not null,
  primary key (import, patch)
) strict, without rowid;

-- Files that people attached as evidence; the bytes are in the store.
create table ot_file (
  sha256 text primary key,
  name text not null,
  bytes integer not null,
  at integer not null,
  actor text not null
) strict, without rowid;

-- Evidence packs: three files in the store.
create table ot_evidence (
  id integer primary key autoincrement,
  from_at integer not null,
  to_at integer not null,
  lang text not null,
  created_at integer not null,
  actor text not null,
  json_sha256 text,
  pdf_sha256 text,
  signature_sha256 text,
  rows integer,
  job integer
) strict;

-- Ends of mitigations and acceptances that were said in an event.
create table ot_notice (
  object text not null,
  -- `soon`, `over`, with the end that it was said of.
  what text not null,
  until integer not null,
  at integer not null,
  primary key (object, what, until)
) strict, without rowid;
