// What "no findings" of a controller is worth, as a place in COVERAGE_STATES; it lies with what its parts are.

/**
 * SQL of it for the controller in `column`: 0 where no document speaks of the maker of the controller itself, 2 where documents
 * speak of every part or its family, else 1. A part that waits for its match, or of which too little is known, is not judged.
 */
export const coverageOf = (column: string): string => `coalesce((
  select case
    when coalesce(max(p.part_key = '' and i.matched_at is not null and i.coverage > 0), 0) = 0 then 0
    when min(case when i.matched_at is null then 0 else i.coverage end) = 2 and count(*) = (select count(*) from controller_part c
      where c.controller = ${column} and c.type in ('controller', 'module')) then 2
    else 1 end
  from controller_part_identity p join controller_identity i on i.id = p.identity where p.controller = ${column}), 0)`;

// For conditions over many: what documents speak of is read once, not for each row.

/** SQL of whether it is 0. */
export const isNotJudged = (column: string): string => `${column} not in (
  select p.controller from controller_part_identity p cross join controller_identity i on i.id = p.identity
  where p.part_key = '' and i.matched_at is not null and i.coverage > 0)`;

/** SQL of whether it is 2. */
export const isJudgedWhole = (column: string): string => `${column} in (
  select p.controller from controller_part_identity p cross join controller_identity i on i.id = p.identity
  group by p.controller having min(case when i.matched_at is null then 0 else i.coverage end) = 2 and max(p.part_key = '') = 1
    and count(*) = (select count(*) from controller_part c where c.controller = p.controller and c.type in ('controller', 'module')))`;
